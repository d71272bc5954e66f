package compiler

import (
	"cmp"
	"slices"
)

// A fact is what is known of a call behind a test: that it holds, or not.
type fact struct {
	test  testOp
	x, y  word
	holds bool
}

// A pruner removes tests whose outcome is known from the tests on the way to
// them. A node is copied where different facts lead to different ways on, so
// pruning a graph has a limit, beyond which nodes are left as they are.
type pruner struct {
	g       *graph
	pruned  map[known]node
	sets    map[extension]factSet
	facts   [][]fact         // by set
	touched map[node]touched // by the tests from a node on
	tests   map[[2]word]int  // how many nodes test two words for equality
	work    int              // steps left
}

// A factSet is an index of pruner.facts; 0 is the empty set. Equal sets are one
// index.
type factSet int32

// known is a node with what is known where it is reached.
type known struct {
	n     node
	facts factSet
}

// mostFacts is how many facts are remembered: sets are kept whole.
const mostFacts = 48

// An extension is a set with one more fact, which comes after all of the set's.
type extension struct {
	set factSet
	fact
}

// touched is the words that the tests in a graph look at, a bit for each load:
// other words count as those that they are made from.
type touched uint32

// prune makes the graphs of all numbers smaller where it can.
func (c *compilation) prune() error {
	g := c.graph
	for i := range c.sections {
		var out segments
		for _, s := range c.sections[i].joined {
			out.put(s.last, g.smaller(s.to), 0)
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
	p := &pruner{
		g:       g,
		pruned:  make(map[known]node),
		sets:    make(map[extension]factSet),
		facts:   make([][]fact, 1),
		touched: make(map[node]touched),
		tests:   make(map[[2]word]int),
	}
	p.look(n)
	before := len(p.touched)
	p.work = 1<<16 + 512*before
	m := p.prune(n, 0)
	if m != n && g.count(m) > before {
		return n
	}
	return m
}

// look finds what the tests from n on look at, and counts those for equality.
func (p *pruner) look(n node) touched {
	t, ok := p.touched[n]
	if ok {
		return t
	}
	if f := &p.g.nodes[n]; f.test != isLeaf {
		if f.test == testEq {
			p.tests[[2]word{f.x, f.y}]++
		}
		t = p.g.madeFrom(f.x) | p.g.madeFrom(f.y) | p.look(f.yes) | p.look(f.no)
	}
	p.touched[n] = t
	return t
}

// madeFrom returns the words that w is made from. What is deep inside it is
// not worth finding: it may be made from any.
func (g *graph) madeFrom(w word) touched {
	for range 4 {
		f := &g.words[w]
		switch f.op {
		case opConst:
			return 0
		case opLoad:
			return 1 << f.k
		}
		if _, ok := g.constantOf(f.b); !ok {
			break
		}
		w = f.a
	}
	return ^touched(0)
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

// prune returns a node that decides as n does wherever the facts are true.
func (p *pruner) prune(n node, set factSet) node {
	var f nodeForm
	for {
		f = p.g.nodes[n]
		if p.work--; f.test == isLeaf || p.work < 0 {
			return n
		}
		holds, decided := p.decided(set, &f)
		if !decided {
			break
		}
		n = f.no
		if holds {
			n = f.yes
		}
	}
	set = p.relevant(set, n)
	key := known{n, set}
	if m, ok := p.pruned[key]; ok {
		return m
	}
	yes := p.prune(f.yes, p.with(set, fact{f.test, f.x, f.y, true}))
	no := p.prune(f.no, p.with(set, fact{f.test, f.x, f.y, false}))
	m := p.g.branch(f.test, f.x, f.y, yes, no)
	p.g.inherit(m, n)
	p.pruned[key] = m
	return m
}

// decided returns what the facts tell about a test.
func (p *pruner) decided(set factSet, f *nodeForm) (holds, ok bool) {
	facts := p.facts[set]
	p.work -= len(facts)
	for _, known := range facts {
		if holds, ok := p.g.decides(known, f.test, f.x, f.y); ok {
			return holds, true
		}
	}
	return false, false
}

// relevant returns the facts about words that the tests from n on look at.
func (p *pruner) relevant(set factSet, n node) factSet {
	here := p.touched[n]
	facts := p.facts[set]
	kept := factSet(0)
	for i, f := range facts {
		if p.g.madeFrom(f.x)&here == 0 {
			for _, f := range facts[i:] {
				if p.g.madeFrom(f.x)&here != 0 {
					kept = p.extended(kept, f)
				}
			}
			return kept
		}
		kept = p.extended(kept, f)
	}
	return set
}

// with returns a set with one fact more, and without those that it makes
// superfluous.
func (p *pruner) with(set factSet, more fact) factSet {
	if more.test == testEq && !more.holds && p.tests[[2]word{more.x, more.y}] == 1 {
		return set // that x is not y decides no other test, and there is none of the same
	}
	if len(p.facts[set]) >= mostFacts && !(more.test == testEq && more.holds) {
		return set
	}
	p.work -= len(p.facts[set])
	list := make([]fact, 0, len(p.facts[set])+1)
	for _, f := range p.facts[set] {
		if !p.g.implies(more, f) {
			list = append(list, f)
		}
	}
	at, _ := slices.BinarySearchFunc(list, more, compareFacts)
	out := factSet(0)
	for _, f := range slices.Insert(list, at, more) {
		out = p.extended(out, f)
	}
	return out
}

// extended returns a set with a fact that comes after all others.
func (p *pruner) extended(set factSet, f fact) factSet {
	key := extension{set, f}
	out, ok := p.sets[key]
	if !ok {
		p.work -= len(p.facts[set]) // which is copied
		out = factSet(len(p.facts))
		p.facts = append(p.facts, append(slices.Clip(p.facts[set]), f))
		p.sets[key] = out
	}
	return out
}

// compareFacts gives facts an order, so that equal sets meet.
func compareFacts(a, b fact) int {
	return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.test, b.test), cmp.Compare(a.y, b.y))
}

// implies reports whether all that one fact can decide is decided by another.
func (g *graph) implies(more, f fact) bool {
	k, ok1 := g.constantOf(more.y)
	j, ok2 := g.constantOf(f.y)
	switch {
	case more.x != f.x || !ok1 || !ok2:
		return false
	case more.test == testEq:
		return more.holds
	}
	return more.test == testGe && f.test == testGe && more.holds == f.holds && more.holds == (k > j)
}
