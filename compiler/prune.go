package compiler

// A fact is what is known of a call behind a test: that it holds, or not.
type fact struct {
	test  testOp
	x, y  word
	holds bool
}

// A pruner removes tests whose outcome is known from the tests on the way to
// them. A node that is reached in several ways may have to be copied for that,
// and every fact is carried through all that is behind it, so pruning a graph
// has limits, and is dropped where it makes more nodes than it saves.
type pruner struct {
	g       *graph
	pruned  map[node]node
	assumed map[assumption]node
	limit   int // of nodes in the arena
	work    int // steps left
}

type assumption struct {
	n node
	fact
}

// prune makes the graphs of all numbers smaller where it can.
func (c *compilation) prune() error {
	g := c.graph
	for i := range c.sections {
		var out segments
		for _, s := range c.sections[i].joined {
			out.put(s.last, g.smaller(s.to))
		}
		c.sections[i].joined = out.list
	}
	return nil
}

// smaller returns a node that decides as n does, with as many nodes or fewer,
// and fewer tests on the way through them, if it finds one.
func (g *graph) smaller(n node) node {
	if g.nodes[n].test == isLeaf {
		return n
	}
	before := g.count(n)
	p := &pruner{
		g:       g,
		pruned:  make(map[node]node),
		assumed: make(map[assumption]node),
		limit:   len(g.nodes) + 2*before + 16,
		work:    1<<18 + 16*before,
	}
	m := p.prune(n)
	if p.exhausted() || g.count(m) > before {
		return n
	}
	return m
}

// count returns how many nodes can be reached from n.
func (g *graph) count(n node) int {
	seen := make(map[node]bool)
	var visit func(n node)
	visit = func(n node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if f := &g.nodes[n]; f.test != isLeaf {
			visit(f.yes)
			visit(f.no)
		}
	}
	visit(n)
	return len(seen)
}

func (p *pruner) exhausted() bool { return p.work <= 0 || len(p.g.nodes) > p.limit }

func (p *pruner) prune(n node) node {
	f := p.g.nodes[n]
	if f.test == isLeaf || p.exhausted() {
		return n
	}
	if m, ok := p.pruned[n]; ok {
		return m
	}
	yes := p.prune(p.assume(f.yes, fact{f.test, f.x, f.y, true}))
	no := p.prune(p.assume(f.no, fact{f.test, f.x, f.y, false}))
	m := p.g.branch(f.test, f.x, f.y, yes, no)
	p.g.inherit(m, n)
	p.pruned[n] = m
	return m
}

// assume returns a node that decides as n does wherever the fact is true.
func (p *pruner) assume(n node, known fact) node {
	if known.test == testEq && !known.holds && p.g.tests[[2]word{known.x, known.y}] == 1 {
		return n // that x is not y decides no other test, and there is none of the same
	}
	var f nodeForm
	for {
		f = p.g.nodes[n]
		if f.test == isLeaf || p.exhausted() {
			return n
		}
		p.work--
		holds, decided := p.g.decides(known, f.test, f.x, f.y)
		if !decided {
			break
		}
		n = f.no
		if holds {
			n = f.yes
		}
	}
	key := assumption{n, known}
	if m, ok := p.assumed[key]; ok {
		return m
	}
	m := p.g.branch(f.test, f.x, f.y, p.assume(f.yes, known), p.assume(f.no, known))
	p.g.inherit(m, n)
	p.assumed[key] = m
	return m
}

// decides returns what a fact tells about a test of the same words.
func (g *graph) decides(known fact, op testOp, x, y word) (holds, decided bool) {
	if known.x != x {
		return false, false
	}
	if known.y == y {
		switch {
		case known.test == op:
			return known.holds, true
		case known.test == testEq && op == testGe && known.holds:
			return true, true
		case known.test == testGe && op == testEq && !known.holds:
			return false, true
		}
	}
	k, ok1 := g.constantOf(known.y)
	j, ok2 := g.constantOf(y)
	if !ok1 || !ok2 {
		return false, false
	}
	if known.test == testSet {
		return decidedByBits(k, known.holds, op, j)
	}
	low, high := uint32(0), ^uint32(0)
	switch {
	case known.test == testEq && known.holds:
		low, high = k, k
	case known.test == testEq:
		return false, false // that x is not k rules out nothing else
	case known.holds:
		low = k
	default:
		high = k - 1 // a test for x >= 0 is never made
	}
	return decidedByRange(low, high, op, j)
}

// decidedByRange decides a test with j of a word that lies between low and
// high.
func decidedByRange(low, high uint32, op testOp, j uint32) (holds, decided bool) {
	switch {
	case op == testEq && (j < low || j > high):
		return false, true
	case op == testEq:
		return true, low == high
	case op == testGe && low >= j:
		return true, true
	case op == testGe:
		return false, high < j
	}
	return low&j != 0, low == high
}

// decidedByBits decides a test with j of a word of which some of the bits of
// mask are set, or none.
func decidedByBits(mask uint32, some bool, op testOp, j uint32) (holds, decided bool) {
	switch {
	case op == testSet && some:
		return true, mask&^j == 0
	case op == testSet:
		return false, j&^mask == 0
	case op == testEq && some:
		return false, j&mask == 0
	case op == testEq:
		return false, j&mask != 0
	}
	return false, false
}
