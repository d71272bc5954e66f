package launcher

import "syscall"

// A Status is how a program ended: by itself, with an exit code, or killed by a
// signal.
type Status struct {
	code   int
	signal syscall.Signal
	core   bool
}

// sigSys is SIGSYS on the machines that can start programs (asm-generic and
// x86); package syscall does not have it everywhere.
const sigSys = syscall.Signal(31)

// Code returns the exit code, 0 to 255, or -1 if a signal ended the program.
func (s Status) Code() int { return s.code }

// Signal returns the signal that ended the program, or 0.
func (s Status) Signal() syscall.Signal { return s.signal }

// CoreDumped reports whether the kernel wrote a core dump.
func (s Status) CoreDumped() bool { return s.core }

// Killed reports whether SIGSYS ended the program, which is what a filter's
// kill_process does, and trap in a program that does not catch it. Nothing
// tells which call it was.
func (s Status) Killed() bool { return s.signal == sigSys }

// ExitCode returns the code by which a launcher passes the status on: the
// program's own, or 128+n for signal n (159 for SIGSYS).
func (s Status) ExitCode() int {
	if s.signal != 0 {
		return 128 + int(s.signal)
	}
	return s.code
}
