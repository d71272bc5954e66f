package policytest

import (
	"cmp"
	"slices"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// GoalKind is one of the things that tests should reach.
type GoalKind uint8

// The kinds.
const (
	RuleDecides    GoalKind = iota
	FilterMatches           // one of the filters of a rule
	ConditionHolds          // a predicate comes out true
	ConditionFails          // a predicate comes out false
)

// A Goal is one thing that the tests of a policy file should reach. What the
// file says once is one goal, on however many ABIs it holds.
type Goal struct {
	Kind    GoalKind
	At      typed.Position // of the [[rule]] or setting, the filter, or the condition
	Text    string         // the rule's name, or the filter or condition as written
	Reached bool

	// Unreachable goals are reached by no test, whatever its call: that is
	// proved.
	Unreachable bool

	places []place
}

// compare orders goals as the file has them.
func (g *Goal) compare(h *Goal) int {
	return cmp.Or(
		cmp.Compare(g.At.Line, h.At.Line),
		cmp.Compare(g.At.Column, h.At.Column),
		cmp.Compare(g.Text, h.Text), // the turns of a loop have one place
		cmp.Compare(g.Kind, h.Kind),
	)
}

// A place is where a goal can be reached: a filter on one ABI, and the
// predicate in it that the goal is about, if it is about one.
type place struct {
	abi       arch.ABI
	filters   []typed.Filter // of the section
	index     int            // of the filter
	section   int            // of the layer
	predicate *typed.Predicate
}

// A Coverage is what tests should reach in a policy's own file, in the order
// of the file. What the policy extends has tests of its own.
type Coverage struct {
	Goals []*Goal

	layer *typed.Layer
	index map[goalKey]*Goal
}

type goalKey struct {
	kind GoalKind
	at   typed.Position
	text string
}

// Cover returns what results reached of the policy, which must have one layer.
func Cover(p *policy.Policy, results []Result) *Coverage {
	c := &Coverage{layer: &p.Typed.Layers[0], index: make(map[goalKey]*Goal)}
	file := p.Sources[0].Name // read first: the one that the others are extended by
	for s, section := range c.layer.ABIs {
		for i := range section.Filters {
			c.addFilter(file, place{abi: section.ABI, filters: section.Filters, index: i, section: s})
		}
	}
	slices.SortStableFunc(c.Goals, (*Goal).compare)
	for i := range results {
		c.mark(&results[i].Call)
	}
	c.exclude()
	return c
}

// addFilter adds the goals of one filter.
func (c *Coverage) addFilter(file string, at place) {
	f := &at.filters[at.index]
	add := func(kind GoalKind, where typed.Position, text string, predicate *typed.Predicate) {
		if where.File != file {
			return
		}
		goal := c.goal(goalKey{kind, where, text})
		at.predicate = predicate
		goal.places = append(goal.places, at)
	}
	add(RuleDecides, f.Rule.At, f.Rule.Name, nil)
	add(FilterMatches, f.At, f.Text, nil)
	for _, predicate := range predicatesOf(f.When, nil) {
		add(ConditionHolds, predicate.At, predicate.Text, predicate)
		add(ConditionFails, predicate.At, predicate.Text, predicate)
	}
}

// goal returns the goal of a key, which is made when it is first asked for.
func (c *Coverage) goal(key goalKey) *Goal {
	if g, ok := c.index[key]; ok {
		return g
	}
	g := &Goal{Kind: key.kind, At: key.at, Text: key.text}
	c.index[key] = g
	c.Goals = append(c.Goals, g)
	return g
}

// mark notes what a call reaches.
func (c *Coverage) mark(call *typed.Call) {
	reach := func(kind GoalKind, at typed.Position, text string) {
		if g, ok := c.index[goalKey{kind, at, text}]; ok {
			g.Reached = true
		}
	}
	for _, step := range c.layer.Explain(call) {
		if step.Matched {
			reach(FilterMatches, step.Filter.At, step.Filter.Text)
			reach(RuleDecides, step.Filter.Rule.At, step.Filter.Rule.Name)
		}
		for _, o := range step.Outcomes {
			kind := ConditionFails
			if o.Held {
				kind = ConditionHolds
			}
			reach(kind, o.Predicate.At, o.Predicate.Text)
		}
	}
}

// Reached returns how many goals were reached.
func (c *Coverage) Reached() int {
	n := 0
	for _, g := range c.Goals {
		if g.Reached {
			n++
		}
	}
	return n
}

// Reachable returns how many goals tests can reach.
func (c *Coverage) Reachable() int {
	n := 0
	for _, g := range c.Goals {
		if !g.Unreachable {
			n++
		}
	}
	return n
}

// Missed returns the goals that were not reached, with those that cannot be. Of
// a rule that decides no call, the filters are left out: none of them can match
// one.
func (c *Coverage) Missed() []*Goal {
	var missed []*Goal
	for _, g := range c.Goals {
		if !g.Reached && !c.ofMissedRule(g) {
			missed = append(missed, g)
		}
	}
	return missed
}

// ofMissedRule reports whether a goal is a filter of a rule that is missed, and
// is missed for no other reason.
func (c *Coverage) ofMissedRule(g *Goal) bool {
	if g.Kind != FilterMatches {
		return false
	}
	p := &g.places[0]
	rule := p.filters[p.index].Rule
	of, ok := c.index[goalKey{RuleDecides, rule.At, rule.Name}]
	return ok && !of.Reached && of.Unreachable == g.Unreachable
}

// predicatesOf appends the predicates of a condition that [typed.Layer.Explain]
// tells about.
func predicatesOf(b typed.Bool, list []*typed.Predicate) []*typed.Predicate {
	switch b := b.(type) {
	case *typed.NotExpr:
		return predicatesOf(b.X, list)
	case *typed.AndExpr:
		return predicatesOf(b.Y, predicatesOf(b.X, list))
	case *typed.OrExpr:
		return predicatesOf(b.Y, predicatesOf(b.X, list))
	case *typed.Predicate:
		if !slices.Contains(list, b) {
			list = append(list, b)
		}
	}
	return list
}
