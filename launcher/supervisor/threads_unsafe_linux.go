//go:build amd64 || arm64

package supervisor

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// waiting is what threads that are only tried wait for.
type waiting struct {
	released atomic.Uint32
	left     atomic.Uint32 // how many do not look at this any more
	most     unix.Timespec // how long one waits before it looks again
}

func cloneWaiting(flags uintptr, w *waiting, tid *uint32) (r uintptr)

// tryThreads makes so many threads at once, which end again, and returns the
// error if they are not to be had. The Go runtime does not know of them: where it
// cannot have one, it dies.
func tryThreads(n int) (err error) {
	// As the Go runtime does, but for what is written where.
	const flags = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD | unix.CLONE_CHILD_SETTID
	w, tids := &waiting{most: unix.Timespec{Nsec: 1e6}}, make([]uint32, n)
	made := uint32(0)
	// They must not run Go's signal handlers.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	all, old := ^uint64(0), uint64(0)
	if err := setSignalMask(&all, &old); err != nil {
		return err
	}
	for i := range n {
		r := cloneWaiting(flags, w, &tids[i])
		if r > ^uintptr(4095) {
			err = syscall.Errno(-r)
			break
		}
		if r == 0 {
			err = unix.EPERM // faked
			break
		}
		made++
	}
	w.released.Store(1)
	if maskErr := setSignalMask(&old, nil); err == nil {
		err = maskErr
	}
	for w.left.Load() < made {
		_, _, _ = unix.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(w)), 1|128, uintptr(n)) // FUTEX_WAKE_PRIVATE
		// Not time.Sleep: the first one has the runtime make what it dies without.
		_ = unix.Nanosleep(&unix.Timespec{Nsec: 10_000}, nil)
	}
	runtime.KeepAlive(tids)
	return err
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
