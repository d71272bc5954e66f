// Package launcher turns a proved filter and a command into a sandboxed
// process: in place of this one ([Exec]) or as a child of it ([Start]).
//
// The filter is installed in the last moment, by the thread that calls execve,
// with system calls prepared beforehand. Nothing of the Go runtime runs under
// it, so a policy may deny whatever the runtime needs. Any failure means that
// the command does not run.
//
// The program finds the signal dispositions, the signal mask, the limits and
// the descriptors that it would have had without a launcher, as far as they
// are known: see [Inherited].
package launcher

import (
	"errors"

	"sandbox/bpf"
	"sandbox/prove"
)

// A Command is a program to start.
type Command struct {
	// Path is the executable, as execve takes it: no look-up is done. See
	// Resolve.
	Path string
	// Args are the arguments, argv[0] included; there is at least one.
	Args []string
	// Env is the whole environment, passed on byte for byte. (os.Environ()
	// drops duplicates; entries without "=" it keeps.)
	Env []string
	// Keep lists descriptors from 3 on that stay open. All others from 3 on
	// are closed. Each must be open and without FD_CLOEXEC, which is how a
	// descriptor looks that was passed to this process.
	Keep []int
	// Limits are set for the program, and not for this process unless it is
	// replaced. What is not listed stays as it was inherited.
	Limits []Limit
	// Inherited is what this process was given and the program is to find.
	Inherited Inherited
	// Secret has execve find its arguments at the addresses that a filter asks
	// for; nil: anywhere. It can be forgotten once the command runs.
	Secret *Secret
	// First is a filter that is installed before the other one, which must pass
	// all that a launch does but execve with other registers than the command's.
	// The zero value is none.
	First prove.Proved
}

// Options change how a command is started. The zero value is the usual way.
type Options struct {
	// Log has the kernel log what the filter denies
	// (SECCOMP_FILTER_FLAG_LOG, Linux 4.14).
	Log bool
	// Forward passes signals that this process receives on to the child, from
	// before it exists until Wait returns. For that time they are taken from
	// os/signal, so only one child can have them. And it has this process stop
	// whenever the child stops, as a shell expects of a job. Only for Start.
	Forward bool
	// KeepRunning has this process stop with the child only if the terminal has
	// stopped both, of all cases in which Forward has it do so.
	KeepRunning bool
	// Listen has the calls for which the program returns notify wait for an
	// answer, at the descriptor that [Process.Listener] returns
	// (SECCOMP_FILTER_FLAG_NEW_LISTENER, Linux 5.0). Where it is not to be had,
	// Start fails with an error that is [ErrNoListener]. Only for Start.
	Listen bool
	// NewSession makes the program the leader of a session of its own, without
	// a terminal: it cannot put input there for a shell (TIOCSTI). A leader of
	// a process group cannot do that, so Exec fails in one.
	NewSession bool
	// DieWithParent has the kernel kill the program when this process's parent
	// ends, or, more exactly, the thread that started it; Start has it kill this
	// process so, and the program when this process ends. A program can undo
	// that (PR_SET_PDEATHSIG), and what it starts is not killed.
	DieWithParent bool
	// Parent is the id of this process's parent when it began to run. If
	// another has taken its place by now, nothing is started. Only for
	// DieWithParent.
	Parent int
}

// Inherited is what a process was given at its own execve. The Go runtime
// overwrites most of it before main, so it has to be recorded earlier; a
// command does that (and nothing in this package can). What is not known stays
// as the Go runtime left it: ignored signals are then those that are still
// ignored (SIGHUP and SIGINT at least), the mask is the calling thread's, and
// the soft limit on descriptors is the one that package syscall has raised.
type Inherited struct {
	SignalsKnown bool // Ignored and Blocked are known
	LimitKnown   bool // OpenFiles is known
	StdioKnown   bool // ClosedStdio is known

	Ignored     uint64    // signals set to SIG_IGN; bit n-1 is signal n
	Blocked     uint64    // the signal mask; bit n-1 is signal n
	OpenFiles   [2]uint64 // RLIMIT_NOFILE: soft, hard
	ClosedStdio uint8     // bit n: descriptor n (0, 1, 2) was closed
	DeathSignal int32     // the parent death signal (prctl(2)), 0 for none
}

// Exit statuses of a launcher that could not start its command, the
// conventions of env(1), nohup(1) and the shells.
const (
	StatusFailed        = 125 // the launcher itself failed
	StatusNotExecutable = 126 // the command was found and cannot be executed
	StatusNotFound      = 127 // there is no such command
)

// An Error is why a command was not started.
type Error struct {
	Status int    // the exit status for it: one of the Status constants
	Text   string // what failed, where and why; one line
	Hint   string // what to do about it, or ""
	Err    error  // the cause, often a syscall.Errno, or nil

	Denied *bpf.Data // the execve that the filter denies, if that is why

	noListener bool
}

// ErrNoListener is what a failure to start is, by errors.Is, if the kernel
// refused the listener of Options.Listen: it is too old, another listener is
// over this process already (there can be one), or its limit on descriptors is
// too low. Nothing has run then, and without Listen the start may succeed.
var ErrNoListener = errors.New("no listener for denied calls is to be had")

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether the error is ErrNoListener.
func (e *Error) Is(target error) bool { return e.noListener && target == ErrNoListener }
