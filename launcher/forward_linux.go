//go:build amd64 || arm64

package launcher

import (
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// forwarding passes signals on to a child.
//
// Two receivers complicate it: the child is in this process's group, so what a
// terminal or a shell sends to the whole group has reached the child already.
// What the terminal sends is recognised by its sender, the kernel; a kill of
// the group by another process cannot be told from one of this process alone,
// and arrives twice.
type forwarding struct {
	relay *relay
	done  chan struct{}  // closed when nobody reads the relay any more
	typed chan time.Time // when the terminal sent SIGTSTP last, if that is news
}

// notForwarded are signals that this process keeps to itself: those that nobody
// can catch; those that it causes itself, SIGCHLD and SIGURG (the runtime's
// preemption); and those of job control, except SIGTSTP, whose default actions
// stop and continue both processes.
var notForwarded = [...]syscall.Signal{
	unix.SIGKILL, unix.SIGSTOP,
	unix.SIGCHLD, unix.SIGURG,
	unix.SIGTTIN, unix.SIGTTOU, unix.SIGCONT,
}

// forwardedSignals are all others; bit n-1 is signal n.
func forwardedSignals() uint64 {
	signals := ^uint64(0)
	for _, sig := range notForwarded {
		signals &^= 1 << (sig - 1)
	}
	return signals
}

// catch begins to collect signals, before there is a child to pass them to.
func (p *Process) catch() error {
	r, err := openRelay(forwardedSignals())
	if err != nil {
		return &Error{Status: StatusFailed, Text: "cannot catch signals to pass them on: " + err.Error(), Err: err}
	}
	p.fwd = &forwarding{relay: r, typed: make(chan time.Time, 1)}
	return nil
}

// forward passes on what was and will be collected, until release.
func (p *Process) forward() {
	f := p.fwd
	if f == nil {
		return
	}
	f.done = make(chan struct{})
	go func() {
		defer close(f.done)
		// The thread's mask is changed, so it ends with this function.
		runtime.LockOSThread()
		f.relay.unblock()
		for {
			rec, ok := f.relay.next()
			if !ok {
				return
			}
			if syscall.Signal(rec.signal) == unix.SIGTSTP && fromTerminal(rec) {
				f.noteTyped()
			}
			if p.concerns(rec) {
				p.pass(rec)
			}
		}
	}()
}

// noteTyped notes that the terminal has sent SIGTSTP.
func (f *forwarding) noteTyped() {
	select {
	case <-f.typed: // that is another one
	default:
	}
	select {
	case f.typed <- time.Now():
	default:
	}
}

// release ends forwarding.
func (p *Process) release() {
	f := p.fwd
	if f == nil {
		return
	}
	p.fwd = nil
	if f.done != nil {
		if !f.relay.end() {
			return // the reader waits on, and no other relay can be opened
		}
		<-f.done
	}
	f.relay.close()
}

// siKernel is SI_KERNEL (asm-generic/siginfo.h): sent by the kernel, as a
// terminal's signals and those of limits and timers are.
const siKernel = 0x80

// fromTerminal reports whether a signal is one that a terminal has sent to its
// foreground process group.
func fromTerminal(rec record) bool {
	switch syscall.Signal(rec.signal) {
	case unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTSTP, unix.SIGWINCH:
		return rec.code == siKernel
	}
	return false
}

// concerns reports whether the child should get a signal that this process
// got. One that the child has sent is not sent back: it may send it again, as
// one that signals its group does (an editor that stops with it, for one).
func (p *Process) concerns(rec record) bool {
	if rec.code <= 0 && int(rec.pid) == p.pid {
		return false
	}
	switch syscall.Signal(rec.signal) {
	case unix.SIGINT, unix.SIGQUIT, unix.SIGWINCH, unix.SIGTSTP:
		return rec.code != siKernel || !p.sharesGroup()
	case unix.SIGXCPU:
		return rec.code != siKernel // about this process's own use
	case unix.SIGPIPE, unix.SIGXFSZ:
		return int(rec.pid) != os.Getpid() // from a write of our own
	}
	return true
}

// sharesGroup reports whether the child is still in this process's group.
func (p *Process) sharesGroup() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	group, err := unix.Getpgid(p.pid)
	return !p.reaped && err == nil && group == unix.Getpgrp()
}
