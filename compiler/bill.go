package compiler

// A bill is what the graph costs from each node on, in instructions executed.
type bill struct {
	longest []int32
	mean    []float64
}

// odds is how likely a test holds where nothing is known of the arguments: a
// value rarely is the one that is asked for.
func (f *nodeForm) odds() float64 {
	if f.test == testEq {
		return 0.25
	}
	return 0.5
}

// bill computes the costs, those of jumps past instructions included.
func (s *selection) bill() bill {
	b := bill{longest: make([]int32, len(s.g.nodes)), mean: make([]float64, len(s.g.nodes))}
	for _, n := range s.order { // what a node leads to comes first
		f, at := &s.g.nodes[n], &s.steps[n]
		if f.test == isLeaf {
			b.longest[n], b.mean[n] = 1, 1
			continue
		}
		own := at.to - at.from + 1
		yes, no := s.skip(n, f.yes), s.skip(n, f.no)
		b.longest[n] = int32(own) + max(b.longest[f.yes]-int32(yes), b.longest[f.no]-int32(no))
		p := f.odds()
		b.mean[n] = float64(own) + p*(b.mean[f.yes]-float64(yes)) + (1-p)*(b.mean[f.no]-float64(no))
	}
	return b
}

// better reports whether b is nowhere above another bill for the same graph,
// and somewhere below it, from the given nodes on.
func (b *bill) better(than *bill, roots []node) bool {
	some := false
	for _, n := range roots {
		switch {
		case b.longest[n] > than.longest[n] || b.mean[n] > than.mean[n]:
			return false
		case b.longest[n] < than.longest[n] || b.mean[n] < than.mean[n]:
			some = true
		}
	}
	return some
}
