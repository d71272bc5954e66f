package compiler

import (
	"cmp"
	"slices"
)

// trees searches words where chains of tests ask for one value after the other:
// what rules say about one argument is one list of segments, in whatever order
// they are written.
func (c *compilation) trees() error {
	// What a test more is worth: a graph must not grow much by being searched.
	c.rewrite(treesWorth(argumentTest), treesWorth(4*argumentTest), treesWorth(12*argumentTest))
	return nil
}

func treesWorth(perTest float64) rewriting {
	return func(g *graph, built func(node) node, n node) (node, bool) {
		f := &g.nodes[n]
		if !g.segmented(n, f.x) || !g.segmented(f.yes, f.x) && !g.segmented(f.no, f.x) {
			return n, false
		}
		x := f.x
		var list segments
		l := lister{g: g, x: x, known: make(map[node][]segment)}
		for _, s := range l.segmentsFrom(n) {
			list.put(s.last, built(s.to), 1)
		}
		before := node(len(g.nodes))
		m := g.search(x, list.list, perTest)
		g.attributeTests(before, n, x)
		return m, true
	}
}

// segmented reports whether a node tests where x lies.
func (g *graph) segmented(n node, x word) bool {
	f := &g.nodes[n]
	if f.test != testEq && f.test != testGe || f.x != x {
		return false
	}
	_, constant := g.constantOf(f.y)
	return constant
}

// A lister lists where tests of one word lead. Tests are shared, so what is
// known from a node on is remembered.
type lister struct {
	g     *graph
	x     word
	known map[node][]segment
}

// segmentsFrom returns where the tests of the word lead to that begin at n.
func (l *lister) segmentsFrom(n node) []segment {
	if list, ok := l.known[n]; ok {
		return list
	}
	g, x, start := l.g, l.x, n
	type value struct {
		k  uint32
		to node
	}
	var values []value
	for ; g.segmented(n, x) && g.nodes[n].test == testEq; n = g.nodes[n].no {
		k, _ := g.constantOf(g.nodes[n].y)
		values = append(values, value{k, g.where(g.nodes[n].yes, x, k)})
	}
	rest := []segment{{last: ^uint32(0), to: n}}
	if g.segmented(n, x) {
		f := g.nodes[n]
		border, _ := g.constantOf(f.y)
		rest = joinAt(border, l.segmentsFrom(f.no), l.segmentsFrom(f.yes))
	}
	// Of two tests for one value the first decides.
	slices.SortStableFunc(values, func(a, b value) int { return cmp.Compare(a.k, b.k) })
	values = slices.CompactFunc(values, func(a, b value) bool { return a.k == b.k })
	var out segments
	for _, s := range rest {
		for len(values) > 0 && values[0].k <= s.last {
			out.fillTo(values[0].k, s.to)
			out.put(values[0].k, values[0].to, 0)
			values = values[1:]
		}
		if out.next <= uint64(s.last) {
			out.put(s.last, s.to, 0)
		}
	}
	l.known[start] = out.list
	return out.list
}

// where returns what follows the tests of x from n on where x is k.
func (g *graph) where(n node, x word, k uint32) node {
	for g.segmented(n, x) {
		f := &g.nodes[n]
		j, _ := g.constantOf(f.y)
		if f.test == testEq && k == j || f.test == testGe && k >= j {
			n = f.yes
		} else {
			n = f.no
		}
	}
	return n
}

// joinAt returns the segments of one list below a border, and those of another
// from there on.
func joinAt(border uint32, below, above []segment) []segment {
	var out segments
	for _, s := range below {
		if s.last >= border {
			out.fillTo(border, s.to)
			break
		}
		out.put(s.last, s.to, 0)
	}
	for _, s := range above {
		if s.last >= border {
			out.put(s.last, s.to, 0)
		}
	}
	return out.list
}

// attributeTests notes for the new tests of x, from node first on, what they
// were built for: the filters of the tests from n on with the same values.
func (g *graph) attributeTests(first, n node, x word) {
	sources := make(map[uint32]node)
	seen := make(map[node]bool)
	var visit func(n node)
	visit = func(n node) {
		for ; g.segmented(n, x) && !seen[n]; n = g.nodes[n].no {
			seen[n] = true
			k, _ := g.constantOf(g.nodes[n].y)
			if _, known := sources[k]; !known {
				sources[k] = n
			}
			visit(g.nodes[n].yes)
		}
	}
	visit(n)
	for m := first; int(m) < len(g.nodes); m++ {
		k, ok := g.constantOf(g.nodes[m].y)
		if g.nodes[m].test == isLeaf || !ok {
			continue
		}
		from, ok := sources[k]
		if !ok {
			from, ok = sources[k-1] // a border behind a value
		}
		if !ok {
			from = n
		}
		g.inherit(m, from)
	}
}
