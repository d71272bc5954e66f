package prove

import (
	"sandbox/arch"
	"sandbox/policy/typed"
)

// Find returns a call of an ABI and a number for which a condition holds, or
// found false if there is none: both are exact. Of the calls there are it
// returns one whose arguments are small, as unsigned numbers, and 0 where they
// do not matter. The error is a *GivenUp without a filter if the condition is
// too complex.
func Find(abi arch.ABI, number uint32, condition typed.Bool) (call typed.Call, found bool, err error) {
	r := numberRegion(abi.Audit(), number)
	holds := never
	d, in, ok := ask(MaxNodes, func(g *groups) { g.condition(condition) }, func(in *inputs) { holds = in.condition(condition, r) })
	if !ok {
		return typed.Call{}, false, &GivenUp{}
	}
	if holds == never {
		return typed.Call{}, false, nil
	}
	call = d.difference(holds, never, in)
	call.Arch, call.Nr = abi.Audit(), number
	if !typed.Holds(condition, &call) {
		return typed.Call{}, false, contradiction(call)
	}
	return call, true, nil
}

// numberRegion is the region of one number of an ABI.
func numberRegion(audit, number uint32) region {
	return region{span{audit, audit}, span{number, number}}
}

// ask answers a question about some conditions in an arena of its own: first in
// the order that suits shifts, then in the other one.
func ask(nodes int, compared func(*groups), answer func(*inputs)) (d *diagrams, in *inputs, ok bool) {
	for _, halves := range [2]bool{false, true} {
		g := noGroups()
		g.halves = halves
		compared(&g)
		d = newDiagrams(nodes)
		in = newInputs(d, g)
		if in.attempt(nodes, func() { answer(in) }) {
			return d, in, true
		}
	}
	return nil, nil, false
}
