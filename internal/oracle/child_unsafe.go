//go:build linux

package oracle

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// A job is what a forked child does. It is complete before the fork.
type job struct {
	parent  int
	install *unix.SockFprog  // a program to install first, or nil
	calls   []Call           // then, calls to make under it
	offers  []unix.SockFprog // or, programs to offer to the kernel
	shared  []int32          // see memory
}

// Steps of a child's set-up, named in errors.
const (
	stageFork int32 = iota
	stageIsolate
	stageNoNewPrivs
	stageLimit
	stageInstall
	stageReady
)

var stageNames = [...]string{
	stageFork:       "fork",
	stageIsolate:    "prctl",
	stageNoNewPrivs: "prctl(PR_SET_NO_NEW_PRIVS)",
	stageLimit:      "setrlimit(RLIMIT_NOFILE)",
	stageInstall:    "seccomp",
}

// executed is the result of a call that was not denied.
const executed = -2

// run forks a child that does the job and returns the number of results that
// are complete, and how the child ended.
func (j *job) run() (done int, status syscall.WaitStatus, err error) {
	// The child is to end with this thread, and begins with its signal mask.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	j.parent = syscall.Getpid()
	j.shared[atStage], j.shared[atProgress] = stageFork, 0

	// A Go signal handler must not run in the child.
	var all, old unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &old); err != nil {
		return 0, 0, fmt.Errorf("block signals: %w", err)
	}
	pid, errno := j.fork()
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil); err != nil {
		return 0, 0, fmt.Errorf("restore the signal mask: %w", err)
	}
	if errno != 0 {
		return 0, 0, fmt.Errorf("fork: %w", errno)
	}
	for {
		_, err = syscall.Wait4(int(pid), &status, 0, nil)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		return 0, 0, fmt.Errorf("wait for the child: %w", err)
	}
	runtime.KeepAlive(j)
	if stage := j.shared[atStage]; stage != stageReady {
		return 0, status, fmt.Errorf("%s in the child: %w", stageNames[stage], syscall.Errno(j.shared[atProgress]))
	}
	return int(j.shared[atProgress]), status, nil
}

// fork makes the child. In the child it does not return.
//
// From here to the end of the child no function may grow the stack, allocate,
// take a lock or run instrumented: there is one thread, and the runtime's
// others, with whatever locks they held, are gone.
//
//go:noinline
//go:norace
//go:nosplit
func (j *job) fork() (pid uintptr, errno syscall.Errno) {
	flags, stack := uintptr(syscall.SIGCHLD), uintptr(0)
	if runtime.GOARCH == "s390x" { // CONFIG_CLONE_BACKWARDS2
		flags, stack = stack, flags
	}
	pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, flags, stack, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	if j.setUp() {
		j.shared[atStage] = stageReady
		j.makeCalls()
		j.makeOffers()
	}
	// The filter denies exit_group: a fault needs no system call. SIGSEGV is
	// blocked, so no handler sees it.
	for {
		var nowhere *int32
		*nowhere = 0
	}
}

// setUp reports whether all steps worked. The steps that failed are named in
// the shared memory.
//
//go:norace
//go:nosplit
func (j *job) setUp() bool {
	const closeRangeLast = ^uint32(0)
	j.shared[atStage] = stageIsolate
	// The child must not outlive the caller, keep the caller's pipes open, or
	// dump core.
	if !j.did(syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0, 0)) {
		return false
	}
	if ppid, _, _ := syscall.RawSyscall6(unix.SYS_GETPPID, 0, 0, 0, 0, 0, 0); int(ppid) != j.parent {
		return false
	}
	if !j.did(syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0, 0, 0, 0, 0)) {
		return false
	}
	// Missing before 5.9: then the descriptors stay open until the child ends.
	syscall.RawSyscall6(unix.SYS_CLOSE_RANGE, 0, uintptr(closeRangeLast), 0, 0, 0, 0)

	j.shared[atStage] = stageNoNewPrivs
	if !j.did(syscall.RawSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)) {
		return false
	}
	if j.install == nil {
		j.shared[atStage] = stageLimit
		var none [2]uint64
		return j.did(syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&none)), 0, 0, 0))
	}
	j.shared[atStage] = stageInstall
	return j.did(syscall.RawSyscall6(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(j.install)), 0, 0, 0))
}

// did notes the errno of a step and reports whether the step worked.
//
//go:norace
//go:nosplit
func (j *job) did(_, _ uintptr, errno syscall.Errno) bool {
	j.shared[atProgress] = int32(errno)
	return errno == 0
}

// makeCalls makes the calls. The progress is written before each, since a call
// may be the end.
//
//go:norace
//go:nosplit
func (j *job) makeCalls() {
	results := j.shared[atResults:]
	for i := range j.calls {
		j.shared[atProgress] = int32(i)
		results[i] = j.calls[i].enter()
	}
	if len(j.calls) > 0 {
		j.shared[atProgress] = int32(len(j.calls))
	}
}

// enter makes the call and returns its errno, or executed.
//
//go:norace
//go:nosplit
func (c *Call) enter() int32 {
	if c.I386 {
		if r := -int80(c.Nr, &c.Args); r >= 0 && r <= bpf.MaxErrno {
			return r
		}
		return executed
	}
	r, _, errno := syscall.RawSyscall6(uintptr(c.Nr), uintptr(c.Args[0]), uintptr(c.Args[1]),
		uintptr(c.Args[2]), uintptr(c.Args[3]), uintptr(c.Args[4]), uintptr(c.Args[5]))
	if errno == 0 {
		errno = -syscall.Errno(r) // RawSyscall6 takes -4095 for success
	}
	if errno > bpf.MaxErrno {
		return executed
	}
	return int32(errno)
}

// makeOffers offers programs to the kernel, which cannot take them: see
// [Accepts].
//
//go:norace
//go:nosplit
func (j *job) makeOffers() {
	results := j.shared[atResults:]
	for i := range j.offers {
		j.shared[atProgress] = int32(i)
		_, _, errno := syscall.RawSyscall6(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
			unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&j.offers[i])), 0, 0, 0)
		results[i] = int32(errno)
		if errno == 0 {
			return // it was installed after all: the progress tells
		}
	}
	if len(j.offers) > 0 {
		j.shared[atProgress] = int32(len(j.offers))
	}
}

// fprog returns code as the kernel takes it. An Instruction has the layout of
// struct sock_filter; the length is cut to 16 bits.
func fprog(code []bpf.Instruction) unix.SockFprog {
	f := unix.SockFprog{Len: uint16(len(code))}
	if len(code) > 0 {
		f.Filter = (*unix.SockFilter)(unsafe.Pointer(&code[0]))
	}
	return f
}
