package compiler

import (
	"cmp"
	"fmt"
	"slices"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A MixedOrderError says that a policy's ABIs cannot stand in one program:
// they find the halves of an argument at different offsets.
type MixedOrderError struct{ A, B arch.ABI }

func (e *MixedOrderError) Error() string {
	return fmt.Sprintf("%s and %s have different byte orders and cannot share a program: compile for one of them", e.A, e.B)
}

// A TooComplexError says that the operands of one comparison need more than
// the 16 words of scratch memory that classic BPF has.
type TooComplexError struct {
	Filters []*typed.Filter // the comparison is part of these
}

func (e *TooComplexError) Error() string {
	where := ""
	if len(e.Filters) > 0 {
		where = fmt.Sprintf("%s: ", position(e.Filters[0].At))
	}
	return where + "a comparison needs more than the 16 words of scratch memory that a filter has: split its arithmetic"
}

// A TooLargeError says that a program has more instructions than the kernel
// takes.
type TooLargeError struct {
	Instructions int    // 0: so many that they were not written
	Costs        []Cost // the filters that cost most, the dearest first
}

// A Cost is how many instructions were written for a filter, or of how many
// tests it is where none were written.
type Cost struct {
	Filter       *typed.Filter
	Instructions int
}

func (e *TooLargeError) Error() string {
	s := fmt.Sprintf("the program has %d instructions, the kernel takes %d", e.Instructions, bpf.MaxInstructions)
	if e.Instructions == 0 {
		s = fmt.Sprintf("more tests are needed than the %d instructions that the kernel takes", bpf.MaxInstructions)
	}
	for i, cost := range e.Costs {
		separator := ", "
		if i == 0 {
			separator = "; most are for "
		}
		s += fmt.Sprintf("%s%s (%d)", separator, position(cost.Filter.At), cost.Instructions)
	}
	return s
}

// tooLarge says what costs most of the instructions, or of the nodes if no
// instruction is written yet.
func tooLarge(c *compilation) *TooLargeError {
	const most = 5
	counts := make(map[*typed.Filter]int)
	for _, filters := range c.origins {
		if len(filters) > 0 && !filters[0].Rule.Implicit {
			counts[filters[0]]++
		}
	}
	e := &TooLargeError{Instructions: len(c.code)}
	for f, n := range counts {
		e.Costs = append(e.Costs, Cost{f, n})
	}
	slices.SortFunc(e.Costs, func(a, b Cost) int {
		return cmp.Or(cmp.Compare(b.Instructions, a.Instructions), cmp.Compare(a.Filter.At.File, b.Filter.At.File),
			cmp.Compare(a.Filter.At.Line, b.Filter.At.Line), cmp.Compare(a.Filter.At.Column, b.Filter.At.Column))
	})
	e.Costs = e.Costs[:min(most, len(e.Costs))]
	return e
}

func position(p typed.Position) string {
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}
