package prove

import (
	"slices"

	"sandbox/policy/typed"
)

// A filterLine is some filters that stand in line: it returns the one at a place.
type filterLine func(place int) *typed.Filter

// runBefore returns where the run begins that ends before a place in line: filters
// one after the other that compare the same integer with constants.
func (line filterLine) runBefore(end int) int {
	first := end - 1
	last := subject(line(first).When)
	for last != nil && first > 0 && same(last, subject(line(first-1).When)) {
		first--
	}
	return first
}

// hasRuns reports whether a run of several filters stands in line in a region,
// which must lie within one piece of every section.
func (m *meaning) hasRuns(r region) bool {
	for i := range m.layers {
		s, filters := m.line(i, r)
		for end := len(filters); end > 1; end-- {
			if s.line(filters).runBefore(end) < end-1 {
				return true
			}
		}
	}
	return false
}

// run returns what a run of filters decides, from one place in line up to another:
// the action of the first that matches, and rest where none does.
func (in *inputs) run(line filterLine, from, to int, r region, rest diagram) diagram {
	x := subject(line(from).When)
	claims := make([][]typed.Interval, to-from)
	for i := range claims {
		claims[i] = values(line(from+i).When, x.Type())
	}
	shares := settle(claims, nil, x.Type().Mask())
	rows := make([]row, len(shares))
	for i, s := range shares {
		rows[i] = row{s.first, rest}
		if int(s.owner) < len(claims) {
			rows[i].f = in.d.outcome(returnValue(line(from + int(s.owner)).Rule.Action))
		}
	}
	return in.d.table(in.integer(x, r), rows)
}

// A runStep is a run of filters with what follows where none of them matches.
type runStep struct {
	first, last int32 // filters
	filters     int
	rest        diagram
	region      region // the zero region if the filters read neither arch nor number
}

// A runMeaning is what a run comes to. Between its ends there may be others of
// the section's filters than in another run: those of other numbers.
type runMeaning struct {
	filters []int32
	f       diagram
}

// run returns what is decided by a run of filters where one of them matches, and
// by rest elsewhere.
func (m *meaning) run(s *sectionMeaning, line filterLine, filters []int32, r region, rest diagram) diagram {
	key := runStep{first: filters[0], last: filters[len(filters)-1], filters: len(filters), rest: rest}
	if set := s.reads[filters[0]]; set.has(typed.WordNr) || set.has(typed.WordArch) {
		key.region = r
	}
	if known, ok := s.runs[key]; ok && slices.Equal(known.filters, filters) {
		return known.f
	}
	m.at = line(0)
	f := m.in.run(line, 0, len(filters), r, rest)
	if s.runs == nil {
		s.runs = make(map[runStep]runMeaning)
	}
	s.runs[key] = runMeaning{filters, f}
	return f
}
