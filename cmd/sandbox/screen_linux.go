package main

import "golang.org/x/sys/unix"

// screenTaken reports whether standard error is a terminal that a program has to
// itself, as editors and pagers do: they read keys, not lines. Lines that come in
// between would stand in the middle of what they draw.
func screenTaken() bool {
	state, err := unix.IoctlGetTermios(2, unix.TCGETS)
	return err == nil && state.Lflag&unix.ICANON == 0
}
