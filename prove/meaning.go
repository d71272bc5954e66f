package prove

import (
	"sandbox/arch"
	"sandbox/policy/typed"
)

// meaning builds diagrams of what a policy says.
type meaning struct {
	d      *diagrams
	in     *inputs
	policy *typed.Policy
	abis   []arch.ABI
	layers [][]sectionMeaning // by layer and section
	at     *typed.Filter      // the filter being evaluated, for errLimit
	meets  meetings

	induction *induction // nil: there is none
}

// sectionMeaning is a section, its numbers cut where the filters that apply
// change.
type sectionMeaning struct {
	section *typed.Section
	pieces  pieces
	reads   []wordSet // by filter
	built   map[step]diagram
	runs    map[runStep]runMeaning
}

// A step is a filter in a region, with what follows where it does not match.
type step struct {
	filter int32
	rest   diagram
	region region // the zero region if the filter reads neither arch nor number
}

func newMeaning(d *diagrams, in *inputs, p *typed.Policy) *meaning {
	m := &meaning{policy: p, abis: p.ABIs(), layers: make([][]sectionMeaning, 0, len(p.Layers))}
	m.use(d, in)
	for i := range p.Layers {
		sections := make([]sectionMeaning, len(p.Layers[i].ABIs))
		for j := range sections {
			s := &p.Layers[i].ABIs[j]
			sections[j] = sectionMeaning{section: s, pieces: piecesOf(s.Filters, true)}
			sections[j].reads = make([]wordSet, len(s.Filters))
			for k := range s.Filters {
				sections[j].reads[k] = reads(s.Filters[k].When)
			}
		}
		m.layers = append(m.layers, sections)
	}
	return m
}

// use makes the meaning use an arena, with nothing built yet.
func (m *meaning) use(d *diagrams, in *inputs) {
	m.d, m.in, m.meets, m.induction = d, in, newMeetings(d), nil
	for _, sections := range m.layers {
		for i := range sections {
			sections[i].built, sections[i].runs = nil, nil
		}
	}
}

// decision returns what the policy says in a region, which must lie within one
// piece of every section.
func (m *meaning) decision(r region) diagram {
	f := m.layer(0, r)
	for i := range m.layers[1:] {
		f = m.meets.stronger(f, m.layer(i+1, r))
	}
	return f
}

func (m *meaning) layer(i int, r region) diagram {
	s, filters := m.line(i, r)
	if s == nil {
		return m.d.outcome(returnValue(m.policy.Layers[i].Unserved.Action))
	}
	if m.induction != nil && len(m.layers) == 1 {
		return m.inductive(s, filters, r)
	}
	line := s.line(filters)
	var f diagram
	for end := len(filters); end > 0; {
		first := line.runBefore(end)
		if end-first > 1 {
			f = m.run(s, s.line(filters[first:end]), filters[first:end], r, f)
		} else {
			f = m.filter(s, filters[first], r, f)
		}
		end = first
	}
	return f
}

// line returns some filters of the section as a line.
func (s *sectionMeaning) line(filters []int32) filterLine {
	return func(place int) *typed.Filter { return &s.section.Filters[filters[place]] }
}

// line returns the filters that apply in a region, which must lie within one
// piece of every section, and their section; nil if the layer serves none there.
func (m *meaning) line(layer int, r region) (*sectionMeaning, []int32) {
	if !r.arch.single() {
		return nil, nil
	}
	for i := range m.layers[layer] {
		s := &m.layers[layer][i]
		if s.section.ABI.Audit() != r.arch.first {
			continue
		}
		return s, s.pieces.line(s.pieces.of(r.nr.first))
	}
	return nil, nil
}

// filter returns what is decided by the filter where it matches, and by rest
// where it does not.
func (m *meaning) filter(s *sectionMeaning, i int32, r region, rest diagram) diagram {
	filter := &s.section.Filters[i]
	outcome := m.d.outcome(returnValue(filter.Rule.Action))
	if filter.When == nil {
		return outcome
	}
	key := step{filter: i, rest: rest}
	if s.reads[i].has(typed.WordNr) || s.reads[i].has(typed.WordArch) {
		key.region = r
	}
	f, ok := s.built[key]
	if !ok {
		m.at = filter
		f = m.d.choose(m.in.condition(filter.When, r), outcome, rest)
		if s.built == nil {
			s.built = make(map[step]diagram)
		}
		s.built[key] = f
	}
	return f
}
