package compiler

// noWord is what the accumulator holds where that depends on the way there.
const noWord word = -1

// layout orders the reachable nodes so that every node comes behind those that
// jump to it, as classic BPF only jumps forward, and close to one of them.
func (c *compilation) layout() error {
	g := c.graph
	seen := make([]bool, len(g.nodes))
	c.order = make([]node, 0, len(g.nodes))
	var visit func(n node)
	visit = func(n node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if f := &g.nodes[n]; f.test != isLeaf {
			visit(f.no)
			visit(f.yes) // stands right behind its test, where a reader looks for it
		}
		c.order = append(c.order, n)
	}
	visit(c.root)
	c.entry = c.accumulatorAtEntry()
	return nil
}

// accumulatorAtEntry finds for each node the word that A holds however the node
// was reached. A test leaves its left side in A.
func (c *compilation) accumulatorAtEntry() []word {
	g := c.graph
	const unreached word = -2
	entry := make([]word, len(g.nodes))
	for i := range entry {
		entry[i] = unreached
	}
	entry[c.root] = noWord
	flow := func(to node, w word) {
		switch entry[to] {
		case unreached:
			entry[to] = w
		case w:
		default:
			entry[to] = noWord
		}
	}
	for i := len(c.order) - 1; i >= 0; i-- {
		if f := &g.nodes[c.order[i]]; f.test != isLeaf {
			flow(f.yes, f.x)
			flow(f.no, f.x)
		}
	}
	return entry
}
