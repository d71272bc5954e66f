package compiler

import "sandbox/policy/typed"

// halves tests the low half of a 64-bit value before the high one where only
// one of the low half's outcomes needs the high one: the high half of what
// programs pass is nearly always 0, which decides nothing.
func (c *compilation) halves() error {
	inside := c.inside()
	c.rewrite(func(g *graph, built func(node) node, n node) (node, bool) {
		f := g.nodes[n]
		low, ok := g.lowHalf(f.x)
		if !ok || inside[n] || f.test != testEq || !g.isConstant(f.y, 0) && !g.isConstant(f.y, ^uint32(0)) {
			return n, false
		}
		yes, no := built(f.yes), built(f.no)
		exit, ok := g.onlyExit(yes, no, low)
		if !ok {
			return n, false
		}
		last := g.branch(testEq, f.x, f.y, exit, no)
		g.inherit(last, n)
		r := redirection{g: g, exit: exit, to: last, about: low, done: make(map[node]node)}
		return r.from(yes), true
	})
	return nil
}

// inside returns the nodes that are reached from a test of the same word, which
// is in the accumulator then.
func (c *compilation) inside() map[node]bool {
	g := c.graph
	inside := make(map[node]bool)
	seen := make(map[node]bool)
	var visit func(n node)
	visit = func(n node) {
		f := &g.nodes[n]
		if seen[n] || f.test == isLeaf {
			return
		}
		seen[n] = true
		for _, to := range [...]node{f.yes, f.no} {
			if t := &g.nodes[to]; t.test != isLeaf && t.x == f.x {
				inside[to] = true
			}
			visit(to)
		}
	}
	for i := range c.sections {
		for _, s := range c.sections[i].joined {
			visit(s.to)
		}
	}
	return inside
}

// lowHalf returns the low half of an argument whose high half x is.
func (g *graph) lowHalf(x word) (low touched, ok bool) {
	w := &g.words[x]
	if w.op != opLoad {
		return 0, false
	}
	index, high, ok := typed.Word(w.k).Arg()
	return 1 << typed.ArgLow(index), ok && high
}

// onlyExit returns the one node besides other to which the tests of a word
// lead that begin at n.
func (g *graph) onlyExit(n, other node, about touched) (exit node, ok bool) {
	exit = -1
	seen := make(map[node]bool)
	var visit func(n node) bool
	visit = func(n node) bool {
		if n == other || n == exit || seen[n] {
			return true
		}
		f := &g.nodes[n]
		if !g.isAbout(f, about) {
			if exit >= 0 {
				return false
			}
			exit = n
			return true
		}
		seen[n] = true
		return visit(f.yes) && visit(f.no)
	}
	return exit, visit(n) && exit >= 0 && len(seen) > 0
}

// isAbout reports whether a node tests a word that is made from another and
// constants.
func (g *graph) isAbout(f *nodeForm, about touched) bool {
	return f.test != isLeaf && g.madeFrom(f.x)|g.madeFrom(f.y) == about
}

// A redirection leads the tests of a word to another node instead of exit.
type redirection struct {
	g        *graph
	exit, to node
	about    touched
	done     map[node]node
}

func (r *redirection) from(n node) node {
	if n == r.exit {
		return r.to
	}
	if m, ok := r.done[n]; ok {
		return m
	}
	f := r.g.nodes[n]
	if !r.g.isAbout(&f, r.about) {
		return n
	}
	m := r.g.branch(f.test, f.x, f.y, r.from(f.yes), r.from(f.no))
	r.g.inherit(m, n)
	r.done[n] = m
	return m
}
