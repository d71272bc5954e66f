package prove

import (
	"cmp"
	"math/bits"
	"slices"

	"sandbox/policy/typed"
)

// valueLine is a line of which all conditions compare one integer with
// constants. What is true of its filters is found by arithmetic on ranges of
// that integer's values: the commonest long lines, with a condition for each of
// many commands or descriptors, need no diagrams.
type valueLine struct {
	*inspection
	*numbersAlike
	of      typed.Type
	domain  domain
	claims  [][]typed.Interval // by place in line
	shares  []share            // their owners are places; impossible, if no value is in the domain
	gets    []bool             // by place: whether the filter decides any call
	last    int32              // the highest owner
	windows windows            // made when asked for: see left
}

// maxVisits bounds how many shares are looked at for all the filters in line
// that get no calls, to find out who does.
const maxVisits = 1 << 21

// inspectValues adds what is true of the filters in a line, if it is of the kind
// that a valueLine is.
func (i *inspection) inspectValues(n *numbersAlike) bool {
	x, ok := i.subjectOf(n)
	if !ok {
		return false
	}
	l := valueLine{inspection: i, numbersAlike: n, of: typed.U32, domain: domain{typed.U32.Mask()}}
	if x != nil {
		l.of = x.Type()
		if l.domain, ok = domainOf(x); !ok {
			return false
		}
	}
	l.settle()
	if l.visits() > maxVisits {
		return false
	}
	for at := range n.filters {
		l.outcomes(at)
	}
	l.heirs()
	return true
}

// subjectOf returns the subject of all conditions of a line, or nil if there are
// no conditions.
func (i *inspection) subjectOf(n *numbersAlike) (x typed.Int, ok bool) {
	for _, k := range n.filters {
		when := i.section.Filters[k].When
		if when == nil {
			continue
		}
		y := subject(when)
		if y == nil || x != nil && !same(x, y) {
			return nil, false
		}
		x = y
	}
	return x, true
}

// impossible is the owner of values that the integer cannot have.
const impossible = -1

// settle finds who decides which values.
func (l *valueLine) settle() {
	var parts [][]typed.Interval // what parts of conditions are true of
	l.claims = make([][]typed.Interval, len(l.filters))
	for at, k := range l.filters {
		when := l.section.Filters[k].When
		if when == nil {
			l.claims[at] = l.every()
			continue
		}
		l.claims[at] = values(when, l.of)
		if _, whole := when.(*typed.Predicate); !whole {
			parts = l.appendParts(parts, when)
		}
	}
	l.shares = settle(l.claims, parts, l.of.Mask())
	l.gets = make([]bool, len(l.filters)+1)
	for i := range l.shares {
		s := &l.shares[i]
		if !l.domain.meets(s.first, l.end(i)) {
			s.owner = impossible
			continue
		}
		l.last = max(l.last, s.owner)
		l.gets[s.owner] = true
	}
}

// appendParts appends the values for which each comparison of a condition holds.
func (l *valueLine) appendParts(list [][]typed.Interval, b typed.Bool) [][]typed.Interval {
	switch b := b.(type) {
	case *typed.NotExpr:
		return l.appendParts(list, b.X)
	case *typed.AndExpr:
		return l.appendParts(l.appendParts(list, b.X), b.Y)
	case *typed.OrExpr:
		return l.appendParts(l.appendParts(list, b.X), b.Y)
	}
	return append(list, values(b, l.of))
}

// every returns the interval of all values.
func (l *valueLine) every() []typed.Interval { return []typed.Interval{{Low: 0, High: l.of.Mask()}} }

// end returns the last value of a share.
func (l *valueLine) end(i int) uint64 {
	if i+1 < len(l.shares) {
		return l.shares[i+1].first - 1
	}
	return l.of.Mask()
}

// sharesOf returns the shares that an interval of values consists of.
func (l *valueLine) sharesOf(i typed.Interval) (from, to int) {
	place := func(v uint64) int {
		k, found := slices.BinarySearchFunc(l.shares, v, func(s share, v uint64) int { return cmp.Compare(s.first, v) })
		if !found {
			k-- // of a value within a share
		}
		return k
	}
	return place(i.Low), place(i.High) + 1
}

// visits returns how many shares there are to look at for filters that get none.
func (l *valueLine) visits() int {
	n := 0
	for at, c := range l.claims {
		for _, i := range c {
			if l.gets[at] {
				break
			}
			from, to := l.sharesOf(i)
			n += to - from
		}
	}
	return n
}

