//go:build amd64 || arm64

package supervisor

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// longestRead is how many bytes are read at once at most.
const longestRead = MaxText + 1

// A request asks for a part of a thread's memory. The descriptor of the thread's
// mem file comes with it (SCM_RIGHTS).
type request struct {
	address uint64
	size    uint64 // at most longestRead
}

// An answer has as many of the bytes as could be read.
type answer struct {
	result int64 // how many they are, or minus an errno
	bytes  [longestRead]byte
}

const answerHead = unsafe.Offsetof(answer{}.bytes)

// control is a cmsghdr with a descriptor (SCM_RIGHTS).
type control struct {
	length      uint64
	level, kind int32
	descriptor  int32
	_           int32
}

const controlLength = unsafe.Offsetof(control{}.descriptor) + unsafe.Sizeof(control{}.descriptor)

// A readerProcess reads the memory of programs in the place of this process. It
// is a copy of this process that never runs Go again, and that keeps none of its
// descriptors but the end of a socket pair. It ends when the other end is closed,
// and when this process ends.
type readerProcess struct {
	socket int32 // its end
	theirs int32 // this process's end
	parent int32 // this process
	child  int32 // its own id, which the kernel writes in it alone
	// oneByOne: close_range cannot be used. Then highest is the highest descriptor
	// that may be open.
	oneByOne bool
	highest  uint32

	request request
	answer  answer
	iov     unix.Iovec
	head    unix.Msghdr
	control control
}

var readerName = [...]byte{'s', 'a', 'n', 'd', 'b', 'o', 'x', '-', 'r', 'e', 'a', 'd', 'e', 'r', 0}

// complete fills in what is known before the process exists.
func (p *readerProcess) complete() {
	p.iov.Base = (*byte)(unsafe.Pointer(&p.request))
	p.iov.SetLen(int(unsafe.Sizeof(p.request)))
	p.head.Iov = &p.iov
	p.head.SetIovlen(1)
	p.head.Control = (*byte)(unsafe.Pointer(&p.control))
}

// fork makes the process. It sends no signal when it ends, and only who waits for
// such children (__WALL) sees it: no other child is mistaken for it, nor it for
// another.
//
// The child has a copy of the memory and only this thread, so that whatever it
// does cannot disturb the parent. Other threads may be stopped anywhere, so fork
// and all that it calls
//   - take no locks, do not allocate, and write no pointers;
//   - do not grow the stack, hence nosplit;
//   - make raw system calls only, which tell the scheduler nothing;
//   - have every signal blocked from before the child exists, so that no handler
//     of Go's runs in it, and this goroutine is not moved to another thread.
//
//go:nosplit
//go:norace
func (p *readerProcess) fork() (pid int32, errno syscall.Errno) {
	all, old := ^uint64(0), uint64(0)
	_, _, errno = syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&old)), 8, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	p.child = 0
	// The address of the id is the fourth argument on amd64, and the fifth on
	// arm64; there, the other is not looked at.
	id := uintptr(unsafe.Pointer(&p.child))
	r, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, unix.CLONE_CHILD_SETTID, 0, 0, id, id, 0)
	if r == 0 && errno == 0 {
		if p.child != 0 {
			p.live()
		}
		errno = syscall.EPERM // a filter around this process has faked it
	}
	syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(&old)), 0, 8, 0, 0)
	return int32(r), errno
}

// live is the process's life. It does not return.
//
//go:nosplit
//go:norace
func (p *readerProcess) live() {
	if p.prepare() {
		for p.serve() {
		}
	}
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
}

// prepare sees to it that this process does not outlive its parent, nor keep
// anything open that others wait for: denied calls for the listener, whoever reads
// from a pipe for its last writer.
//
//go:nosplit
//go:norace
func (p *readerProcess) prepare() bool {
	// While it reads it does not hear of the socket.
	if _, _, errno := syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0); errno != 0 {
		return false
	}
	if parent, _, _ := syscall.RawSyscall(unix.SYS_GETPPID, 0, 0, 0); int32(parent) != p.parent {
		return false // it has ended before
	}
	syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_NAME, uintptr(unsafe.Pointer(&readerName)), 0)
	own := uintptr(p.socket)
	if p.oneByOne {
		for fd := range uintptr(p.highest) + 1 {
			if fd != own {
				syscall.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
			}
		}
	} else {
		syscall.RawSyscall(unix.SYS_CLOSE_RANGE, 0, own-1, 0)
		syscall.RawSyscall(unix.SYS_CLOSE_RANGE, own+1, uintptr(^uint32(0)), 0)
	}
	// A filter around this process can fake that.
	_, _, errno := syscall.RawSyscall(unix.SYS_FCNTL, uintptr(p.theirs), unix.F_GETFD, 0)
	return errno == syscall.EBADF
}

// serve waits for a request and answers it. It reports false when nobody asks any
// more.
//
//go:nosplit
//go:norace
func (p *readerProcess) serve() bool {
	p.head.Controllen = uint64(unsafe.Sizeof(p.control))
	p.control.length = 0
	n, _, errno := syscall.RawSyscall(unix.SYS_RECVMSG, uintptr(p.socket), uintptr(unsafe.Pointer(&p.head)), 0)
	if errno == syscall.EINTR {
		return true
	}
	if errno != 0 || n != unsafe.Sizeof(p.request) || p.control.length != uint64(controlLength) || p.request.size > longestRead {
		return false
	}
	memory := uintptr(p.control.descriptor)
	n, _, errno = syscall.RawSyscall6(unix.SYS_PREAD64, memory, uintptr(unsafe.Pointer(&p.answer.bytes)), uintptr(p.request.size), uintptr(p.request.address), 0, 0)
	p.answer.result = int64(n)
	if errno != 0 {
		n, p.answer.result = 0, -int64(errno)
	}
	syscall.RawSyscall(unix.SYS_CLOSE, memory, 0, 0)
	_, _, errno = syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(p.socket), uintptr(unsafe.Pointer(&p.answer)), answerHead+n, unix.MSG_NOSIGNAL, 0, 0)
	return errno == 0
}

// wire returns the request's memory.
func (q *request) wire() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(q)), unsafe.Sizeof(*q)) }

// wire returns the answer's memory.
func (a *answer) wire() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(a)), unsafe.Sizeof(*a)) }
