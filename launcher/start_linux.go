//go:build amd64 || arm64

package launcher

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
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
	pl.stack = new(childStack)
	if err := checkABI(p.Program(), c.Path, inspect(c.Path)); err != nil {
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

	process := &Process{options: o, listener: -1}
	process.proc, _ = procfs.Open() // while nothing can be mounted over it
	if o.Forward {
		if err := process.catch(); err != nil {
			return nil, err
		}
	}
	if os.Getpid() == 1 {
		err = process.startAlone(pl, page.report)
	} else {
		err = process.startWatched(pl, page.report, c)
	}
	if err == nil {
		err = process.started(*page.report, c.Path)
	}
	if err != nil {
		process.release()
		return nil, err
	}
	pl.erase()
	process.forward()
	return process, nil
}

// startAlone has the first process of a pid namespace be the program's parent:
// the kernel ends all others when that ends.
func (p *Process) startAlone(pl *plan, r *report) error {
	pid, errno := pl.spawn(r)
	if errno != 0 {
		return (&report{step: stepProcess, errno: errno}).err("")
	}
	p.pid = int(pid)
	if pl.listens && r.step == stepExecve {
		p.listener = int(r.listener)
	}
	return nil
}

// startWatched has a watcher be the program's parent.
func (p *Process) startWatched(pl *plan, r *report, c Command) error {
	w, err := pl.newWatch(c, p.options.Forward, p.proc)
	if err != nil {
		return err
	}
	var is int32
	if errno := becomeSubreaper(&is); errno != 0 {
		pl.closeWatch()
		w.close()
		return (&report{step: stepWatch, errno: errno}).err("")
	}
	pid, errno := pl.forkWatcher(r)
	pl.closeWatch()
	if errno != 0 {
		w.close()
		return (&report{step: stepProcess, errno: errno}).err("")
	}
	w.pid = int(pid)
	w.end = w.attend() // the program may stop it at once
	m, listener, err := w.hear()
	if err == nil && m.kind == tellStarted {
		p.watcher, p.pid, p.listener = w, int(m.a), listener
		p.grouped = m.b != 0
		if !p.grouped {
			w.cgroup.close() // the program could not be put there
		}
		return nil
	}
	unix.Close(w.channel)
	end := <-w.end
	w.endOrphans(0)
	w.cgroup.close()
	switch {
	case r.errno != 0:
		return p.reported(r, c.Path)
	case err != nil && err != errGone:
		return &Error{
			Status: StatusFailed,
			Text:   "cannot hear from the process that watches the program, so the program was killed: " + err.Error(),
			Hint:   "if a filter around this process denies recvmsg or sendmsg, that filter has to allow it",
			Err:    err,
		}
	}
	return w.lost(end)
}

// started looks at the report of a child that has executed the command, or has
// not and is waited for.
func (p *Process) started(r report, path string) error {
	if r.errno == 0 && r.step == stepExecve {
		if !p.options.Listen || isListener(p.listener) {
			return nil
		}
		return p.unheard(path)
	}
	if isListener(p.listener) {
		unix.Close(p.listener)
	}
	p.listener = -1
	status, err := p.Wait()
	switch {
	case r.errno != 0:
		return p.reported(&r, path)
	case err != nil:
		return err
	case status.signal != 0:
		return &Error{Status: StatusFailed, Text: "the child was killed by " + unix.SignalName(status.signal) + " before it could " + stepNames[r.step]}
	}
	return &Error{Status: StatusFailed, Text: "the child ended before it could " + stepNames[r.step]}
}

// unheard ends a program that runs under its filter while its listener is not
// to be had. It may have done something by then, so this is no ErrNoListener:
// whoever starts it again starts it twice.
func (p *Process) unheard(path string) error {
	if p.listener >= 0 {
		unix.Close(p.listener)
		p.listener = -1
	}
	_ = p.Signal(unix.SIGKILL)
	if _, err := p.Wait(); err != nil {
		return err
	}
	return &Error{
		Status: StatusFailed,
		Text:   "the listener for denied calls of " + path + " was lost when it had begun to run, so the program was killed",
		Hint:   "a program can do that itself: it can lower the limit on open files of sandbox (prlimit) if it runs as the same user",
	}
}

// reported returns the error that a report tells of.
func (p *Process) reported(r *report, path string) *Error {
	if p.options.Listen && r.refused() {
		return listenerError(syscall.Errno(r.errno))
	}
	return r.err(path)
}
