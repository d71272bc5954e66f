//go:build amd64 || arm64

package launcher

import "golang.org/x/sys/unix"

// deniedHint says what to do where a system call of a start has failed, for
// which limits are the usual cause, or a filter around this process.
func deniedHint(cause error) string {
	switch cause {
	case unix.EMFILE:
		return "the limit on open files is too low, or too many are open: ulimit -n"
	case unix.ENFILE:
		return "too many files are open on this machine: see /proc/sys/fs/file-nr"
	case unix.EAGAIN:
		return "too many processes: raise the limit (ulimit -u, pids.max of a cgroup, --pids-limit of a container), or have fewer of them"
	case unix.ENOMEM:
		return "there is no memory, or a limit on it is too low: ulimit -v, memory.max of a cgroup"
	}
	return "if a filter around this process denies it, as in a container, that filter has to allow it"
}
