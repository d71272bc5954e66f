//go:build amd64 || arm64

package main

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/internal/inherited"
)

// quitPlainly has SIGQUIT end this process, or be ignored, as it was when the
// process started. The Go runtime would write its stacks first, to a standard
// error whose reader may be what the process waits for at its end: it would wait
// there for good. While a program runs, package launcher has the signal, and gives
// it back as it was.
//
// Where a filter around this process denies that, nothing is changed.
func quitPlainly() {
	const ignore = 1 // SIG_IGN; SIG_DFL is 0
	// struct sigaction as the kernel has it: handler, flags, restorer, mask.
	var action [4]uint64
	if inherited.Read().Ignored>>(unix.SIGQUIT-1)&1 != 0 {
		action[0] = ignore
	}
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGQUIT), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
}
