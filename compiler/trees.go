package compiler

import (
	"cmp"
	"slices"

	"sandbox/bpf"
)

// trees searches words where chains of tests ask for one value after the other:
// what rules say about one argument is one list of segments, in whatever order
// they are written.
func (c *compilation) trees() error {
	// What a test more is worth: a graph must not grow much by being searched.
	left := maxSearched
	c.rewrite(treesWorth(argumentTest, &left), treesWorth(4*argumentTest, &left), treesWorth(12*argumentTest, &left))
	return nil
}

// maxSearched bounds how many segments are searched for, tests being left as
// they are beyond that. Tests of two words by turns can have a list behind each
// of them that is as long as all; the program is too large then anyway.
const maxSearched = 16 * bpf.MaxInstructions

// treesWorth returns what searches for segments, as far as some are left.
func treesWorth(perTest float64, left *int) rewriting {
	return func(g *graph, built func(node) node, n node) (node, bool) {
		f := &g.nodes[n]
		if !g.segmented(n, f.x) || !g.segmented(f.yes, f.x) && !g.segmented(f.no, f.x) || *left <= 0 {
			return n, false
		}
		x := f.x
		var list segments
		found := g.segmentsFrom(n, x)
		*left -= len(found)
		for _, s := range found {
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

// segmentsFrom returns where the tests of x lead to that begin at n.
func (g *graph) segmentsFrom(n node, x word) []segment {
	type value struct {
		k  uint32
		to node
	}
	var values []value
	for ; g.segmented(n, x) && g.nodes[n].test == testEq; n = g.nodes[n].no {
		k, _ := g.constantOf(g.nodes[n].y)
		values = append(values, value{k, g.where(g.nodes[n].yes, x, k)})
	}
	var rest segments
	g.listFrom(&rest, n, x, 0, ^uint32(0))
	// Of two tests for one value the first decides.
	slices.SortStableFunc(values, func(a, b value) int { return cmp.Compare(a.k, b.k) })
	values = slices.CompactFunc(values, func(a, b value) bool { return a.k == b.k })
	out := segments{list: make([]segment, 0, len(rest.list)+2*len(values))}
	for _, s := range rest.list {
		for len(values) > 0 && values[0].k <= s.last {
			out.fillTo(values[0].k, s.to)
			out.put(values[0].k, values[0].to, 0)
			values = values[1:]
		}
		if out.next <= uint64(s.last) {
			out.put(s.last, s.to, 0)
		}
	}
	return out.list
}

// listFrom puts where the tests of x lead to from n on, for its values from
// first to last. Each way through the tests is taken as often as there are
// segments at its end, however the tests are shared.
func (g *graph) listFrom(out *segments, n node, x word, first, last uint32) {
	for g.segmented(n, x) {
		f := &g.nodes[n]
		k, _ := g.constantOf(f.y)
		switch {
		case k < first && f.test == testEq || k > last:
			n = f.no
		case k <= first && f.test == testGe || first == last:
			n = f.yes
		default:
			if k > first {
				g.listFrom(out, f.no, x, first, k-1)
			}
			first, n = k, f.yes
			if f.test == testEq && k < last {
				g.listFrom(out, f.yes, x, k, k)
				first, n = k+1, f.no
			}
		}
	}
	out.put(last, n, 0)
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
