package compiler

import (
	"slices"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// inCondition plants a fault in a condition of the policy that the compiler
// reads; the prover gets the right one.
func inCondition(plant func(typed.Bool) (typed.Bool, bool)) func(*compilation, int) bool {
	return func(c *compilation, site int) bool {
		r := &replacement{plant: plant, site: site}
		p := &typed.Policy{Layers: slices.Clone(c.policy.Layers)}
		for i := range p.Layers {
			l := &p.Layers[i]
			l.ABIs = slices.Clone(l.ABIs)
			for j := range l.ABIs {
				l.ABIs[j].Filters = slices.Clone(l.ABIs[j].Filters)
				for k := range l.ABIs[j].Filters {
					f := &l.ABIs[j].Filters[k]
					f.When = r.condition(f.When)
				}
			}
		}
		c.policy = p
		return r.site < 0
	}
}

// A replacement is one fault on its way through the conditions of a policy.
type replacement struct {
	plant func(typed.Bool) (typed.Bool, bool)
	site  int
}

func (r *replacement) condition(b typed.Bool) typed.Bool {
	if r.site < 0 || b == nil {
		return b
	}
	if wrong, ok := r.plant(b); ok {
		if r.site--; r.site < 0 {
			return wrong
		}
	}
	switch b := b.(type) {
	case *typed.NotExpr:
		return &typed.NotExpr{X: r.condition(b.X)}
	case *typed.AndExpr:
		return &typed.AndExpr{X: r.condition(b.X), Y: r.condition(b.Y)}
	case *typed.OrExpr:
		return &typed.OrExpr{X: r.condition(b.X), Y: r.condition(b.Y)}
	case *typed.Predicate:
		return r.condition(b.X)
	}
	return b
}

// unsigned is a comparison that forgets the sign of its operands.
func unsigned(b typed.Bool) (typed.Bool, bool) {
	c, ok := b.(*typed.Compare)
	if !ok || !c.X.Type().Signed || c.Op == typed.Eq || c.Op == typed.Ne {
		return nil, false
	}
	strip := func(x typed.Int) typed.Int {
		of := typed.Type{Bits: x.Type().Bits}
		if k, ok := x.(*typed.Value); ok {
			return &typed.Value{Of: of, Bits: k.Bits}
		}
		return &typed.Convert{To: of, X: x}
	}
	return &typed.Compare{Op: c.Op, X: strip(c.X), Y: strip(c.Y)}, true
}

// oneLess is a set without its last interval.
func oneLess(b typed.Bool) (typed.Bool, bool) {
	in, ok := b.(*typed.In)
	if !ok || len(in.Intervals) < 2 {
		return nil, false
	}
	return &typed.In{X: in.X, Intervals: in.Intervals[:len(in.Intervals)-1]}, true
}

// inNode plants a fault in a node of the graph.
func inNode(plant func(*compilation, *nodeForm) bool) func(*compilation, int) bool {
	return func(c *compilation, site int) bool {
		for _, n := range c.reachable() {
			f := c.graph.nodes[n]
			if !plant(c, &f) {
				continue
			}
			if site--; site < 0 {
				c.graph.nodes[n] = f
				return true
			}
		}
		return false
	}
}

// inWord plants a fault in a word of the graph.
func inWord(plant func(*compilation, *wordForm) bool) func(*compilation, int) bool {
	return func(c *compilation, site int) bool {
		g := c.graph
		used := make([]bool, len(g.words))
		for _, n := range c.reachable() {
			if f := &g.nodes[n]; f.test != isLeaf {
				used[f.x], used[f.y] = true, true
			}
		}
		for w := len(used) - 1; w >= 0; w-- { // operands come first
			f := g.words[w]
			if !used[w] {
				continue
			}
			if f.op > opLoad {
				used[f.a], used[f.b] = true, true
			}
			if !plant(c, &f) {
				continue
			}
			if site--; site < 0 {
				g.words[w] = f
				return true
			}
		}
		return false
	}
}

// inStep plants a fault in the instructions of a test, of which plant gets a
// copy.
func inStep(plant func(code []bpf.Instruction) ([]bpf.Instruction, bool)) func(*compilation, int) bool {
	return func(c *compilation, site int) bool {
		s := c.selected
		for _, n := range c.order {
			at := &s.steps[n]
			code, ok := plant(slices.Clone(s.code[at.from:at.to]))
			if !ok {
				continue
			}
			if site--; site < 0 {
				at.from = len(s.code)
				s.code = append(s.code, code...)
				at.to = len(s.code)
				for range code {
					s.holds = append(s.holds, noWord)
				}
				return true
			}
		}
		return false
	}
}

// inCode plants a fault in an instruction of the program.
func inCode(plant func([]bpf.Instruction, *bpf.Instruction) bool) func(*compilation, int) bool {
	return func(c *compilation, site int) bool {
		for i := range c.code {
			in := c.code[i]
			if !plant(c.code, &in) {
				continue
			}
			if site--; site < 0 {
				c.code[i] = in
				return true
			}
		}
		return false
	}
}

// reachable returns the nodes of all graphs.
func (c *compilation) reachable() []node {
	g := c.graph
	var list []node
	seen := make([]bool, len(g.nodes))
	var visit func(n node)
	visit = func(n node) {
		if seen[n] {
			return
		}
		seen[n] = true
		list = append(list, n)
		if f := &g.nodes[n]; f.test != isLeaf {
			visit(f.yes)
			visit(f.no)
		}
	}
	for _, s := range c.sections {
		for _, to := range s.joined {
			visit(to.to)
		}
	}
	if c.root != 0 {
		visit(c.root)
	}
	return list
}
