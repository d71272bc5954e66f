package compiler

import (
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// joiner makes one graph of two layers: it decides as the kernel does for two
// stacked filters.
type joiner struct {
	g     *graph
	pairs map[[2]node]node
	meets map[meet]node
	full  bool // there are more nodes than a program can have
}

// maxNodes bounds what layers are joined to: their tests can multiply. A node
// takes an instruction or more, and a program has at most 4096, so this leaves
// room for nodes that pruning and sharing drop.
const maxNodes = 1 << 16

// maxTests bounds the nodes that are worked on. How much too large a program is
// need not be known beyond that.
const maxTests = 4 * bpf.MaxInstructions

// bounded refuses graphs of so many nodes that no pass would make a program of
// them that the kernel takes.
func (c *compilation) bounded() error {
	seen := make([]bool, len(c.graph.nodes))
	var reached []node
	visit := func(n node) {
		if !seen[n] {
			seen[n] = true
			reached = append(reached, n)
		}
	}
	for i := range c.sections {
		for _, s := range c.sections[i].joined {
			visit(s.to)
		}
	}
	for i := 0; i < len(reached); i++ {
		if f := &c.graph.nodes[reached[i]]; f.test != isLeaf {
			visit(f.yes)
			visit(f.no)
		}
	}
	if len(reached) <= maxTests {
		return nil
	}
	return c.tooManyNodes(reached)
}

// tooManyNodes says what most of the nodes are for.
func (c *compilation) tooManyNodes(nodes []node) error {
	for _, n := range nodes {
		c.origins = append(c.origins, c.graph.origins[n])
	}
	return tooLarge(c)
}

type meet struct {
	action typed.Action
	n      node
}

func newJoiner(g *graph) *joiner {
	return &joiner{g: g, pairs: make(map[[2]node]node), meets: make(map[meet]node)}
}

// segments joins the decisions of an older and a newer layer, number by number.
func (j *joiner) segments(older, newer []segment) []segment {
	var out segments
	for len(older) > 0 && len(newer) > 0 {
		last := min(older[0].last, newer[0].last)
		out.put(last, j.nodes(older[0].to, newer[0].to), 0)
		if older[0].last == last {
			older = older[1:]
		}
		if newer[0].last == last {
			newer = newer[1:]
		}
	}
	return out.list
}

func (j *joiner) nodes(older, newer node) node {
	key := [2]node{older, newer}
	if n, ok := j.pairs[key]; ok {
		return n
	}
	if j.full = j.full || len(j.g.nodes) > maxNodes; j.full {
		return newer
	}
	f := j.g.nodes[older]
	var n node
	if f.test == isLeaf {
		n = j.meet(f.action, newer)
	} else {
		n = j.g.branch(f.test, f.x, f.y, j.nodes(f.yes, newer), j.nodes(f.no, newer))
	}
	j.g.inherit(n, older)
	j.pairs[key] = n
	return n
}

// meet returns the node that decides as n does, but nothing weaker than action.
func (j *joiner) meet(action typed.Action, n node) node {
	key := meet{action, n}
	if m, ok := j.meets[key]; ok {
		return m
	}
	if j.full = j.full || len(j.g.nodes) > maxNodes; j.full {
		return n
	}
	f := j.g.nodes[n]
	var m node
	if f.test == isLeaf {
		m = j.g.leaf(typed.Stronger(action, f.action))
	} else {
		m = j.g.branch(f.test, f.x, f.y, j.meet(action, f.yes), j.meet(action, f.no))
	}
	j.g.inherit(m, n)
	j.meets[key] = m
	return m
}

// inherit notes that a node does the work of an older one.
func (g *graph) inherit(n, from node) {
	for _, f := range g.origins[from] {
		g.building = f
		g.attribute(n)
	}
	g.building = nil
}
