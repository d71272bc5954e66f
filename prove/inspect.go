package prove

import (
	"slices"

	"sandbox/policy/typed"
)

// Facts is what is true of one filter of a section, by its meaning. All of it
// is exact, but where a filter was too complex: see Approximate.
type Facts struct {
	// Alone is about all calls of the filter's numbers: its condition is always
	// true if it cannot fail, and never true if it cannot hold.
	Alone Outcomes

	// Left is about the calls that the filters before it leave to it. If the
	// filter cannot hold there, it is unreachable.
	Left Outcomes

	// Shadowed are the numbers of which the condition holds for some calls, but
	// for none that is left. Sorted, disjoint and not adjacent.
	Shadowed []typed.NumberRange

	// Takers are the earlier filters, by their indices, that decide calls of
	// Shadowed for which the condition holds.
	Takers []int

	// Redundant says that without the filter the section would decide as it
	// does with it: what follows takes the same action on every call that the
	// filter decides. Heirs are the filters that would decide those calls,
	// sorted; there are none if the filter is unreachable. The last filter of a
	// section is never redundant.
	Redundant bool
	Heirs     []int

	Predicates []PredicateFacts // in the order in which they are evaluated

	// Approximate says that the filter, or one that shares a number with it,
	// was too complex. What the facts exclude is excluded all the same: an
	// outcome that is false, Shadowed and Redundant are proved. What they do not
	// exclude may be so for all that.
	Approximate bool

	// GivenUp is not nil if the filter itself was too complex. Its own
	// outcomes, and those of its predicates, are then not known and both true.
	GivenUp *GivenUp
}

// Unreachable reports whether the filter decides no call.
func (f *Facts) Unreachable() bool { return !f.Left.Holds }

// Outcomes tells which truth values a condition has on a set of calls.
type Outcomes struct {
	Holds bool // for some call it is true
	Fails bool // for some call it is false
}

// Always reports that the condition is true of every call, and that there is one.
func (o Outcomes) Always() bool { return o.Holds && !o.Fails }

// Never reports that the condition is false of every call, and that there is one.
func (o Outcomes) Never() bool { return o.Fails && !o.Holds }

func (o *Outcomes) add(more Outcomes) {
	o.Holds = o.Holds || more.Holds
	o.Fails = o.Fails || more.Fails
}

// PredicateFacts is what is true of a predicate of a filter's condition. Only
// those calls count for which the condition's evaluation gets to it, as && and
// || evaluate their right side only if the left one leaves the result open. If
// none does, both outcomes are false. A predicate that is in the condition in
// several places stands here once.
type PredicateFacts struct {
	Predicate *typed.Predicate
	Alone     Outcomes // over all calls of the filter's numbers
	Left      Outcomes // over those that the filters before leave
}

// What Inspect may spend: vertices for one filter, for the filters of one
// number, and for a section.
const (
	nodesPerFilter  = 1 << 17
	nodesPerLine    = 1 << 20
	nodesPerSection = 1 << 21
)

// Inspect returns the facts about each filter of a section, by index.
func Inspect(s *typed.Section) []Facts { return inspect(s, nodesPerFilter, nodesPerSection) }

func inspect(s *typed.Section, perFilter, perSection int) []Facts {
	i := newInspection(s, perFilter, perSection)
	for _, c := range alike(s) {
		if !i.inspectValues(&c) {
			i.inspect(&c)
		}
	}
	for k := range i.facts {
		i.facts[k].finish()
	}
	return i.facts
}

func newInspection(s *typed.Section, perFilter, perSection int) *inspection {
	i := &inspection{
		section: s,
		facts:   make([]Facts, len(s.Filters)),
		places:  make([]map[*typed.Predicate]int, len(s.Filters)),
		d:       newDiagrams(leastNodes),
		nodes:   perSection,
		each:    perFilter,
	}
	for k := range s.Filters {
		i.addPredicates(k, s.Filters[k].When)
		i.facts[k].Redundant = true
	}
	return i
}

// addPredicates lists the predicates of a filter in the order of evaluation.
func (i *inspection) addPredicates(k int, b typed.Bool) {
	switch b := b.(type) {
	case *typed.NotExpr:
		i.addPredicates(k, b.X)
	case *typed.AndExpr:
		i.addPredicates(k, b.X)
		i.addPredicates(k, b.Y)
	case *typed.OrExpr:
		i.addPredicates(k, b.X)
		i.addPredicates(k, b.Y)
	case *typed.Predicate:
		if i.place(k, b) >= 0 {
			return
		}
		list := append(i.facts[k].Predicates, PredicateFacts{Predicate: b})
		i.facts[k].Predicates = list
		if i.places[k] == nil && len(list) > fewPredicates {
			i.places[k] = make(map[*typed.Predicate]int)
			for at := range list {
				i.places[k][list[at].Predicate] = at
			}
		} else if i.places[k] != nil {
			i.places[k][b] = len(list) - 1
		}
	}
}

// fewPredicates are found by looking at one after the other.
const fewPredicates = 8

// place returns the index of a predicate among those of a filter, or -1.
func (i *inspection) place(k int, p *typed.Predicate) int {
	if i.places[k] == nil {
		return slices.IndexFunc(i.facts[k].Predicates, func(f PredicateFacts) bool { return f.Predicate == p })
	}
	if at, ok := i.places[k][p]; ok {
		return at
	}
	return -1
}

// finish puts the lists of a filter into order and settles what a filter that
// was given up leaves open.
func (f *Facts) finish() {
	if f.GivenUp != nil {
		f.Alone, f.Left = Outcomes{true, true}, Outcomes{true, true}
		f.Redundant = false
		for k := range f.Predicates {
			f.Predicates[k].Alone, f.Predicates[k].Left = f.Alone, f.Left
		}
	}
	slices.Sort(f.Takers)
	f.Takers = slices.Compact(f.Takers)
	slices.Sort(f.Heirs)
	f.Heirs = slices.Compact(f.Heirs)
	if !f.Redundant {
		f.Heirs = nil
	}
	f.Shadowed = joined(f.Shadowed)
}

// joined sorts ranges and unites those that touch.
func joined(ranges []typed.NumberRange) []typed.NumberRange {
	slices.SortFunc(ranges, func(a, b typed.NumberRange) int {
		if a.First < b.First {
			return -1
		}
		return 1
	})
	out := ranges[:0]
	for _, r := range ranges {
		if n := len(out); n > 0 && out[n-1].Last+1 == r.First {
			out[n-1].Last = r.Last
			continue
		}
		out = append(out, r)
	}
	return out
}
