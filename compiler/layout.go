package compiler

// layout orders the reachable nodes so that every node comes behind those that
// jump to it, as classic BPF only jumps forward, and close to one of them. The
// leaves stand at the program's end: to the kernel's eye a return leads on to
// the instruction behind it (check_load_and_stores in net/core/filter.c), which
// would make scratch memory unwritten there.
func (c *compilation) layout() error {
	g := c.graph
	seen := make([]bool, len(g.nodes))
	leaves := make([]node, 0, 8)
	inner := make([]node, 0, len(g.nodes))
	var visit func(n node)
	visit = func(n node) {
		if seen[n] {
			return
		}
		seen[n] = true
		f := &g.nodes[n]
		if f.test == isLeaf {
			leaves = append(leaves, n)
			return
		}
		visit(f.no)
		visit(f.yes) // stands right behind its test, where a reader looks for it
		inner = append(inner, n)
	}
	visit(c.root)
	c.order = append(leaves, inner...)
	if len(c.order) > maxTests {
		return c.tooManyNodes(c.order)
	}
	return nil
}
