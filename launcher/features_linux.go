//go:build amd64 || arm64

package launcher

import (
	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// sinceKernel names the actions that came after seccomp itself.
var sinceKernel = [...]struct {
	action bpf.Return
	since  string
}{
	{bpf.KillProcess, "4.14"},
	{bpf.Log, "4.14"},
	{bpf.UserNotif, "5.0"},
}

// checkFeatures refuses a program with an action that the running kernel
// lacks. Such a kernel would take the program and act differently: before
// 4.14, kill_process killed one thread only.
func checkFeatures(p bpf.Program, o Options) error {
	for _, f := range sinceKernel {
		// The flag for logging came with the action.
		if !returns(p, f.action) && (f.action != bpf.Log || !o.Log) {
			continue
		}
		if err := actionAvailable(f.action); err != nil {
			return featureError(f.action, f.since, err)
		}
	}
	return nil
}

// returns reports whether an instruction of p returns the action. A computed
// value is left out: only hand-made programs return one.
func returns(p bpf.Program, action bpf.Return) bool {
	for i := range p.Len() {
		if in := p.At(i); in.Op == bpf.RetK && bpf.Return(in.K).Action() == action {
			return true
		}
	}
	return false
}

func featureError(action bpf.Return, since string, err error) *Error {
	e := &Error{Status: StatusFailed, Err: err}
	switch err {
	case unix.ENOSYS:
		e.Text = "this kernel has no seccomp system call, or a filter around this process hides it"
		e.Hint = "Linux 3.17 or newer with CONFIG_SECCOMP_FILTER is needed"
	case unix.EINVAL, unix.EOPNOTSUPP:
		e.Text = "this kernel does not know the action " + action.String()
		e.Hint = "Linux " + since + " or newer is needed"
	default:
		e.Text = "cannot ask the kernel for the action " + action.String() + ": " + err.Error()
	}
	return e
}
