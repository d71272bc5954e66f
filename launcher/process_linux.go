//go:build amd64 || arm64

package launcher

import (
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Process is a command that runs as a child under its filter.
type Process struct {
	pid int
	fwd *forwarding // nil if signals are not forwarded

	options  Options
	listener int // -1 for none

	follows bool // this process stops and goes on with the child

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

// Tree returns how the processes of the command end should this one be killed.
func (p *Process) Tree() Tree {
	if os.Getpid() == 1 {
		return PIDNamespace
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

// Wait waits for the child to end, stops forwarding signals to it, and returns
// how it ended. It is to be called once. With Options.Forward, this process
// stops meanwhile whenever the child stops.
//
// The first process of a pid namespace is the parent of all orphans in it: then
// Wait reaps those that end before the child does.
func (p *Process) Wait() (Status, error) {
	defer p.release()
	who := p.pid
	if os.Getpid() == 1 {
		who = anyChild
	}
	for {
		var ws unix.WaitStatus
		pid, err := p.reap(who, &ws)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return Status{}, &Error{Status: StatusFailed, Text: "cannot wait for the command: " + err.Error(), Err: err}
		case pid == p.pid && ws.Stopped():
			p.followStop(ws.StopSignal())
		case pid == p.pid:
			return newStatus(ws), nil
		}
	}
}

// anyChild is what wait4 calls any child.
const anyChild = -1

// reap waits for a child to end and reaps it, or to stop. First it waits without reaping:
// as long as the child is a zombie, its id is no one else's, and a signal sent
// to it reaches nobody. Where a filter around this process denies waitid, wait4
// has to do alone.
func (p *Process) reap(who int, ws *unix.WaitStatus) (pid int, err error) {
	kind, id, options := unix.P_PID, who, unix.WNOHANG
	if who == anyChild {
		kind, id = unix.P_ALL, 0
	}
	events, stops := unix.WEXITED|unix.WNOWAIT, 0
	if p.follows {
		events, stops = events|unix.WSTOPPED, unix.WUNTRACED
	}
	var info unix.Siginfo
	switch err := unix.Waitid(kind, id, &info, events, nil); err {
	case nil:
		if info.Code == cldStopped {
			time.Sleep(settle)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
	case unix.EINTR:
		return 0, err
	default:
		options = 0
	}
	pid, err = unix.Wait4(who, ws, options|stops, nil)
	if err == nil && pid == p.pid && !ws.Stopped() {
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
