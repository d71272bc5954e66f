//go:build amd64 || arm64

package launcher

import (
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
)

// A Process is a command that runs as a child under its filter.
type Process struct {
	pid int
	fwd *forwarding // nil if signals are not forwarded

	options  Options
	watcher  *watcher // nil if this process is the child's parent
	listener int      // -1 for none
	proc     *procfs.Dir
	grouped  bool // in a cgroup of its own
	leftover int
	daemons  []Daemon
	orphans  int // that SIGSYS has ended

	mu     sync.Mutex // held while a signal is sent, and while pid is given up
	reaped bool
}

// Pid returns the process id. It belongs to the child until Wait has returned.
func (p *Process) Pid() int { return p.pid }

// Listener returns the descriptor at which calls wait for which the program
// returns notify, or -1 without Options.Listen. It has FD_CLOEXEC and belongs to
// the caller, whose process alone has it: when it is closed, such calls fail
// with ENOSYS.
func (p *Process) Listener() int { return p.listener }

// Proc returns /proc as it was before the command could mount over it, or nil if
// there was none.
func (p *Process) Proc() *procfs.Dir { return p.proc }

// Tree returns how the processes of the command end should this one be killed.
func (p *Process) Tree() Tree {
	if os.Getpid() == 1 {
		return PIDNamespace
	}
	if p.grouped {
		return CgroupKill
	}
	return Watchers
}

// Signal sends a signal to the child. After Wait the error is
// os.ErrProcessDone.
func (p *Process) Signal(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return os.ErrProcessDone
	}
	return unix.Kill(p.pid, sig)
}

// End kills the child with all that it has started. Wait returns then, whoever
// traces the child: if nobody else tells, it has ended by SIGKILL. After Wait the
// error is os.ErrProcessDone.
func (p *Process) End() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.reaped:
		return os.ErrProcessDone
	case p.watcher == nil:
		return unix.Kill(-1, unix.SIGKILL) // all in this pid namespace but its first process
	}
	p.watcher.say(sayEnd)
	return nil
}

// Wait waits for the child to end, ends what it has left behind, stops
// forwarding signals, and returns how the child ended. It is to be called once.
// With Options.Forward, this process stops meanwhile whenever the child stops.
//
// If the watcher was killed, so is the command with all that it has started, and
// the error is an *Error. This process cannot tell them from other children of
// its own then: all are killed.
//
// The first process of a pid namespace is the parent of all orphans in it: then
// Wait reaps those that end before the child does, and leaves the others to the
// kernel.
func (p *Process) Wait() (Status, error) {
	defer p.release()
	if p.watcher == nil {
		return p.waitAlone()
	}
	return p.waitWatched()
}

// Leftover returns how many processes Wait has killed that the command had
// left behind.
func (p *Process) Leftover() int { return p.leftover }

// Daemons returns those of Leftover that were in a session of their own, as far
// as that can be known.
func (p *Process) Daemons() []Daemon { return p.daemons }

// KilledOrphans returns how many processes that the command has started were
// ended by SIGSYS before Wait returned, of those alone whose parents had ended
// before: nobody tells of the others but their parents.
func (p *Process) KilledOrphans() int { return p.orphans }

// waitWatched does what the watcher has to say.
func (p *Process) waitWatched() (status Status, err error) {
	w := p.watcher
	defer w.cgroup.close()
	ended, over := false, false
	for !over {
		m, _, gone := w.hear()
		if gone != nil {
			break
		}
		switch m.kind {
		case tellStop:
			time.Sleep(settle)
			w.say(sayCheck)
		case tellStopped:
			w.say(p.followStop(syscall.Signal(m.a)))
		case tellLeft:
			p.daemons = w.daemons(p.pid)
			w.say(sayLook)
		case tellEnded:
			status, ended = statusOf(m.a, m.b), true
			p.giveUp()
			w.say(sayReap)
		case tellOver:
			over = true
			p.leftover, err = int(m.a), survivors(uint32(m.b))
			p.orphans = int(m.c)
		}
	}
	p.giveUp()
	// A watcher that lives, as only this process's hearing has failed, ends all.
	unix.Close(w.channel)
	how := <-w.end
	if over {
		return status, err
	}
	e := w.endOrphans(p.pid)
	p.leftover = int(e.killed)
	switch err := survivors(e.errno); {
	case !ended:
		return Status{}, w.lost(how)
	case err != nil:
		return Status{}, err
	}
	return status, nil
}

// survivors says why what the command left behind was not ended.
func survivors(errno uint32) error {
	if errno == 0 {
		return nil
	}
	cause := syscall.Errno(errno)
	return &Error{
		Status: StatusFailed,
		Text:   "cannot end what the program has left behind: " + cause.Error(),
		Hint:   "processes of other users take CAP_KILL to end; or a filter around this process denies kill, and has to allow it",
		Err:    cause,
	}
}

// giveUp has nobody use the child's id any more.
func (p *Process) giveUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaped = true
}

// waitAlone waits for the child as the first process of a pid namespace, and
// reaps what else ends.
func (p *Process) waitAlone() (Status, error) {
	p.endHeld()
	for {
		var ws unix.WaitStatus
		pid, err := p.reap(&ws)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return Status{}, &Error{Status: StatusFailed, Text: "cannot wait for the command: " + err.Error(), Err: err}
		case pid == p.pid:
			return newStatus(ws), nil
		case ws.Signaled() && ws.Signal() == sigSys:
			p.orphans++
		}
	}
}

// endHeld has all other processes end, as they do when this one ends, if one of
// them traces the child and so keeps its end from this one (Linux 5.3).
func (p *Process) endHeld() {
	fd, err := unix.PidfdOpen(p.pid, 0)
	if err != nil || fd < 3 { // less is faked
		return
	}
	go func() {
		defer unix.Close(fd)
		wait := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		for {
			if _, err := unix.Poll(wait, -1); err != unix.EINTR {
				break
			}
		}
		if wait[0].Revents&unix.POLLIN != 0 {
			time.Sleep(tracerGrace)
			_ = p.End()
		}
	}()
}

// reap waits for a child to end and reaps it. First it waits without reaping:
// as long as the child is a zombie, its id is no one else's, and a signal sent
// to it reaches nobody. Where a filter around this process denies waitid, wait4
// has to do alone.
func (p *Process) reap(ws *unix.WaitStatus) (pid int, err error) {
	options := unix.WNOHANG
	switch err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOWAIT, nil); err {
	case nil:
		p.mu.Lock()
		defer p.mu.Unlock()
	case unix.EINTR:
		return 0, err
	default:
		options = 0
	}
	pid, err = unix.Wait4(-1, ws, options, nil)
	if err == nil && pid == p.pid {
		p.reaped = true
	}
	return pid, err
}

func newStatus(ws unix.WaitStatus) Status {
	if ws.Signaled() {
		return Status{code: -1, signal: ws.Signal(), core: ws.CoreDump()}
	}
	return Status{code: ws.ExitStatus()}
}

// si_code of a child (asm-generic/siginfo.h).
const (
	cldExited = 1
	cldKilled = 2
	cldDumped = 3
)

// statusOf returns what waitid says of a child that has ended.
func statusOf(code, value int32) Status {
	if code == cldExited {
		return Status{code: int(value)}
	}
	return Status{code: -1, signal: syscall.Signal(value), core: code == cldDumped}
}
