//go:build linux

package oracle

import (
	"fmt"
	"syscall"

	"sandbox/bpf"
)

// probe makes the calls, some of m's, under the program, in as many children
// as it kills, and one, and appends the results to answers. Only a division by
// X == 0 kills under a program that [deniesAll] passed.
func (m *memory) probe(code []bpf.Instruction, calls []Call, answers []int) ([]int, error) {
	install := fprog(code)
	divides := false
	for _, in := range code {
		divides = divides || in.Op == bpf.DivX
	}
	for made := 0; made < len(calls); {
		rest := calls[made:]
		j := job{install: &install, calls: rest, shared: m.shared}
		done, status, err := j.run()
		if err != nil {
			return nil, err
		}
		for i, r := range m.shared[atResults : atResults+done] {
			if r == executed {
				return nil, fmt.Errorf("call %d (%+v) was executed", made+i, rest[i])
			}
			answers = append(answers, int(r))
		}
		made += done
		switch {
		case done == len(rest):
		case divides && status.Signal() == syscall.SIGSYS:
			answers = append(answers, Killed)
			made++
		case rest[done].I386 && status.Signal() == syscall.SIGSEGV:
			return nil, fmt.Errorf("this kernel does not serve int 0x80")
		default:
			return nil, fmt.Errorf("call %d (%+v): the child ended: %v", made, rest[done], status)
		}
	}
	return answers, nil
}
