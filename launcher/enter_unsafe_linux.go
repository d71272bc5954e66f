//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// A step is a part of entering the sandbox, in the order of execution.
type step uint32

const (
	stepNone step = iota
	stepWatch
	stepProcess
	stepDescriptors
	stepSession
	stepLimit
	stepDeathSignal
	stepParent
	stepSignals
	stepMask
	stepNoNewPrivs
	stepAnswer
	stepFilter
	stepExecve
)

// stepNames complete "cannot …".
var stepNames = [...]string{
	stepNone:        "start",
	stepWatch:       "watch over the program",
	stepProcess:     "create a process",
	stepDescriptors: "close descriptors",
	stepSession:     "start a new session",
	stepLimit:       "set a limit",
	stepDeathSignal: "set the parent death signal",
	stepParent:      "find the parent",
	stepSignals:     "reset a signal",
	stepMask:        "set the signal mask",
	stepNoNewPrivs:  "set no_new_privs",
	stepAnswer:      "reach seccomp()",
	stepFilter:      "install the filter",
	stepExecve:      "execute",
}

// A report is where enter got to. It lies in a page that a child shares with
// its parent, so that it arrives even when the filter denies every system
// call.
type report struct {
	step     step     // the last step begun
	errno    uint32   // why it failed, or 0
	resource Resource // at stepLimit: of the limit
	listener int32    // at stepExecve: what seccomp() returned
	joined   bool     // the cgroup: see spawned
}

const (
	sigDfl = 0 // SIG_DFL
	sigIgn = 1 // SIG_IGN
)

// kernelSigaction is struct sigaction as the kernel has it on amd64 and arm64.
type kernelSigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// enter carries out the plan. It returns only on failure, with r.step and
// r.errno set: before stepExecve nothing of the filter is in force; from there
// on it is, for this thread.
//
// It runs on a thread that must not be moved, in a process where other threads
// may be stopped anywhere (Exec), or in a child in which no other thread exists
// (Start). So it and all that it calls
//   - take no locks and do not allocate: a lock may be held for ever, and the
//     garbage collector may be waiting for this thread;
//   - do not grow the stack, hence nosplit;
//   - write no pointers, hence no write barriers;
//   - make system calls by systemCall only, which tells the scheduler nothing;
//   - run with every signal blocked until each has the disposition that the
//     program is to find: no handler of Go's may run here. From then on the
//     runtime's SIGURG is ignored by default, and any other signal does to
//     this process what it would do to the program.
//
//go:nosplit
//go:norace
func (pl *plan) enter(r *report) {
	r.step = stepDescriptors
	if r.errno = pl.closeDescriptors(); r.errno != 0 {
		return
	}
	if pl.setAttributes(r); r.errno != 0 {
		return
	}
	r.step = stepSignals
	if r.errno = pl.resetSignals(); r.errno != 0 {
		return
	}
	r.step = stepMask
	if r.errno = setSignalMask(&pl.mask, nil); r.errno != 0 {
		return
	}
	r.step = stepNoNewPrivs
	if r.errno = failed(systemCall(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)); r.errno != 0 {
		return
	}
	// An outer filter can fake success with errno(0), so the effect is asked
	// for. (It could fake that as well: whoever confines us may.)
	if systemCall(unix.SYS_PRCTL, unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0) != 1 {
		r.errno = uint32(syscall.EPERM)
		return
	}
	// Nor may the next call be faked: the program would run unconfined. So it is
	// made twice, at the same instruction with the same registers, which are all
	// that a filter sees: first for a filter of no instructions, which the kernel
	// refuses (EINVAL) and a filter around this process that fakes does not.
	r.step = stepAnswer
	length := pl.fprog.Len
	pl.fprog.Len = 0
	r.errno = failed(pl.install())
	pl.fprog.Len = length
	switch r.errno {
	case 0:
		r.errno = uint32(syscall.EPERM)
		return
	case uint32(syscall.EINVAL):
	default: // the real one would fare the same
		r.step = stepFilter
		return
	}
	r.step = stepFilter
	if r.errno = pl.secret.install(); r.errno != 0 {
		return
	}
	installed := pl.install()
	if r.errno = failed(installed); r.errno != 0 {
		return
	}
	r.listener = int32(installed)
	r.step = stepExecve
	r.errno = failed(systemCall(unix.SYS_EXECVE, uintptr(unsafe.Pointer(pl.path)), uintptr(unsafe.Pointer(&pl.argv[0])), uintptr(unsafe.Pointer(&pl.envp[0])), 0, 0, 0))
	if r.errno == 0 { // it has come back, so that was faked
		r.errno = uint32(syscall.EPERM)
	}
}

