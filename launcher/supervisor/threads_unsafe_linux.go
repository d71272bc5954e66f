//go:build amd64 || arm64

package supervisor

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A spare is a thread that the Go runtime does not know of, and that does nothing
// but take the place of one. After a while it goes by itself, should there be
// nobody who could release it.
type spare struct {
	released atomic.Uint32
	left     atomic.Uint32 // the thread does not look at this any more: leftReleased or leftAlone
	most     unix.Timespec // how long it stays
	tid      uint32
}

// How a spare has left.
const (
	leftReleased = 1
	leftAlone    = 2
)

// stay is how long a spare stays. Threads are made in a millisecond, and the Go
// runtime tries for 210.
const stay = 50 * time.Millisecond

// cloneSpare makes a thread that waits for s.
func cloneSpare(flags uintptr, s *spare, tid *uint32) (r uintptr)

// makeSpare makes a spare. Where the Go runtime cannot have a thread, it dies;
// this returns the error.
func makeSpare() (s *spare, err error) {
	// As the Go runtime does, but for what is written where.
	const flags = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD | unix.CLONE_CHILD_SETTID
	s = &spare{most: unix.NsecToTimespec(int64(stay))}
	// It must not run Go's signal handlers.
	all, old := ^uint64(0), uint64(0)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := setSignalMask(&all, &old); err != nil {
		return nil, err
	}
	r := cloneSpare(flags, s, &s.tid)
	err = setSignalMask(&old, nil)
	switch {
	case r == 0:
		return nil, unix.EPERM // a filter around this process has faked it
	case r > ^uintptr(4095):
		return nil, syscall.Errno(-r)
	case err != nil:
		s.release()
		s.wait()
		return nil, err
	}
	return s, nil
}

// gone reports whether the spare has gone by itself.
func (s *spare) gone() bool { return s.left.Load() == leftAlone }

// release has the spare go.
func (s *spare) release() {
	s.released.Store(1)
	_, _, _ = unix.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(s)), 1|128, 1) // FUTEX_WAKE_PRIVATE
}

// wait waits until the spare has gone, or is about to. It may not be given up
// before.
func (s *spare) wait() {
	for s.left.Load() == 0 {
		rawSleep(10 * time.Microsecond)
	}
}

// rawSleep sleeps without the runtime, which makes what it dies without for the
// first time.Sleep, and may for any system call that it knows of.
func rawSleep(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&t)), 0, 0)
}

// setSignalMask sets this thread's mask, and stores the old one unless old is
// nil.
func setSignalMask(mask, old *uint64) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(mask)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
