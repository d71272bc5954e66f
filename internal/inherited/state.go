// Package inherited knows what this process was given at its execve: which
// signals were ignored and blocked, the limit on descriptors, which standard
// descriptors were closed. A launcher has to pass all that on, and Go offers
// no way to learn it: before main the runtime installs its handlers over
// ignored signals, unblocks signals, opens /dev/null over closed descriptors,
// and package syscall raises the limit.
//
// Importing this package puts a function in front of the runtime's start
// (record_amd64.s, record_arm64.s). Only a command imports it, never a
// library: the hook belongs to the whole program, and cgo has the same one.
//
// There is one thing that it does not pass on: with a limit on address space in
// which the runtime cannot start, the process says so and exits with 125.
package inherited

// A State is what a process was given. Its fields are those of
// launcher.Inherited, so that one converts to the other.
type State struct {
	SignalsKnown bool // Ignored and Blocked were recorded
	LimitKnown   bool // OpenFiles was recorded
	StdioKnown   bool // ClosedStdio was recorded

	Ignored     uint64    // signals set to SIG_IGN; bit n-1 is signal n
	Blocked     uint64    // the signal mask; bit n-1 is signal n
	OpenFiles   [2]uint64 // RLIMIT_NOFILE: soft, hard
	ClosedStdio uint8     // bit n: descriptor n (0, 1, 2) was closed
	DeathSignal int32     // PR_GET_PDEATHSIG, 0 for none
}