// install installs as many instructions of the filter as fprog says. It
// returns what the kernel does: a listener's descriptor, or 0 without one.
//
//go:nosplit
//go:norace
func (pl *plan) install() uintptr {
	return systemCall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, pl.flags, uintptr(unsafe.Pointer(&pl.fprog)), 0, 0, 0)
}

// closeDescriptors has execve close what the program must not find, and the
// standard descriptors that were closed before the Go runtime opened /dev/null
// there. A child shares its descriptors with its parent until then, so it cannot
// close any itself.
//
//go:nosplit
//go:norace
func (pl *plan) closeDescriptors() (errno uint32) {
	for i := range pl.descriptors.ranges {
		rg := &pl.descriptors.ranges[i]
		if errno = failed(systemCall(unix.SYS_CLOSE_RANGE, uintptr(rg[0]), uintptr(rg[1]), unix.CLOSE_RANGE_CLOEXEC, 0, 0, 0)); errno != 0 {
			return errno
		}
	}
	for i := range pl.descriptors.each {
		errno = failed(systemCall(unix.SYS_FCNTL, uintptr(pl.descriptors.each[i]), unix.F_SETFD, unix.FD_CLOEXEC, 0, 0, 0))
		if errno != 0 && errno != uint32(syscall.EBADF) {
			return errno
		}
	}
	for fd := uintptr(0); fd < 3; fd++ {
		if pl.closeStdio>>fd&1 != 0 {
			if errno = failed(systemCall(unix.SYS_FCNTL, fd, unix.F_SETFD, unix.FD_CLOEXEC, 0, 0, 0)); errno != 0 {
				return errno
			}
		}
	}
	return 0
}

// resetSignals gives each signal the disposition that the program is to find.
//
//go:nosplit
//go:norace
func (pl *plan) resetSignals() (errno uint32) {
	var action kernelSigaction
	for n := uintptr(1); n <= 64; n++ {
		if allSignals>>(n-1)&1 == 0 {
			continue
		}
		action.handler = sigDfl
		if pl.ignored>>(n-1)&1 != 0 {
			action.handler = sigIgn
		}
		if errno = failed(systemCall(unix.SYS_RT_SIGACTION, n, uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)); errno != 0 {
			return errno
		}
	}
	return 0
}

// setSignalMask sets this thread's mask, and stores the old one unless old is
// nil.
//
//go:nosplit
//go:norace
func setSignalMask(mask, old *uint64) (errno uint32) {
	return failed(systemCall(unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, uintptr(unsafe.Pointer(mask)), uintptr(unsafe.Pointer(old)), 8, 0, 0))
}

// childAddress returns where forkWatcher has the kernel write the watcher's id, in
// the watcher.
//
//go:nosplit
func (pl *plan) childAddress() uintptr { return uintptr(unsafe.Pointer(&pl.child)) }

// execveArgs returns the registers with which enter calls execve.
func (pl *plan) execveArgs() []uintptr {
	return []uintptr{uintptr(unsafe.Pointer(pl.path)), uintptr(unsafe.Pointer(&pl.argv[0])), uintptr(unsafe.Pointer(&pl.envp[0]))}
}

// listenerKnows asks a listener whether the call with a number waits
// (SECCOMP_IOCTL_NOTIF_ID_VALID).
func listenerKnows(fd int, id *uint64) error {
	if errno := failed(systemCall(unix.SYS_IOCTL, uintptr(fd), unix.SECCOMP_IOCTL_NOTIF_ID_VALID, uintptr(unsafe.Pointer(id)), 0, 0, 0)); errno != 0 {
		return syscall.Errno(errno)
	}
	return nil
}

// address returns where b starts, as a system call is given it.
//
//go:nosplit
func address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// signalMask asks for this thread's mask.
func signalMask() (mask uint64, err error) {
	if errno := failed(systemCall(unix.SYS_RT_SIGPROCMASK, 0, 0, uintptr(unsafe.Pointer(&mask)), 8, 0, 0)); errno != 0 {
		return 0, syscall.Errno(errno)
	}
	return mask, nil
}

// actionAvailable asks whether the kernel knows an action (Linux 4.14).
func actionAvailable(action bpf.Return) error {
	value := uint32(action)
	if errno := failed(systemCall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&value)), 0, 0, 0)); errno != 0 {
		return syscall.Errno(errno)
	}
	return nil
}
