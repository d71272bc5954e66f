package prove

import "sandbox/policy/typed"

// inspection collects the facts about the filters of a section.
type inspection struct {
	section *typed.Section
	facts   []Facts
	places  []map[*typed.Predicate]int // by filter: indices in its facts, if there are many
	d       *diagrams
	nodes   int // that may still be made
	each    int // of them, for one filter
}

// line is the state of an inspection of numbers that are alike: diagrams in an
// arena of their own, with an order that suits the filters in line.
type line struct {
	*inspection
	*numbersAlike
	in        *inputs
	nobody    diagram
	universe  diagram   // the calls that are looked at
	left      diagram   // those that the filters so far leave, or more: see exact
	exact     bool      // nothing was given up so far
	condition []diagram // by place in line; unknown if given up
	offered   []diagram // by place: what was left
}

const unknown diagram = -1

// leastNodes are enough for filters without conditions.
const leastNodes = 1 << 8

// inspect adds what is true of the filters in one line.
func (i *inspection) inspect(n *numbersAlike) {
	limit := max(leastNodes, min(nodesPerLine, i.nodes))
	i.d.reset(limit)
	g := noGroups()
	for _, k := range n.filters {
		g.condition(i.section.Filters[k].When)
	}
	l := line{
		inspection: i, numbersAlike: n,
		in: newInputs(i.d, g), nobody: i.d.outcome(nobody), universe: always, exact: true,
		condition: make([]diagram, len(n.filters)),
		offered:   make([]diagram, len(n.filters)),
	}
	if n.readsNr {
		if !l.in.attempt(l.each, func() { l.universe = n.region.within(i.d, l.in) }) {
			l.giveUp()
			return
		}
	}
	l.left = l.universe
	for at := range n.filters {
		l.outcomes(at)
	}
	l.successors()
	if !l.exact {
		for _, k := range n.filters {
			i.facts[k].Approximate = true
		}
	}
	i.nodes -= len(i.d.vertices) + limit - i.d.limit
}

// giveUp marks all filters in line.
func (l *line) giveUp() {
	for at, k := range l.filters {
		l.condition[at] = unknown
		l.facts[k].GivenUp = &GivenUp{Filter: &l.section.Filters[k]}
		l.facts[k].Approximate = true
	}
}

// outcomes finds what a filter's condition and its predicates come to, and
// takes its calls from those that are left.
func (l *line) outcomes(at int) {
	k := int(l.filters[at])
	filter, facts := &l.section.Filters[k], &l.facts[k]
	d := l.in.d
	l.offered[at] = l.left
	var alone, left Outcomes
	if !l.in.attempt(l.each, func() {
		c := always
		if filter.When != nil {
			c = l.observe(k, filter.When, l.universe, l.left)
		}
		l.condition[at] = c
		alone = outcomesOf(d, l.universe, c)
		left = outcomesOf(d, l.left, c)
	}) {
		l.condition[at], l.exact = unknown, false
		facts.GivenUp = &GivenUp{Filter: filter}
		return
	}
	facts.Alone.add(alone)
	facts.Left.add(left)
	if alone.Holds && !left.Holds {
		facts.Shadowed = append(facts.Shadowed, l.numbers...)
	}
	l.exact = l.in.attempt(l.each, func() {
		l.left = d.choose(l.condition[at], never, l.left)
	}) && l.exact
}

// observe returns where b holds, and notes the outcomes of its predicates on
// the calls for which it is evaluated: of all, and of those that are left.
func (l *line) observe(k int, b typed.Bool, all, left diagram) diagram {
	d := l.in.d
	switch b := b.(type) {
	case *typed.NotExpr:
		return d.not(l.observe(k, b.X, all, left))
	case *typed.AndExpr:
		x := l.observe(k, b.X, all, left)
		return d.and(x, l.observe(k, b.Y, d.and(all, x), d.and(left, x)))
	case *typed.OrExpr:
		x := l.observe(k, b.X, all, left)
		not := d.not(x)
		return d.or(x, l.observe(k, b.Y, d.and(all, not), d.and(left, not)))
	case *typed.Predicate:
		c := l.in.condition(b.X, l.region)
		p := &l.facts[k].Predicates[l.place(k, b)]
		p.Alone.add(outcomesOf(d, all, c))
		p.Left.add(outcomesOf(d, left, c))
		return c
	}
	return l.in.condition(b, l.region)
}

