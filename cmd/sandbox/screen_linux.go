package main

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// screenTaken reports whether standard error is a terminal that a program has to
// itself, as editors and pagers do: they read keys, not lines. Lines that come in
// between would stand in the middle of what they draw.
func screenTaken() bool {
	state, err := unix.IoctlGetTermios(2, unix.TCGETS)
	return err == nil && state.Lflag&unix.ICANON == 0
}

// unstopped calls f so that writing to a terminal does not stop this process: a
// shell that it runs may have another job in the foreground, and "stty tostop".
// The program would wait for its answers then, and nobody would see why. The
// kernel lets those write that block SIGTTOU (tty_check_change).
func unstopped(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var stop, was unix.Sigset_t
	stop.Val[0] = 1 << (unix.SIGTTOU - 1)
	if unix.PthreadSigmask(unix.SIG_BLOCK, &stop, &was) == nil {
		defer func() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &was, nil) }()
	}
	f()
}
