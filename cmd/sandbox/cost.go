package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/policy"
)

// A callCost is what a policy costs for one system call.
type callCost struct {
	ABI          string `json:"abi"`
	Call         string `json:"call"`
	Tests        int    `json:"tests"`
	Instructions int    `json:"instructions"`
	Cached       bool   `json:"cached"`
	number       uint32
}

// listCosts answers what each system call costs under a policy, the dearest
// first.
func listCosts(u *ui, p *policy.Policy, asJSON bool) error {
	var list []callCost
	for _, machine := range p.Typed.Machines() {
		on := p.On(machine).OnceInstalled()
		compiled, err := compilePolicy(on)
		if err != nil {
			return err
		}
		for _, abi := range on.Typed.ABIs() {
			list = append(list, costsOn(abi, compiled)...)
		}
	}
	if asJSON {
		for i := range list {
			if err := u.answerJSON(list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return writeCosts(u.out, list)
}

// writeCosts writes a table of what calls cost.
func writeCosts(w io.Writer, list []callCost) error {
	fmt.Fprintf(w, "%-12s %-28s %5s %12s  %s\n", "ABI", "SYSTEM CALL", "TESTS", "INSTRUCTIONS", "CACHED")
	for _, c := range list {
		cached := "no"
		if c.Cached {
			cached = "yes"
		}
		if _, err := fmt.Fprintf(w, "%-12s %-28s %5d %12d  %s\n", c.ABI, c.Call, c.Tests, c.Instructions, cached); err != nil {
			return err
		}
	}
	return nil
}

func costsOn(abi arch.ABI, compiled *compiler.Compiled) []callCost {
	var list []callCost
	for _, s := range abi.Syscalls() {
		cost := compiled.Program.Cost(abi.Audit(), s.Number)
		list = append(list, callCost{
			ABI:          abi.String(),
			Call:         s.Name,
			Tests:        cost.Tests,
			Instructions: cost.Instructions,
			Cached:       compiled.Program.Cacheable(abi.Audit(), s.Number),
			number:       s.Number,
		})
	}
	slices.SortStableFunc(list, func(a, b callCost) int {
		return cmp.Or(cmp.Compare(b.Tests, a.Tests), cmp.Compare(b.Instructions, a.Instructions))
	})
	return list
}
