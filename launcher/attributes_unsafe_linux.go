//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setAttributes gives this process what the program is to have beyond its
// descriptors, signals and filter. The contract of enter holds. Where somebody
// asked for it, success is not believed: a filter around this process can fake
// it.
//
//go:nosplit
//go:norace
func (pl *plan) setAttributes(r *report) {
	if pl.newSession {
		r.step = stepSession
		if r.errno = startSession(); r.errno != 0 {
			return
		}
	}
	if pl.setLimit {
		r.step = stepLimit
		r.resource = openFiles
		if r.errno = failed(systemCall(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&pl.limit)), 0, 0, 0)); r.errno != 0 {
			return
		}
	}
	for i := range pl.limits {
		r.step = stepLimit
		r.resource = pl.limits[i].Resource
		if r.errno = setLimit(&pl.limits[i]); r.errno != 0 {
			return
		}
	}
	if pl.deathSignal != 0 {
		r.step = stepDeathSignal
		if r.errno = setDeathSignal(pl.deathSignal); r.errno != 0 {
			return
		}
	} else if pl.watch != nil {
		// The watcher ends the program; if it is killed, this does, whether or not
		// the process that would take its place is there. Nobody asked for it.
		systemCall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0, 0)
	}
	if pl.parent >= 0 {
		// A parent that ended before the signal was set will not cause it.
		r.step = stepParent
		if systemCall(unix.SYS_GETPPID, 0, 0, 0, 0, 0, 0) != uintptr(pl.parent) {
			r.errno = uint32(syscall.ESRCH)
		}
	}
}

//go:nosplit
//go:norace
func startSession() (errno uint32) {
	id := systemCall(unix.SYS_SETSID, 0, 0, 0, 0, 0, 0)
	if errno = failed(id); errno == 0 && id == 0 {
		errno = uint32(syscall.EPERM) // faked
	}
	return errno
}

// setLimit sets a limit and asks for it: a larger hard one than before takes
// CAP_SYS_RESOURCE.
//
//go:nosplit
//go:norace
func setLimit(l *Limit) (errno uint32) {
	values, got := [2]uint64{l.Soft, l.Hard}, [2]uint64{^l.Soft, ^l.Hard}
	if errno = failed(systemCall(unix.SYS_PRLIMIT64, 0, uintptr(l.Resource), uintptr(unsafe.Pointer(&values)), 0, 0, 0)); errno != 0 {
		return errno
	}
	if errno = failed(systemCall(unix.SYS_PRLIMIT64, 0, uintptr(l.Resource), 0, uintptr(unsafe.Pointer(&got)), 0, 0)); errno != 0 {
		return errno
	}
	if got != values {
		return uint32(syscall.EPERM)
	}
	return 0
}

// setDeathSignal sets the parent death signal of this thread, which the program
// has if it is this thread that executes it.
//
//go:nosplit
//go:norace
func setDeathSignal(signal int32) (errno uint32) {
	got := ^signal
	if errno = failed(systemCall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(signal), 0, 0, 0, 0)); errno != 0 {
		return errno
	}
	if errno = failed(systemCall(unix.SYS_PRCTL, unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&got)), 0, 0, 0, 0)); errno != 0 {
		return errno
	}
	if got != signal {
		return uint32(syscall.EPERM)
	}
	return 0
}