// outcomes adds what is true of a filter and its predicates.
func (l *valueLine) outcomes(at int) {
	filter, facts := &l.section.Filters[l.filters[at]], &l.facts[l.filters[at]]
	claimed := l.claims[at]
	alone := Outcomes{Holds: l.domain.has(claimed), Fails: l.domain.has(others(claimed, l.of))}
	left := Outcomes{Holds: l.gets[at], Fails: int(l.last) > at}
	facts.Alone.add(alone)
	facts.Left.add(left)
	if _, whole := filter.When.(*typed.Predicate); whole {
		facts.Predicates[0].Alone.add(alone)
		facts.Predicates[0].Left.add(left)
	} else if filter.When != nil {
		l.observe(at, filter.When, l.every())
	}
	if alone.Holds && !left.Holds {
		facts.Shadowed = append(facts.Shadowed, l.numbers...)
		l.takers(facts, claimed)
	}
}

// takers adds the filters that decide some values.
func (l *valueLine) takers(facts *Facts, claimed []typed.Interval) {
	for _, i := range claimed {
		from, to := l.sharesOf(i)
		for _, s := range l.shares[from:to] {
			if s.owner != impossible {
				facts.Takers = appendNew(facts.Takers, int(l.filters[s.owner]))
			}
		}
	}
}

// heirs finds what would decide a filter's calls without it, for all filters.
func (l *valueLine) heirs() {
	for _, s := range l.shares {
		if s.owner == impossible || int(s.owner) == len(l.filters) {
			continue
		}
		owner := l.filters[s.owner]
		if facts := &l.facts[owner]; int(s.heir) == len(l.filters) {
			facts.Redundant = false
		} else if facts.Redundant {
			heir := l.filters[s.heir]
			facts.Redundant = l.section.Filters[heir].Rule.Action == l.section.Filters[owner].Rule.Action
			facts.Heirs = appendNew(facts.Heirs, int(heir))
		}
	}
}

// appendNew appends v, unless the list ends with it.
func appendNew(list []int, v int) []int {
	if n := len(list); n > 0 && list[n-1] == v {
		return list
	}
	return append(list, v)
}

// observe returns the values for which b holds, and notes the outcomes of its
// predicates on those, of some values, for which it is evaluated.
func (l *valueLine) observe(at int, b typed.Bool, among []typed.Interval) []typed.Interval {
	switch b := b.(type) {
	case *typed.NotExpr:
		return others(l.observe(at, b.X, among), l.of)
	case *typed.AndExpr:
		x := l.observe(at, b.X, among)
		return l.both(x, l.observe(at, b.Y, l.both(among, x)))
	case *typed.OrExpr:
		x := l.observe(at, b.X, among)
		return united(slices.Concat(x, l.observe(at, b.Y, l.both(among, others(x, l.of)))))
	case *typed.Predicate:
		holds := values(b.X, l.of)
		facts := &l.facts[l.filters[at]]
		p := &facts.Predicates[l.place(int(l.filters[at]), b)]
		yes, no := l.both(among, holds), l.both(among, others(holds, l.of))
		p.Alone.add(Outcomes{Holds: l.domain.has(yes), Fails: l.domain.has(no)})
		p.Left.add(Outcomes{Holds: l.left(at, yes), Fails: l.left(at, no)})
		return holds
	}
	return values(b, l.of)
}

// both returns the values that are in two lists.
func (l *valueLine) both(x, y []typed.Interval) []typed.Interval {
	return others(united(slices.Concat(others(x, l.of), others(y, l.of))), l.of)
}

// left reports whether the filters before a place leave any of some values, which
// no share crosses the borders of.
func (l *valueLine) left(at int, values []typed.Interval) bool {
	if l.windows == nil {
		l.windows = newWindows(l.shares)
	}
	for _, i := range values {
		if from, to := l.sharesOf(i); l.windows.highest(from, to) >= int32(at) {
			return true
		}
	}
	return false
}

// windows has the highest owner of each 2^k shares that follow each other, by k
// and the first of them.
type windows [][]int32

func newWindows(shares []share) windows {
	level := make([]int32, len(shares))
	for i := range shares {
		level[i] = shares[i].owner
	}
	w := windows{level}
	for width := 1; 2*width <= len(shares); width *= 2 {
		wider := make([]int32, len(level)-width)
		for i := range wider {
			wider[i] = max(level[i], level[i+width])
		}
		w = append(w, wider)
		level = wider
	}
	return w
}

// highest returns the highest owner of the shares from one up to another.
func (w windows) highest(from, to int) int32 {
	k := bits.Len(uint(to-from)) - 1
	return max(w[k][from], w[k][to-1<<k])
}