// outcomesOf returns the values that a condition has where among is true.
func outcomesOf(d *diagrams, among, condition diagram) Outcomes {
	return Outcomes{Holds: d.overlap(among, condition), Fails: d.exceeds(among, condition)}
}

// nobody stands for the filter that decides where there is none.
const nobody = ^uint32(0)

// successors goes through the line from its end and finds what would decide a
// filter's calls without it; then, who decides the calls that are not left.
func (l *line) successors() {
	d := l.in.d
	who, known := l.nobody, true // the filters behind the one at hand
	var unclear []typed.Action   // of filters behind that may decide, too
	for at := len(l.filters) - 1; at >= 0; at-- {
		k := int(l.filters[at])
		facts, action := &l.facts[k], l.section.Filters[k].Rule.Action
		if l.condition[at] == unknown {
			unclear = append(unclear, action)
			facts.Redundant = false
			continue
		}
		if facts.Redundant {
			facts.Redundant = known && l.heirs(facts, at, who, unclear)
		}
		known = known && l.in.attempt(l.each, func() {
			who = d.choose(l.condition[at], d.outcome(uint32(k)), who)
		})
		l.exact = l.exact && known
	}
	if !known {
		return
	}
	for at, k := range l.filters {
		if c := l.condition[at]; c > never {
			l.takers(&l.facts[k], at, who)
		}
	}
}

// heirs adds the filters that would decide the calls of the one at a place, if
// all of them do the same.
func (l *line) heirs(facts *Facts, at int, who diagram, unclear []typed.Action) (same bool) {
	d, action := l.in.d, l.section.Filters[l.filters[at]].Rule.Action
	for _, a := range unclear {
		if a != action {
			return false
		}
	}
	var heirs []int
	done := l.in.attempt(l.each, func() {
		same = d.all(d.and(l.offered[at], l.condition[at]), who, func(heir uint32) bool {
			if heir == nobody || l.section.Filters[heir].Rule.Action != action {
				return false
			}
			heirs = append(heirs, int(heir))
			return true
		})
	})
	if done && same {
		facts.Heirs = append(facts.Heirs, heirs...)
	}
	l.exact = l.exact && done
	return done && same
}

// takers adds the filters that decide the calls of the one at a place, if it
// gets none.
func (l *line) takers(facts *Facts, at int, who diagram) {
	d, condition := l.in.d, l.condition[at]
	l.exact = l.in.attempt(l.each, func() {
		if d.overlap(l.offered[at], condition) {
			return
		}
		d.all(d.and(condition, l.universe), who, func(taker uint32) bool {
			facts.Takers = append(facts.Takers, int(taker))
			return true
		})
	}) && l.exact
}

// all reports whether visit returns true for each outcome that f has among the
// inputs for which guard is true; it stops where it does not.
func (d *diagrams) all(guard, f diagram, visit func(value uint32) bool) bool {
	return d.visit(guard, f, make(map[[2]diagram]struct{}), visit)
}

func (d *diagrams) visit(guard, f diagram, seen map[[2]diagram]struct{}, visit func(value uint32) bool) bool {
	leaf := d.vertices[f].variable == untested
	if guard == never {
		return true
	}
	if leaf {
		guard = always // there is such an input: each outcome is visited once
	}
	key := [2]diagram{guard, f}
	if _, ok := seen[key]; ok {
		return true
	}
	seen[key] = struct{}{}
	if leaf {
		return visit(d.valueOf(f))
	}
	d.spend()
	top := min(d.vertices[guard].variable, d.vertices[f].variable)
	gl, gh := d.split(guard, top)
	fl, fh := d.split(f, top)
	return d.visit(gl, fl, seen, visit) && d.visit(gh, fh, seen, visit)
}
