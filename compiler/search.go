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
	if len(list) <= exact {
		p := s.plan(first, list)
		return p.build(0, len(list))
	}
	var sum, below float64
	heaviest := hot{size: 1}
	start := first
	for i := range list {
		sum += list[i].weight
		if start == list[i].last && list[i].weight > heaviest.cost {
			heaviest.cost, heaviest.to, heaviest.base = list[i].weight, list[i].to, start
		}
		start = list[i].last + 1
	}
	if heaviest.cost > sum/2 {
		return s.buildHot(&heaviest, s.find(first, heaviest.remaining(first, list)))
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

// A plan is how to search a list and all its parts best: by splitting them in
// two, again and again, down to chains. It is found by dynamic programming,
// with the bound on where to split that makes it quadratic (D. E. Knuth,
// "Optimum binary search trees", 1971). A value that is asked for more often
// than most around it is tested before all others, which no splitting can do.
type plan struct {
	*searcher
	first uint32
	list  []segment
	sums  []float64 // sums[i] is the weight of list[:i]
	parts []part    // see part
	hot   hot       // of the whole list
}

// A part is how to search list[i:j].
type part struct {
	cost  float32
	split int16 // where to split, or 0: a chain
}

func (s *searcher) plan(first uint32, list []segment) *plan {
	n := len(list)
	p := &plan{searcher: s, first: first, list: list, sums: make([]float64, n+1), parts: make([]part, (n+1)*(n+2)/2)}
	for i := range list {
		p.sums[i+1] = p.sums[i] + list[i].weight
	}
	for length := 2; length <= n; length++ {
		for i := 0; i+length <= n; i++ {
			*p.part(i, i+length) = p.best(i, i+length)
		}
	}
	p.hot = p.findHot(0, n)
	return p
}

// part returns the part list[i:j]. There are as many that begin at i as there
// are ends from i on.
func (p *plan) part(i, j int) *part { return &p.parts[i*(len(p.list)+1)-i*(i-1)/2+j-i] }

func (p *plan) weight(i, j int) float64 { return p.sums[j] - p.sums[i] }

// start is the least value of list[i].
func (p *plan) start(i int) uint32 {
	if i == 0 {
		return p.first
	}
	return p.list[i-1].last + 1
}

func (p *plan) single(i int) bool { return p.list[i].last == p.start(i) }

// best finds how to search list[i:j]; it knows that for all smaller parts.
func (p *plan) best(i, j int) part {
	from, to := i+1, j-1
	// Chains bend Knuth's bound a little, hence the 2.
	if left := p.part(i, j-1).split; left > 0 {
		from = max(from, int(left)-2)
	}
	if right := p.part(i+1, j).split; right > 0 {
		to = min(to, int(right)+2)
	}
	var best part
	own := float32(p.weight(i, j) + p.perTest)
	for k := from; k <= max(from, to); k++ {
		if cost := own + p.part(i, k).cost + p.part(k, j).cost; best.split == 0 || cost < best.cost {
			best = part{cost, int16(k)}
		}
	}
	if c, ok := p.chain(i, j); ok && float32(c.cost) <= best.cost {
		return part{float32(c.cost), 0}
	}
	return best
}

// build returns a node that searches list[i:j], for values known to lie there.
func (p *plan) build(i, j int) node {
	if j-i == 1 {
		return p.list[i].to
	}
	h := p.hot
	if j-i < len(p.list) {
		h = p.findHot(i, j)
	}
	if h.rest != nil {
		return p.buildHot(&h, h.rest.build(0, len(h.rest.list)))
	}
	k := int(p.part(i, j).split)
	if k == 0 {
		c, _ := p.chain(i, j)
		return c.build(p)
	}
	return p.split(p.start(i), p.list[i:j], k-i, p.build(i, k), p.build(k, j))
}
