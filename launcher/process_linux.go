//go:build amd64 || arm64

package launcher

import (
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Process is a command that runs as a child under its filter.
type Process struct {
	pid int
	fwd *forwarding // nil if signals are not forwarded

	mu     sync.Mutex // held while a signal is sent, and while pid is given up
	reaped bool
}

// Pid returns the process id. It belongs to the child until Wait has returned.
func (p *Process) Pid() int { return p.pid }

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
// how it ended. It is to be called once.
func (p *Process) Wait() (Status, error) {
	defer p.release()
	// First wait without reaping: as long as the child is a zombie, its id is
	// no one else's, and a signal sent to it reaches nobody.
	var info unix.Siginfo
	for {
		err := unix.Waitid(unix.P_PID, p.pid, &info, unix.WEXITED|unix.WNOWAIT, nil)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return Status{}, &Error{Status: StatusFailed, Text: "cannot wait for the command: " + err.Error(), Err: err}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reaped = true
	var ws unix.WaitStatus
	for {
		_, err := unix.Wait4(p.pid, &ws, 0, nil)
		if err == nil {
			return newStatus(ws), nil
		}
		if err != unix.EINTR {
			return Status{}, &Error{Status: StatusFailed, Text: "cannot wait for the command: " + err.Error(), Err: err}
		}
	}
}

func newStatus(ws unix.WaitStatus) Status {
	if ws.Signaled() {
		return Status{code: -1, signal: ws.Signal(), core: ws.CoreDump()}
	}
	return Status{code: ws.ExitStatus()}
}
