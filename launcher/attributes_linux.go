//go:build amd64 || arm64

package launcher

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithParent has the kernel kill this process when its parent ends. The
// signal is an attribute of the calling thread, and one thread that has it is
// enough; Go ends no thread to which no goroutine is locked.
func dieWithParent(parent int) error {
	if errno := setDeathSignal(int32(unix.SIGKILL)); errno != 0 {
		return (&report{step: stepDeathSignal, errno: errno}).err("")
	}
	if os.Getppid() != parent {
		return parentError()
	}
	return nil
}

func parentError() *Error {
	return &Error{
		Status: StatusFailed,
		Text:   "the process that started this one, with which the command is to end, has ended already",
		Err:    unix.ESRCH,
	}
}

func limitError(r Resource, cause syscall.Errno) *Error {
	e := &Error{Status: StatusFailed, Text: "cannot set the limit " + r.String() + ": " + cause.Error(), Err: cause}
	switch cause {
	case unix.EPERM:
		e.Hint = "a hard limit can be lowered only, and nofile is at most /proc/sys/fs/nr_open; or a filter around this process denies prlimit64"
	case unix.EINVAL:
		e.Hint = "the soft limit may not be greater than the hard one"
	}
	return e
}

func sessionError(cause syscall.Errno) *Error {
	return &Error{
		Status: StatusFailed,
		Text:   "cannot start a new session: " + cause.Error(),
		Hint:   "the leader of a process group cannot leave it; a child can, as 'sandbox run' makes one",
		Err:    cause,
	}
}
