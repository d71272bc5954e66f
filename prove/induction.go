package prove

// An induction goes through the filters that stand in line in a square, from the
// last to the first: see strategy.induction.
type induction struct {
	d          *diagrams
	conditions []diagram // by place in line
	outcomes   []diagram
	ends       []diagram           // what is decided from each filter on: a symbol or an outcome
	symbols    map[diagram]diagram // functions of which it is known that an end stands for them
	places     map[diagram]int     // of ends: the first filter from which on they are decided
}

// inductive makes a symbol for what is decided from each filter of a line on,
// and returns the one for the whole line.
func (m *meaning) inductive(s *sectionMeaning, filters []int32, r region) diagram {
	i := m.induction
	i.conditions = make([]diagram, len(filters))
	i.outcomes = make([]diagram, len(filters))
	i.ends = make([]diagram, len(filters)+1)
	for n := len(filters) - 1; n >= 0; n-- {
		filter := &s.section.Filters[filters[n]]
		m.at = filter
		i.conditions[n] = always
		if filter.When != nil {
			i.conditions[n] = m.in.condition(filter.When, r)
		}
		i.outcomes[n] = m.d.outcome(returnValue(filter.Rule.Action))
		i.ends[n] = i.symbol(m.d.choose(i.conditions[n], i.outcomes[n], i.ends[n+1]))
		i.places[i.ends[n]] = n
	}
	return i.ends[0]
}

func newInduction(d *diagrams) *induction {
	return &induction{d: d, symbols: make(map[diagram]diagram), places: make(map[diagram]int)}
}

// symbol returns an outcome that stands for a function.
func (i *induction) symbol(f diagram) diagram {
	if i.d.vertices[f].variable == untested {
		return f
	}
	symbol, ok := i.symbols[f]
	if !ok {
		symbol = i.d.symbol(len(i.symbols))
		i.symbols[f] = symbol
	}
	return symbol
}

// maxLeap is how many filters a compiler may have taken together: between the
// place that is looked at and the next one that is known.
const maxLeap = 16

// recognize returns the end that stands for what a program returns from some
// place on, which may itself lead to ends, or f if there is none. A place is
// looked at closely if several ways lead to it: there filters begin.
func (i *induction) recognize(f diagram, closely bool) diagram {
	if symbol, ok := i.symbols[f]; ok {
		return symbol
	}
	if !closely || i.d.vertices[f].variable == untested {
		return f
	}
	next := len(i.conditions)
	for _, leaf := range i.d.exits(f, untested) {
		if n, ok := i.places[leaf]; ok {
			next = min(next, n)
		}
	}
	for n := next; n >= max(0, next-maxLeap); n-- {
		if i.decides(f, n) {
			i.symbols[f] = i.ends[n]
			return i.ends[n]
		}
	}
	return f
}

// decides reports whether f is what is decided from a filter on. It is that even
// if f leaves filters out which cannot match where it does so, or tries them in
// another order that makes no difference.
func (i *induction) decides(f diagram, n int) bool {
	for _, leaf := range i.d.exits(f, untested) {
		if !i.leads(i.d.is(f, leaf), n, leaf) {
			return false
		}
	}
	return true
}

// leads reports whether the filters from one on decide, for all inputs of a set,
// what an end or outcome does.
func (i *induction) leads(among diagram, n int, to diagram) bool {
	for ; n < len(i.conditions) && among != never; n++ {
		switch {
		case i.ends[n] == to:
			return true
		case i.outcomes[n] == to:
			among = i.d.choose(i.conditions[n], never, among)
		case i.d.overlap(among, i.conditions[n]):
			return false
		}
	}
	return among == never
}
