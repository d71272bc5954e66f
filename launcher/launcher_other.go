//go:build !linux || !(amd64 || arm64)

package launcher

import (
	"runtime"
	"syscall"

	"sandbox/internal/procfs"
	"sandbox/prove"
)

// DefaultPath is searched when the environment has no PATH at all.
const DefaultPath = "/usr/local/bin:/usr/bin:/bin"

// A Process is a command that runs as a child under its filter.
type Process struct{}

// Pid returns 0: no process exists here.
func (*Process) Pid() int { return 0 }

// Listener returns -1.
func (*Process) Listener() int { return -1 }

// Proc returns nil.
func (*Process) Proc() *procfs.Dir { return nil }

// Tree returns the zero value.
func (*Process) Tree() Tree { return 0 }

// Leftover returns 0.
func (*Process) Leftover() int { return 0 }

// Daemons returns none.
func (*Process) Daemons() []Daemon { return nil }

// KilledOrphans returns 0.
func (*Process) KilledOrphans() int { return 0 }

// Signal fails.
func (*Process) Signal(syscall.Signal) error { return unsupported() }

// End always fails.
func (*Process) End() error { return unsupported() }

// Wait fails.
func (*Process) Wait() (Status, error) { return Status{}, unsupported() }

// NewSecret fails: there is no execve to keep secrets from.
func NewSecret() (*Secret, error) { return nil, unsupported() }

// Forget does nothing.
func (s *Secret) Forget() {}

// Resolve fails: there is nothing to start.
func Resolve(string, string) (string, error) { return "", unsupported() }

// Exec fails: there is no seccomp here, or no assembly for it.
func Exec(prove.Proved, Command, Options) error { return unsupported() }

// Start fails as Exec does.
func Start(prove.Proved, Command, Options) (*Process, error) { return nil, unsupported() }

func unsupported() *Error {
	return &Error{
		Status: StatusFailed,
		Text:   "programs can be started only on linux/amd64 and linux/arm64; this is " + runtime.GOOS + "/" + runtime.GOARCH,
	}
}
