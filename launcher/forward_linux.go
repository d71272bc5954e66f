//go:build amd64 || arm64

package launcher

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// forwarding passes signals on to a child.
//
// Two receivers complicate it: the child is in this process's group, so what a
// terminal or a shell sends to the whole group has reached the child already.
// What the terminal sends is recognised by its sender, the kernel; a kill of
// the group by another process cannot be told from one of this process alone,
// and arrives twice.
//
// Not forwarded are SIGCHLD and SIGURG, which this process causes itself; the
// signals of job control (SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT), which keep their
// default actions, so that ^Z stops both and fg continues both; and those that
// Go programs cannot catch: SIGKILL, SIGSTOP, SIGILL, SIGTRAP, SIGBUS, SIGFPE,
// SIGSEGV, SIGSTKFLT, SIGPROF, SIGSYS and 32 to 34.
type forwarding struct {
	signals chan os.Signal
	done    chan struct{}
}

// forwardedSignals are caught, and passed on unless concerns says otherwise.
func forwardedSignals() []os.Signal {
	list := []os.Signal{
		unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGABRT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGPIPE, unix.SIGALRM,
		unix.SIGTERM, unix.SIGXCPU, unix.SIGXFSZ, unix.SIGVTALRM, unix.SIGWINCH, unix.SIGIO, unix.SIGPWR,
	}
	for n := syscall.Signal(35); n <= 64; n++ {
		list = append(list, n)
	}
	return list
}

// catch begins to collect signals, before there is a child to pass them to.
func (p *Process) catch() error {
	list := forwardedSignals()
	f := &forwarding{
		// Room for each signal once, while the child is being made.
		signals: make(chan os.Signal, len(list)),
		done:    make(chan struct{}),
	}
	signal.Notify(f.signals, list...)
	for _, sig := range list {
		if err := noteSenders(sig.(syscall.Signal)); err != nil {
			signal.Stop(f.signals)
			return &Error{Status: StatusFailed, Text: "cannot catch " + unix.SignalName(sig.(syscall.Signal)) + ": " + err.Error(), Err: err}
		}
	}
	p.fwd = f
	return nil
}

// forward passes on what was and will be collected, until release.
func (p *Process) forward() {
	if p.fwd == nil {
		return
	}
	go func(f *forwarding) {
		for {
			select {
			case s := <-f.signals:
				sig := s.(syscall.Signal)
				if p.concerns(sig, lastSender(sig)) {
					_ = p.Signal(sig) // a child that is gone needs none
				}
			case <-f.done:
				return
			}
		}
	}(p.fwd)
}

// release ends forwarding.
func (p *Process) release() {
	if f := p.fwd; f != nil {
		signal.Stop(f.signals)
		close(f.done)
		p.fwd = nil
	}
}

// A sender is the part of siginfo_t that tells where a signal came from.
type sender struct {
	code int32 // si_code
	pid  int32 // si_pid, where the code is at most 0
}

// siKernel is SI_KERNEL (asm-generic/siginfo.h): sent by the kernel, as a
// terminal's signals and those of limits and timers are.
const siKernel = 0x80

// concerns reports whether the child should get a signal that this process got
// from s.
func (p *Process) concerns(sig syscall.Signal, s sender) bool {
	switch sig {
	case unix.SIGINT, unix.SIGQUIT, unix.SIGWINCH:
		return s.code != siKernel || !p.sharesGroup()
	case unix.SIGXCPU, unix.SIGXFSZ:
		return s.code != siKernel // about this process's own use
	case unix.SIGPIPE:
		return int(s.pid) != os.Getpid() // from a write of our own
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
