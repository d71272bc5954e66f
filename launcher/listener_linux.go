//go:build amd64 || arm64

package launcher

import (
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// listenerFlags asks the kernel with which flags a filter gets a listener. It
// is asked to install a filter that lies nowhere: it looks at the flags first,
// and answers EINVAL for one that it does not know and EFAULT for the filter.
func listenerFlags() (flags uintptr, err error) {
	// Without the second, a signal during a denied call has the caller give up
	// the answer and ask again (Linux 5.19).
	flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	err = tryFlags(flags)
	if err == unix.EINVAL {
		flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
		err = tryFlags(flags)
	}
	if err == unix.EFAULT {
		return flags, nil
	}
	return 0, listenerError(err)
}

// tryFlags never succeeds. Where a filter around this process has it do so, the
// kernel's answer is not known.
func tryFlags(flags uintptr) error {
	r := systemCall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, 0, 0, 0, 0)
	if errno := failed(r); errno != 0 {
		return syscall.Errno(errno)
	}
	return unix.EPERM
}

// listenerError says why there is no listener. Start can be tried without one:
// if the cause is another, it fails again and says so.
func listenerError(cause error) *Error {
	e := &Error{
		Status:     StatusFailed,
		Text:       "the kernel gives no listener for denied calls: " + cause.Error(),
		Hint:       deniedHint(cause),
		Err:        cause,
		noListener: true,
	}
	switch cause {
	case unix.EBUSY:
		e.Text = "another program listens for the denied calls of this process already, and there can be one only"
		e.Hint = "sandbox runs under another sandbox, or in a container whose manager listens"
	case unix.EPERM: // the kernel itself would say EACCES
		e.Text = "a filter around this process allows no listener for denied calls: " + cause.Error()
		e.Hint = "sandbox runs under another sandbox, or in a container: its filter has to allow seccomp() with SECCOMP_FILTER_FLAG_NEW_LISTENER"
	case unix.EINVAL:
		e.Text = "this kernel has no listeners for denied calls"
		e.Hint = "Linux 5.0 or newer is needed"
	case unix.EMFILE:
		e.Text = "the limit on open files leaves no room for the listener for denied calls"
		e.Hint = "give the program a higher limit, such as nofile=64"
	}
	return e
}

// refused reports whether it was the filter that was not installed, perhaps for
// the sake of its listener. A lack of memory is none of those reasons.
func (r *report) refused() bool {
	return (r.step == stepAnswer || r.step == stepFilter) && syscall.Errno(r.errno) != syscall.ENOMEM
}

// isListener reports whether a descriptor is a listener. Only one of those
// answers that no call has the number 0 (ENOENT): their numbers begin anywhere
// in 2^64 (kernel/seccomp.c).
//
// A signal interrupts the question if it has to wait for a call that is just
// being told.
func isListener(fd int) bool {
	var id uint64
	for {
		if err := listenerKnows(fd, &id); err != unix.EINTR {
			return err == unix.ENOENT
		}
	}
}

// mayExit reports whether a process that could not execute its program can end
// by exit_group under the filter. If that had to wait for an answer, it would
// for ever: who answers waits for this process.
func mayExit(p bpf.Program) bool {
	return verdict(p, unix.SYS_EXIT_GROUP, StatusFailed).Action() != bpf.UserNotif
}
