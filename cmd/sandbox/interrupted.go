package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"sandbox/internal/inherited"
)

// dieInterrupted ends this process by SIGINT, as its program was ended. A shell
// takes a command that exits with 130 for one that has seen to the ^C itself, and
// goes on with its loop or its script; one that the signal has ended ends these,
// too (bash, jobs.c: wait_sigint_received). In $? both are 130.
//
// It returns where the signal does not end this process: it is blocked or
// ignored, or the process is the first of its pid namespace.
func dieInterrupted() {
	const bit = 1 << (syscall.SIGINT - 1)
	if given := inherited.Read(); os.Getpid() == 1 || (given.Ignored|given.Blocked)&bit != 0 {
		return
	}
	signal.Reset(syscall.SIGINT)
	self, err := os.FindProcess(os.Getpid())
	if err != nil || self.Signal(syscall.SIGINT) != nil {
		return
	}
	time.Sleep(time.Second) // it comes at once, on whatever thread
}
