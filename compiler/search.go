package compiler

// A segment sends the values of a word from the end of the segment before it
// up to and including last to a node.
type segment struct {
	last   uint32
	to     node
	weight float64 // how often the word lies here, to any scale
}

// segments is a list of segments under construction: from 0 upwards, without
// gaps, neighbours with different targets.
type segments struct {
	list []segment
	next uint64 // the first value that has no segment yet
}

// put sends all values from next to last.
func (s *segments) put(last uint32, to node, weight float64) {
	if n := len(s.list); n > 0 && s.list[n-1].to == to {
		s.list[n-1].last = last
		s.list[n-1].weight += weight
	} else {
		s.list = append(s.list, segment{last, to, weight})
	}
	s.next = uint64(last) + 1
}

// fillTo sends the values from next up to, but not including, first.
func (s *segments) fillTo(first uint32, to node) {
	if s.next < uint64(first) {
		s.put(first-1, to, 1)
	}
}

// finish sends all values that are left.
func (s *segments) finish(to node) {
	if s.next <= 0xffffffff {
		s.put(0xffffffff, to, 1)
	}
}

// A searcher builds a tree of tests that finds the segment of a word. A tree
// costs what it takes on average, by weight, and perTest for each test in it.
type searcher struct {
	g       *graph
	x       word
	perTest float64
}

// search returns a node that finds the segment of x, whose list is not empty.
func (g *graph) search(x word, list []segment, perTest float64) node {
	s := &searcher{g, x, perTest}
	return s.find(0, list)
}

// exact is how long a list may be for the best tree. Longer ones are first
// split in the middle of their weight.
const exact = 128

// find searches list, for values known to be at least first.
func (s *searcher) find(first uint32, list []segment) node {
	if len(list) == 1 {
		return list[0].to
	}
	if len(list) == 2 {
		return s.split(first, list, 1, list[0].to, list[1].to)
	}
	if len(list) == 3 && list[0].to == list[2].to && list[1].last == list[0].last+1 {
		return s.g.branch(testEq, s.x, s.g.constant(list[1].last), list[1].to, list[0].to)
	}
	if len(list) <= exact {
		p := s.plan(first, list)
		if h, ok := p.findHot(0, len(list), p.estimate(0, len(list))); ok {
			return s.buildHot(&h, s.find(first, h.remaining(nil, first, list)))
		}
		p.solve()
		return p.build(0, len(list))
	}
	var sum, below float64
	heaviest := hot{size: 1}
	start := first
	for i := range list {
		sum += list[i].weight
		if start == list[i].last && list[i].weight > heaviest.weight {
			heaviest.weight, heaviest.to, heaviest.base = list[i].weight, list[i].to, start
		}
		start = list[i].last + 1
	}
	if heaviest.weight > sum/2 {
		return s.buildHot(&heaviest, s.find(first, heaviest.remaining(nil, first, list)))
	}
	k := 1
	for below = list[0].weight; k < len(list)-1 && below+list[k].weight <= sum/2; k++ {
		below += list[k].weight
	}
	return s.split(first, list, k, s.find(first, list[:k]), s.find(list[k-1].last+1, list[k:]))
}

// split tests whether x lies in list[:k] or above.
func (s *searcher) split(first uint32, list []segment, k int, below, above node) node {
	border := list[k-1].last + 1
	switch {
	case k == 1 && list[0].last == first:
		return s.g.branch(testEq, s.x, s.g.constant(first), below, above)
	case k == len(list)-1 && list[k].last == border:
		return s.g.branch(testEq, s.x, s.g.constant(border), above, below)
	}
	return s.g.branch(testGe, s.x, s.g.constant(border), above, below)
}
