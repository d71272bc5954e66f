//go:build amd64 || arm64

package launcher

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/prove"
)

// Start runs the command under the filter in a child process, which shares
// this one's session, process group, directory, standard descriptors and
// environment as given. It returns once the command is executing, or with an
// *Error; then nothing has run and no child is left. The calling process is
// not dumpable afterwards (PR_SET_DUMPABLE), so that the command cannot reach
// into it, unless it is root's.
func Start(p prove.Proved, c Command, o Options) (*Process, error) {
	defer holdThread(c.Inherited)()
	// Descriptors are made without FD_CLOEXEC under this lock, by convention.
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()

	// Before forwarding changes what this process does on signals.
	pl, err := newPlan(p.Program(), c, o)
	if err != nil {
		return nil, err
	}
	if o.DieWithParent {
		if err := dieWithParent(o.Parent); err != nil {
			return nil, err
		}
		pl.deathSignal, pl.parent = int32(unix.SIGKILL), int32(os.Getpid())
	}
	page, err := newReportPage()
	if err != nil {
		return nil, err
	}
	defer page.free()

	// What runs under the filter may be allowed to open files: it must not find
	// the memory of this process, which runs under none, in /proc. The child
	// becomes dumpable again when it executes the command.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return nil, &Error{Status: StatusFailed, Text: "cannot protect the memory of sandbox (PR_SET_DUMPABLE): " + err.Error(), Err: err}
	}

	// Nobody could continue the first process of a pid namespace.
	process := &Process{options: o, follows: o.Forward && os.Getpid() != 1, listener: -1}
	if o.Forward {
		if err := process.catch(); err != nil {
			return nil, err
		}
	}
	pid, errno := pl.fork(page.report)
	if errno == 0 {
		process.pid = int(pid)
		err = process.started(*page.report, c.Path)
	} else {
		cause := syscall.Errno(errno)
		err = &Error{Status: StatusFailed, Text: "cannot create a process: " + cause.Error(), Err: cause}
	}
	if err != nil {
		process.release()
		return nil, err
	}
	process.forward()
	return process, nil
}

// fork makes a child that carries out the plan, and returns when the child has
// executed the command or is dead: that is what CLONE_VFORK waits for (the
// release of the child's memory), without CLONE_VM too. So the report is
// complete when it returns.
//
// It stays on its thread, as replace does.
//
// The child has a copy of the memory and only this thread, so that whatever it
// does cannot disturb the parent. The table of descriptors it shares until its
// execve (CLONE_FILES): so its listener becomes one of the parent's. Signals are blocked from before it exists,
// so that no handler of Go's runs in it. The contract of enter holds.
//
// The scheduler does not know that this thread waits: it is well under a
// millisecond, and entering a system call in Go's way would have the child
// return through the scheduler.
//
//go:nosplit
//go:norace
func (pl *plan) fork(r *report) (pid uintptr, errno uint32) {
	all, old := ^uint64(0), uint64(0)
	if errno = setSignalMask(&all, &old); errno != 0 {
		return 0, errno
	}
	// The address of the id is the fourth argument on amd64, and the fifth on
	// arm64; there, the other is not looked at.
	id := pl.childAddress()
	pid = systemCall(unix.SYS_CLONE, unix.CLONE_VFORK|unix.CLONE_FILES|unix.CLONE_CHILD_SETTID|uintptr(unix.SIGCHLD), 0, 0, id, id, 0)
	if pid == 0 {
		if pl.child == 0 { // a filter around this process has faked it
			setSignalMask(&old, nil)
			return 0, uint32(syscall.EPERM)
		}
		pl.enter(r)
		if r.step != stepExecve || pl.mayExit {
			systemCall(unix.SYS_EXIT_GROUP, StatusFailed, 0, 0, 0, 0, 0)
		}
		crash()
	}
	setSignalMask(&old, nil)
	return pid, failed(pid)
}

// started looks at the report of a child that fork returned. It waits for one
// that did not execute the command.
func (p *Process) started(r report, path string) error {
	executed := r.errno == 0 && r.step == stepExecve
	if p.options.Listen && r.step == stepExecve {
		if listener := int(r.listener); isListener(listener) {
			p.listener = listener
		} else { // enter has seen to it that this cannot be
			executed, r.step, r.errno = false, stepAnswer, uint32(syscall.EPERM)
			_ = p.Signal(unix.SIGKILL)
		}
	}
	if executed {
		return nil
	}
	if p.listener >= 0 {
		unix.Close(p.listener)
		p.listener = -1
	}
	status, err := p.Wait()
	switch {
	case r.errno != 0 && p.options.Listen && r.refused():
		return listenerError(syscall.Errno(r.errno))
	case r.errno != 0:
		return r.err(path)
	case err != nil:
		return err
	case status.signal != 0:
		return &Error{Status: StatusFailed, Text: "the child was killed by " + unix.SignalName(status.signal) + " before it could " + stepNames[r.step]}
	}
	return &Error{Status: StatusFailed, Text: "the child ended before it could " + stepNames[r.step]}
}
