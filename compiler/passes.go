package compiler

import (
	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A compilation is the state that the passes hand on.
type compilation struct {
	policy   *typed.Policy
	weights  Weights
	graph    *graph
	sections []section // one for each ABI, in the order of testing
	unserved node      // decides calls of all other ABIs
	root     node
	order    []node // from the program's end to its start
	selected *selection
	code     []bpf.Instruction
	origins  [][]*typed.Filter // for each instruction
}

// A section is the state of one ABI.
type section struct {
	abi    arch.ABI
	layers [][]segment // what each layer says, by number
	joined []segment
	root   node
}

// A pass is one step from policy to program.
type pass struct {
	name  string
	does  string
	after string // the reason for its place in the order
	grows bool   // makes programs larger for the sake of speed: left out if they get too large
	run   func(*compilation) error
}

// passes is the compiler.
var passes = [...]pass{
	{
		name:  "lower",
		does:  "turn each layer's filters into decision graphs, one for each range of numbers",
		after: "reads nothing but the policy",
		run:   (*compilation).lower,
	},
	{
		name:  "join",
		does:  "make one graph of all layers, which decides as stacked filters do",
		after: "needs all layers lowered, as nodes are joined pairwise",
		run:   (*compilation).join,
	},
	{
		name:  "prune",
		does:  "drop tests that the tests before them decide",
		after: "needs layers joined, as they often test the same; precedes dispatch, whose tests decide nothing about arguments",
		run:   (*compilation).prune,
	},
	{
		name:  "trees",
		does:  "search for a value where tests ask for one after the other",
		after: "needs tests of one word next to each other, which pruning brings together",
		grows: true,
		run:   (*compilation).trees,
	},
	{
		name:  "halves",
		does:  "test low halves before high ones where those decide more",
		after: "needs the trees, which have no more ways out than there are outcomes",
		run:   (*compilation).halves,
	},
	{
		name:  "dispatch",
		does:  "find the graph of a call by its arch and number",
		after: "needs joined graphs, so that neighbouring numbers with one fate are one range",
		run:   (*compilation).dispatch,
	},
	{
		name:  "layout",
		does:  "order the nodes",
		after: "needs the whole graph: a node comes behind all that jump to it",
		run:   (*compilation).layout,
	},
	{
		name:  "select",
		does:  "choose the instructions of each test, and which words stay in scratch memory for later tests",
		after: "needs the order, to know what registers and memory hold where a test begins",
		run:   (*compilation).choose,
	},
	{
		name:  "emit",
		does:  "write instructions, from the last to the first, so that distances are known",
		after: "needs the order and the instructions",
		run:   (*compilation).emit,
	},
}

func (c *compilation) lower() error {
	c.unserved = c.graph.leaf(c.unservedAction())
	for _, abi := range c.policy.ABIs() {
		s := section{abi: abi}
		for i := range c.policy.Layers {
			l := &c.policy.Layers[i]
			if of := l.Section(abi.Audit()); of != nil {
				s.layers = append(s.layers, c.graph.section(of))
			} else {
				s.layers = append(s.layers, []segment{{last: 0xffffffff, to: c.graph.leaf(l.Unserved.Action)}})
			}
		}
		c.sections = append(c.sections, s)
	}
	return nil
}

// unservedAction is what becomes of calls by an ABI that no layer serves.
func (c *compilation) unservedAction() typed.Action {
	action := c.policy.Layers[0].Unserved.Action
	for i := range c.policy.Layers[1:] {
		action = typed.Stronger(action, c.policy.Layers[i+1].Unserved.Action)
	}
	return action
}

func (c *compilation) join() error {
	j := newJoiner(c.graph)
	for i := range c.sections {
		s := &c.sections[i]
		s.joined = s.layers[0]
		for _, newer := range s.layers[1:] {
			s.joined = j.segments(s.joined, newer)
		}
		if j.full {
			return &TooLargeError{}
		}
	}
	return c.bounded()
}

// dispatch tests arch before the number, as numbers mean different calls on
// different ABIs. It uses only loads and jumps with constants: the kernel
// (5.11 and later) caches the calls that are allowed by those alone.
func (c *compilation) dispatch() error {
	g := c.graph
	arch, nr := g.load(typed.WordArch), g.load(typed.WordNr)
	c.root = c.unserved
	for i := len(c.sections) - 1; i >= 0; i-- {
		s := &c.sections[i]
		c.weigh(s)
		s.root = g.search(nr, s.joined, dispatchTest)
		c.root = g.branch(testEq, arch, g.constant(s.abi.Audit()), s.root, c.root)
	}
	return nil
}
