package prove

// inductive returns a symbol for what a line of filters decides, and makes one
// for each of its ends: see strategy.induction.
func (m *meaning) inductive(s *sectionMeaning, filters []int32, r region) diagram {
	ends := make([]diagram, len(filters)+1) // what is decided from each filter on
	conditions := make([]diagram, len(filters))
	for n := len(filters) - 1; n >= 0; n-- {
		filter := &s.section.Filters[filters[n]]
		m.at = filter
		conditions[n] = always
		if filter.When != nil {
			conditions[n] = m.in.condition(filter.When, r)
		}
		outcome := m.d.outcome(returnValue(filter.Rule.Action))
		f := m.d.choose(conditions[n], outcome, ends[n+1])
		ends[n] = m.symbol(f)
		// Filters right behind that are left no calls may be left out.
		for k := n + 1; k < len(filters)-1 && !m.d.exceeds(conditions[k], conditions[n]); k++ {
			if same := m.d.choose(conditions[n], outcome, ends[k+1]); m.d.vertices[same].variable != untested {
				m.symbols[same] = ends[n]
			}
		}
	}
	return ends[0]
}

// symbol returns an outcome that stands for a function.
func (m *meaning) symbol(f diagram) diagram {
	if m.d.vertices[f].variable == untested {
		return f
	}
	symbol, ok := m.symbols[f]
	if !ok {
		symbol = m.d.symbol(len(m.symbols))
		m.symbols[f] = symbol
	}
	return symbol
}
