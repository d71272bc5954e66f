package compiler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A BudgetError says that a policy's budget does not suffice for a call.
type BudgetError struct {
	Budget *typed.Budget
	ABI    arch.ABI
	Number uint32
	Tests  int             // on the way with most of them
	Path   []*typed.Filter // whose tests those are, in the order of testing
}

func (e *BudgetError) Error() string {
	name := fmt.Sprintf("#%d", e.Number)
	if s, ok := e.ABI.Numbered(e.Number); ok {
		name = s.Name
	}
	var way strings.Builder
	for i, f := range e.Path {
		switch {
		case i > 0:
			way.WriteString(", ")
		default:
			way.WriteString(": ")
		}
		way.WriteString(position(f.At))
	}
	return fmt.Sprintf("%s: %s on %s can take %d tests, the budget is %d; the longest way goes by the filters%s",
		position(e.Budget.At), name, e.ABI, e.Tests, e.Budget.Tests, way.String())
}

// withinBudget checks the program against the smallest budget of the layers.
func (c *Compiled) withinBudget(p *typed.Policy, sections []section) error {
	var budget *typed.Budget
	for i := range p.Layers {
		if b := p.Layers[i].Budget; b != nil && (budget == nil || b.Tests < budget.Tests) {
			budget = b
		}
	}
	if budget == nil {
		return nil
	}
	for i := range sections {
		abi, first := sections[i].abi, uint32(0)
		for _, s := range sections[i].joined { // numbers of one segment cost the same
			number := example(abi, first, s.last)
			cost := c.Program.Cost(abi.Audit(), number)
			if cost.Tests > budget.Tests {
				return &BudgetError{Budget: budget, ABI: abi, Number: number, Tests: cost.Tests, Path: c.filtersOn(cost.Path)}
			}
			first = s.last + 1
		}
	}
	return nil
}

// example returns a number in a range, that of a system call if there is one.
func example(abi arch.ABI, first, last uint32) uint32 {
	table := abi.Syscalls()
	i, _ := slices.BinarySearchFunc(table, first, func(s arch.Syscall, nr uint32) int { return cmp.Compare(s.Number, nr) })
	if i < len(table) && table[i].Number <= last {
		return table[i].Number
	}
	return last
}

// filtersOn returns the written filters that test something on a path, each
// once. Loads and returns say nothing of a filter: many filters share one, and
// its first origin may be about another call.
func (c *Compiled) filtersOn(path []int) []*typed.Filter {
	var filters []*typed.Filter
	seen := make(map[*typed.Filter]bool)
	for _, pc := range path {
		if !decides(c.Program.At(pc).Op) {
			continue
		}
		origins := c.origins[pc]
		if len(origins) > 0 && !origins[0].Rule.Implicit && !seen[origins[0]] {
			seen[origins[0]] = true
			filters = append(filters, origins[0])
		}
	}
	return filters
}

// decides reports whether an instruction is a conditional jump.
func decides(op uint16) bool {
	switch op {
	case bpf.JeqK, bpf.JeqX, bpf.JgtK, bpf.JgtX, bpf.JgeK, bpf.JgeX, bpf.JsetK, bpf.JsetX:
		return true
	}
	return false
}
