//go:build linux && !cgo && (amd64 || arm64)

package inherited

import "runtime"

// record is filled in by the hook, before any Go code runs, and never written
// again.
var record State

// scratch is where the hook's system calls answer: a struct sigaction as the
// kernel has it (handler, flags, restorer, mask).
//
//lint:ignore U1000 used in assembly
var scratch [4]uint64

// memProfileRate is for the hook, which may not name the runtime's variables.
//
//lint:ignore U1000 used in assembly
var memProfileRate = &runtime.MemProfileRate

const (
	// leastSpace is the limit on address space, in bytes, below which no process
	// of this program is to start. Go's runtime reserves 609 MB at first (Go 1.26,
	// where addresses have 48 bits), 537 MB more if there is room, and goes
	// without these but not without 100 MB after them, or 220 where the address
	// that it chooses for its heap, by chance, takes another arena: with limits
	// around 1.2 GB, and one in 140 starts with 1.356 GB, it fails, although it
	// works with less.
	leastSpace = 11 << 27
	exitFailed = 125 // launcher.StatusFailed
)

// noSpace is what is said then.
//
//lint:ignore U1000 used in assembly
var noSpace = "sandbox: the limit on address space (RLIMIT_AS, ulimit -v) is too low to start in: 1.375 GiB are needed\n" +
	"hint: to limit the program, start it with --rlimit as=SIZE instead\n"

// Read returns what this process was given. A part that could not be
// recorded, because a filter of the caller's denies asking, is marked unknown.
func Read() State { return record }
