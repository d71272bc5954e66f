package prove

// An induction goes through the filters that stand in line in a square, from the
// last to the first: see strategy.induction. It takes one filter at a time, or a
// run of them.
type induction struct {
	d       *diagrams
	runs    bool                // it takes runs
	steps   []inductionStep     // in line
	ends    []diagram           // what is decided from each step on: a symbol or an outcome
	symbols map[diagram]diagram // functions of which it is known that an end stands for them
	places  map[diagram]int     // of ends: the first step from which on they are decided
}

// An inductionStep is what a filter decides, or a run of them.
type inductionStep struct {
	matches diagram // where it decides
	outcome diagram // what; unknown, if that depends on the input
	decides diagram // what, and, where it does not, the end that follows
}

// inductive makes a symbol for what is decided from each filter of a line on,
// and returns the one for the whole line.
func (m *meaning) inductive(s *sectionMeaning, filters []int32, r region) diagram {
	i := m.induction
	line := s.line(filters)
	var ends []int // of steps, the last one first
	for end := len(filters); end > 0; {
		ends = append(ends, end)
		if i.runs {
			end = line.runBefore(end)
		} else {
			end--
		}
	}
	i.steps = make([]inductionStep, len(ends))
	i.ends = make([]diagram, len(ends)+1)
	for k, end := range ends {
		n, first := len(ends)-1-k, 0
		if n > 0 {
			first = ends[k+1]
		}
		i.steps[n] = m.inductionStep(line, first, end, r, i.ends[n+1])
		i.ends[n] = i.symbol(i.steps[n].decides)
		i.places[i.ends[n]] = n
	}
	return i.ends[0]
}

// inductionStep is the step that some filters in line make.
func (m *meaning) inductionStep(line filterLine, first, end int, r region, next diagram) (s inductionStep) {
	m.at = line(first)
	if end-first > 1 {
		s.outcome = unknown
		s.decides = m.in.run(line, first, end, r, next)
		s.matches = m.d.not(m.d.is(s.decides, next))
		return s
	}
	s.matches = always
	if m.at.When != nil {
		s.matches = m.in.condition(m.at.When, r)
	}
	s.outcome = m.d.outcome(returnValue(m.at.Rule.Action))
	s.decides = m.d.choose(s.matches, s.outcome, next)
	return s
}

func newInduction(d *diagrams, runs bool) *induction {
	return &induction{d: d, runs: runs, symbols: make(map[diagram]diagram), places: make(map[diagram]int)}
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

// maxLeap is how many steps a compiler may have taken together: between the place
// that is looked at and the next one that is known.
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
	next := len(i.steps)
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

// leads reports whether the filters from one step on decide, for all inputs of a
// set, what an end or outcome does.
func (i *induction) leads(among diagram, n int, to diagram) bool {
	for ; n < len(i.steps) && among != never; n++ {
		step := &i.steps[n]
		switch {
		case i.ends[n] == to:
			return true
		case step.outcome == to:
		case !i.d.overlap(among, step.matches):
			continue
		case step.outcome != unknown || i.d.exceeds(i.d.and(among, step.matches), i.d.is(step.decides, to)):
			return false
		}
		among = i.d.choose(step.matches, never, among)
	}
	return among == never
}
