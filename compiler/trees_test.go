package compiler

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// after returns a compilation whose one graph is n, after a pass.
func after(t *testing.T, g *graph, n node, run func(*compilation) error) node {
	t.Helper()
	c := &compilation{graph: g, sections: []section{{abi: arch.X86_64, joined: []segment{{last: ^uint32(0), to: n}}}}}
	if err := run(c); err != nil {
		t.Fatal(err)
	}
	return c.sections[0].joined[0].to
}

// follow returns the leaf to which a graph leads for args[0], and how many
// tests it takes.
func (g *graph) follow(n node, arg uint64) (leaf node, tests int) {
	call := &typed.Call{Args: [6]uint64{arg}}
	for g.nodes[n].test != isLeaf {
		f := g.nodes[n]
		tests++
		known := make(map[word]uint32)
		n = f.no
		if holds, _ := g.constantTest(f.test, g.constant(g.valueOfWord(f.x, call, known)), g.constant(g.valueOfWord(f.y, call, known))); holds {
			n = f.yes
		}
	}
	return n, tests
}

// TestTrees searches words of chains, and of tests that are shared in so many
// ways that following each would not end.
func TestTrees(t *testing.T) {
	tests := []struct {
		name  string
		most  int // tests on the longest way, after the pass
		build func(g *graph, x word, leaves [3]node) node
	}{
		{"a chain of values", 10, func(g *graph, x word, leaves [3]node) node {
			n := leaves[0]
			for k := range uint32(90) {
				n = g.branch(testEq, x, g.constant(3*k), leaves[1+k%2], n)
			}
			return n
		}},
		{"one value twice: the first decides", 3, func(g *graph, x word, leaves [3]node) node {
			n := g.branch(testEq, x, g.constant(7), leaves[1], leaves[0])
			n = g.branch(testEq, x, g.constant(8), leaves[1], n)
			return g.branch(testEq, x, g.constant(7), leaves[2], n)
		}},
		{"a chain of borders", 8, func(g *graph, x word, leaves [3]node) node {
			n := leaves[0]
			for k := range uint32(60) {
				n = g.branch(testGe, x, g.constant(5*k+1), leaves[k%3], n)
			}
			return n
		}},
		{"shared in two to the 60 ways", 8, func(g *graph, x word, leaves [3]node) node {
			a, b := leaves[0], leaves[1]
			for k := range uint32(60) {
				a, b = g.branch(testGe, x, g.constant(60-k), a, b), g.branch(testGe, x, g.constant(200-k), b, a)
			}
			return a
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newGraph()
			var leaves [3]node
			for i := range leaves {
				leaves[i] = g.leaf(typed.Action{Kind: typed.Errno, Data: uint16(i + 1)})
			}
			n := test.build(g, g.load(typed.ArgLow(0)), leaves)
			m := after(t, g, n, (*compilation).trees)
			longest := 0
			for v := range uint64(400) {
				want, _ := g.follow(n, v)
				got, took := g.follow(m, v)
				if got != want {
					t.Errorf("%d leads to %v, not to %v", v, g.nodes[got].action, g.nodes[want].action)
				}
				longest = max(longest, took)
			}
			if longest > test.most {
				t.Errorf("the longest way takes %d tests, more than %d", longest, test.most)
			}
		})
	}
}

// TestHalves tests low halves first where that is as good, and only there.
func TestHalves(t *testing.T) {
	g := newGraph()
	low, high := g.load(typed.ArgLow(0)), g.load(typed.ArgHigh(0))
	zero := g.constant(0)
	yes, no, third := g.leaf(allow), g.leaf(deny), g.leaf(kill)
	is := func(k uint32, yes, no node) node { return g.branch(testEq, low, g.constant(k), yes, no) }
	tests := []struct {
		name  string
		n     node
		first word // that the graph tests after the pass
	}{
		{"a value", g.branch(testEq, high, zero, is(7, yes, no), no), low},
		{"all but a value", g.branch(testEq, high, zero, is(7, no, yes), yes), low},
		{"two values", g.branch(testEq, high, zero, is(7, yes, is(8, yes, no)), no), low},
		{"two ways out", g.branch(testEq, high, zero, is(7, yes, is(8, third, no)), no), high},
		{"every outcome needs the high half", g.branch(testEq, high, zero, is(7, yes, no), third), high},
		{"a high half that is not 0", g.branch(testEq, high, g.constant(5), is(7, yes, no), no), high},
	}
	for _, test := range tests {
		m := after(t, g, test.n, (*compilation).halves)
		if g.nodes[m].x != test.first {
			t.Errorf("%s: the wrong half is tested first", test.name)
		}
		for _, arg := range []uint64{0, 7, 8, 9, 1<<32 | 7, 5<<32 | 7, 5<<32 | 8, ^uint64(0)} {
			want, _ := g.follow(test.n, arg)
			if got, _ := g.follow(m, arg); got != want {
				t.Errorf("%s: %#x leads to %v, not to %v", test.name, arg, g.nodes[got].action, g.nodes[want].action)
			}
		}
	}
}
