package policytest

import (
	"slices"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// A Proposal is a call that reaches a goal that no test reached before.
type Proposal struct {
	Goal     *Goal
	ABI      arch.ABI
	Call     typed.Call
	Decision typed.Decision // what the policy says about it now
}

// A Missed is a goal that no proposal reaches.
type Missed struct {
	*Goal
	Impossible bool // no call reaches it: that is proved
}

// Generate proposes calls that reach what the tests did not, and reaches it
// with them. Each outcome of a condition has a call of its own, with a value at
// the boundary if there is one; rules and filters that those calls reach need no
// other.
func (c *Coverage) Generate() (proposals []Proposal, missed []Missed) {
	var conditions, others []*Goal
	for _, goal := range c.Goals {
		switch {
		case goal.Reached:
		case goal.Unreachable:
			if !c.ofMissedRule(goal) {
				missed = append(missed, Missed{goal, true})
			}
		case goal.Kind == ConditionHolds || goal.Kind == ConditionFails:
			conditions = append(conditions, goal)
		default:
			others = append(others, goal)
		}
	}
	propose := func(goal *Goal) {
		abi, call, result := goal.search()
		if result != found {
			missed = append(missed, Missed{goal, result == noCall})
			return
		}
		c.mark(&call)
		if !slices.ContainsFunc(proposals, func(p Proposal) bool { return p.Call == call }) {
			proposals = append(proposals, Proposal{goal, abi, call, c.layer.Decide(&call)})
		}
	}
	for _, goal := range conditions {
		propose(goal)
	}
	for _, goal := range others {
		if !goal.Reached && !c.ofMissedRule(goal) {
			propose(goal)
		}
	}
	slices.SortStableFunc(proposals, func(a, b Proposal) int { return a.Goal.compare(b.Goal) })
	slices.SortStableFunc(missed, func(a, b Missed) int { return a.Goal.compare(b.Goal) })
	return proposals, missed
}

// search looks for a call that reaches the goal, at any of its places.
func (g *Goal) search() (arch.ABI, typed.Call, outcome) {
	result := noCall
	for i := range g.places {
		p := &g.places[i]
		about := p.filters[p.index].When
		if p.predicate != nil {
			about = p.predicate
		}
		for _, number := range p.numbers() {
			condition := p.condition(g.Kind, number)
			if condition == nil {
				continue
			}
			call, end := search(p.abi, number, condition, about, p.filters[p.index].When)
			if end == found {
				return p.abi, call, found
			}
			if end == unknown { // the other numbers have the same condition
				result = unknown
				break
			}
		}
	}
	return 0, typed.Call{}, result
}

// numbers returns the numbers to try at a place: those of its filter that the
// ABI's table has, and of the others the first of each range of its filter and of
// those before it: rules name such numbers one by one, and what no rule names is
// decided alike.
func (p *place) numbers() []uint32 {
	var known, others []uint32
	ranges := p.filters[p.index].Numbers
	for _, call := range p.abi.Syscalls() {
		if typed.Contains(ranges, call.Number) {
			known = append(known, call.Number)
		}
	}
	for i := range p.filters[:p.index+1] {
		for _, r := range p.filters[i].Numbers {
			if _, ok := p.abi.Numbered(r.First); !ok && typed.Contains(ranges, r.First) {
				others = append(others, r.First)
			}
		}
	}
	slices.Sort(others)
	return append(known, slices.Compact(others)...)
}
