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

// Read returns what this process was given. A part that could not be
// recorded, because a filter of the caller's denies asking, is marked unknown.
func Read() State { return record }
