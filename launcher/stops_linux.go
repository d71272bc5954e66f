//go:build amd64 || arm64

package launcher

import (
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A shell sees only this process. So when the child stops, this one stops as
// well, by the same signal, or the shell would wait for a program that does
// nothing; and when the shell has this process go on, the child does, too.

// settle is how long a stop must last to be followed. When a shell continues a
// whole group, this process may wake before the child does.
const settle = time.Millisecond

// typedBefore is how long before a stop the terminal has sent the SIGTSTP that
// caused it, at most, and typedAfter how long it may take to be seen here: the
// kernel sends it to both processes at once.
const (
	typedBefore = time.Second
	typedAfter  = 100 * time.Millisecond
)

// followStop stops this process as the child was, and returns what the watcher
// is to do then: have the child go on when this process does. Where the kernel
// does not stop this one, as no shell could continue it (an orphaned process
// group), it would not have stopped the program without us, either.
//
// If the child goes on otherwise, or ends, the watcher continues this process.
func (p *Process) followStop(sig syscall.Signal) (answer byte) {
	if p.options.KeepRunning && !p.fwd.typedStop(sig) || stopBy(sig) != nil {
		return sayLook // then the child alone is stopped
	}
	return sayGoOn
}

// typedStop reports whether the terminal has stopped the child, which may have
// been by SIGSTOP in the end: see pass. (A terminal that is read in the background
// stops this process together with the child.)
func (f *forwarding) typedStop(sig syscall.Signal) bool {
	if sig != unix.SIGTSTP && sig != unix.SIGSTOP {
		return false
	}
	limit := time.NewTimer(typedAfter)
	defer limit.Stop()
	for {
		select {
		case at := <-f.typed:
			if time.Since(at) <= typedBefore {
				return true
			}
		case <-limit.C:
			return false
		}
	}
}

// stopBy stops this process by one of the signals that do so. It returns when
// the process goes on. The signal is sent to this thread, which takes it before
// it does anything else.
func stopBy(sig syscall.Signal) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if sig != unix.SIGSTOP {
		saved, err := getAction(int(sig))
		if err != nil {
			return err
		}
		if err := setAction(int(sig), &kernelSigaction{handler: sigDfl}); err != nil {
			return err
		}
		defer func() { _ = setAction(int(sig), &saved) }()
		mask, err := signalMask()
		if err != nil {
			return err
		}
		open := mask &^ (1 << (sig - 1))
		if errno := setSignalMask(&open, nil); errno != 0 {
			return syscall.Errno(errno)
		}
		defer setSignalMask(&mask, nil)
	}
	return unix.Tgkill(os.Getpid(), unix.Gettid(), sig)
}

// signalGroup signals the child, and its process group if it leads one of its
// own.
func (p *Process) signalGroup(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reaped {
		return os.ErrProcessDone
	}
	if group, err := unix.Getpgid(p.pid); err == nil && group == p.pid {
		return unix.Kill(-p.pid, sig)
	}
	return unix.Kill(p.pid, sig)
}

// pass sends a signal that this process got on to the child; to its process
// group, too, what a terminal has sent to this process's. In a session of its
// own, whose terminal is none, the child's group is orphaned: there the kernel
// heeds no SIGTSTP, so the stop is one that it does heed.
func (p *Process) pass(rec record) {
	// A child that is gone needs no signal.
	switch sig := syscall.Signal(rec.signal); {
	case sig == unix.SIGTSTP && !p.sharesSession():
		_ = p.signalGroup(unix.SIGSTOP)
	case fromTerminal(rec):
		_ = p.signalGroup(sig)
	default:
		_ = p.Signal(sig)
	}
}

func (p *Process) sharesSession() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	theirs, err := unix.Getsid(p.pid)
	if err != nil || p.reaped {
		return true
	}
	own, err := unix.Getsid(0)
	return err != nil || own == theirs
}
