package policytest

import (
	"sandbox/policy/typed"
	"sandbox/prove"
)

// exclude finds the goals that no test can reach.
func (c *Coverage) exclude() {
	sections := make([]sectionFacts, len(c.layer.ABIs))
	for _, g := range c.Goals {
		g.Unreachable = !g.Reached && !g.reachable(c.layer, sections)
	}
}

// sectionFacts is what the prover knows of a section, as far as it was asked.
type sectionFacts struct {
	filters []prove.Facts
	ip      bool // a filter of the section reads the instruction pointer
}

func newSectionFacts(s *typed.Section) sectionFacts {
	c := candidates{abi: s.ABI}
	for i := range s.Filters {
		c.collect(s.Filters[i].When)
	}
	return sectionFacts{prove.Inspect(s), c.ip}
}

// reachable reports whether a call of a test can reach the goal, as far as that
// is known.
func (g *Goal) reachable(layer *typed.Layer, sections []sectionFacts) bool {
	ip := false
	for i := range g.places {
		p := &g.places[i]
		facts := &sections[p.section]
		if facts.filters == nil {
			*facts = newSectionFacts(&layer.ABIs[p.section])
		}
		if !p.reachable(g.Kind, &facts.filters[p.index]) {
			continue
		}
		if !facts.ip {
			return true
		}
		ip = true
	}
	if !ip {
		return false
	}
	// Calls of tests come from address 0, of which these facts know nothing.
	_, _, result := g.search()
	return result != noCall
}

// reachable reports whether some call, from wherever, reaches the goal here.
func (p *place) reachable(kind GoalKind, facts *prove.Facts) bool {
	if p.predicate == nil {
		return facts.Left.Holds
	}
	for i := range facts.Predicates {
		if of := &facts.Predicates[i]; of.Predicate == p.predicate {
			return kind == ConditionHolds && of.Left.Holds || kind == ConditionFails && of.Left.Fails
		}
	}
	return false
}
