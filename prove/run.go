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

// A runMeaning is what a run of filters comes to, with what follows where none of
// them matches.
type runMeaning struct {
	filters []int32
	rest    diagram
	region  region // the zero region if the filters read neither arch nor number
	f       diagram
}

// run returns what is decided by a run of filters where one of them matches, and
// by rest elsewhere.
func (m *meaning) run(s *sectionMeaning, line filterLine, filters []int32, from, to int, r region, rest diagram) diagram {
	key := runMeaning{filters: filters[from:to], rest: rest}
	if set := s.reads[filters[from]]; set.has(typed.WordNr) || set.has(typed.WordArch) {
		key.region = r
	}
	for i := range s.runs {
		known := &s.runs[i]
		if known.rest == rest && known.region == key.region && slices.Equal(known.filters, key.filters) {
			return known.f
		}
	}
	m.at = line(from)
	key.f = m.in.run(line, from, to, r, rest)
	s.runs = append(s.runs, key)
	return key.f
}
