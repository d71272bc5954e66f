//go:build linux

package oracle

import (
	"fmt"
	"syscall"

	"sandbox/bpf"
)

// probe makes the calls under the program, in as many children as it kills, and
// one. Only a division by X == 0 kills under a program that [deniesAll] passed.
func probe(code []bpf.Instruction, calls []Call) ([]int, error) {
	shared, free, err := newShared(len(calls))
	if err != nil {
		return nil, err
	}
	defer free()
	install := fprog(code)
	divides := false
	for _, in := range code {
		divides = divides || in.Op == bpf.DivX
	}

	results := make([]int, 0, len(calls))
	for len(results) < len(calls) {
		rest := calls[len(results):]
		j := job{install: &install, calls: rest, shared: shared}
		done, status, err := j.run()
		if err != nil {
			return nil, err
		}
		for i, r := range shared[atResults : atResults+done] {
			if r == executed {
				return nil, fmt.Errorf("call %d (%+v) was executed", len(results)+i, rest[i])
			}
		}
		for _, r := range shared[atResults : atResults+done] {
			results = append(results, int(r))
		}
		switch {
		case done == len(rest):
		case divides && status.Signal() == syscall.SIGSYS:
			results = append(results, Killed)
		case rest[done].I386 && status.Signal() == syscall.SIGSEGV:
			return nil, fmt.Errorf("this kernel does not serve int 0x80")
		default:
			return nil, fmt.Errorf("call %d (%+v): the child ended: %v", len(results), rest[done], status)
		}
	}
	return results, nil
}
