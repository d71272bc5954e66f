package main

import (
	"cmp"
	"slices"

	"sandbox/arch"
	"sandbox/compiler"
)

// weight is how often a call is made, as our compiler takes it. Peers that take
// hints are told the same.
func weight(number uint32) float64 { return compiler.Frequency(native, number) }

// hotShare is from which share of all calls on a call is among the hottest.
// gVisor asks for those above 10 %, of which there is one.
const hotShare = 0.05

// hottest returns the numbers of the most frequent calls, the most frequent one
// first.
func hottest() []uintptr {
	calls := native.Syscalls()
	total := 0.0
	var hot []arch.Syscall
	for i := range calls {
		total += weight(calls[i].Number)
	}
	for i := range calls {
		if weight(calls[i].Number) >= hotShare*total {
			hot = append(hot, calls[i])
		}
	}
	slices.SortFunc(hot, func(a, b arch.Syscall) int { return cmp.Compare(weight(b.Number), weight(a.Number)) })
	numbers := make([]uintptr, len(hot))
	for i := range hot {
		numbers[i] = uintptr(hot[i].Number)
	}
	return numbers
}
