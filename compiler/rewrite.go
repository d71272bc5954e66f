package compiler

// A rewriting returns what is to stand for a node, and true, or false if it has
// nothing better. built returns what stands for a node behind it.
type rewriting func(g *graph, built func(node) node, n node) (node, bool)

// rewrite changes the graphs of all numbers: each by the first of some changes
// with which it does not grow by more than a third, if there is one.
func (c *compilation) rewrite(changes ...rewriting) {
	g := c.graph
	done := make(map[node]node)
	for i := range c.sections {
		var out segments
		for _, s := range c.sections[i].joined {
			m, ok := done[s.to]
			if !ok {
				m = g.rewritten(s.to, changes)
				done[s.to] = m
			}
			out.put(s.last, m, 0)
		}
		c.sections[i].joined = out.list
	}
}

func (g *graph) rewritten(n node, changes []rewriting) node {
	if g.nodes[n].test == isLeaf {
		return n
	}
	for _, change := range changes {
		m := g.changed(n, change)
		if m == n {
			return n
		}
		if before := g.count(n); g.count(m) <= before+before/3+1 {
			return m
		}
	}
	return n
}

func (g *graph) changed(n node, change rewriting) node {
	changed := make(map[node]node)
	var build func(n node) node
	build = func(n node) node {
		if g.nodes[n].test == isLeaf {
			return n
		}
		if m, ok := changed[n]; ok {
			return m
		}
		m, ok := change(g, build, n)
		if !ok {
			f := g.nodes[n]
			m = g.branch(f.test, f.x, f.y, build(f.yes), build(f.no))
			g.inherit(m, n)
		}
		changed[n] = m
		return m
	}
	return build(n)
}
