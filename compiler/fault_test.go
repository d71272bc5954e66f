package compiler

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A fault is a mistake that a pass might make. It is planted behind that pass,
// at the site-th place that is fit for it; plant reports whether there is one.
type fault struct {
	name  string
	after string // the pass; "" plants in what the compiler reads
	plant func(c *compilation, site int) bool
}

var faults = []fault{
	{"a range ends one later", "dispatch", inNode(func(c *compilation, f *nodeForm) bool {
		k, ok := c.graph.constantOf(f.y)
		if !ok || f.test != testGe || k == ^uint32(0) {
			return false
		}
		f.y = c.graph.constant(k + 1)
		return true
	})},
	{"a range ends one earlier", "dispatch", inNode(func(c *compilation, f *nodeForm) bool {
		k, ok := c.graph.constantOf(f.y)
		if !ok || f.test != testGe {
			return false
		}
		f.y = c.graph.constant(k - 1)
		return true
	})},
	{"a border belongs to the other side", "dispatch", inNode(func(_ *compilation, f *nodeForm) bool {
		if f.test != testGe {
			return false
		}
		f.yes, f.no = f.no, f.yes
		return true
	})},
	{"a high word is not tested", "dispatch", inNode(func(c *compilation, f *nodeForm) bool {
		w := &c.graph.words[f.x]
		if w.op != opLoad || f.test != testEq {
			return false
		}
		if _, high, ok := typed.Word(w.k).Arg(); !ok || !high {
			return false
		}
		*f = c.graph.nodes[f.yes]
		return true
	})},
	{"a test of bits is inverted", "dispatch", inNode(func(_ *compilation, f *nodeForm) bool {
		if f.test != testSet {
			return false
		}
		f.yes, f.no = f.no, f.yes
		return true
	})},
	{"some bits for all bits", "dispatch", inNode(func(c *compilation, f *nodeForm) bool {
		w := &c.graph.words[f.x]
		k, ok := c.graph.constantOf(f.y)
		if w.op != opAnd || f.test != testEq || !ok || k == 0 {
			return false
		}
		f.test = testSet
		return true
	})},
	{"a bit of a mask is lost", "dispatch", inWord(func(c *compilation, f *wordForm) bool {
		k, ok := c.graph.constantOf(f.b)
		if f.op != opAnd || !ok {
			return false
		}
		f.b = c.graph.constant(k & (k - 1))
		return true
	})},
	{"signed as unsigned, against a constant", "", inCondition(unsigned)},
	{"signed as unsigned, between arguments", "dispatch", inWord(func(c *compilation, f *wordForm) bool {
		if f.op != opXor || !c.graph.isConstant(f.b, 1<<31) {
			return false
		}
		*f = c.graph.words[f.a]
		return true
	})},
	{"an arithmetic shift as a logical one", "dispatch", inWord(func(c *compilation, f *wordForm) bool {
		x := &c.graph.words[f.a]
		if f.op != opAdd && f.op != opSub || x.op != opXor {
			return false
		}
		*f = c.graph.words[x.a]
		return true
	})},
	{"a carry is dropped", "dispatch", inWord(func(c *compilation, f *wordForm) bool {
		if f.op != opShr || !c.graph.isConstant(f.b, 31) {
			return false
		}
		*f = wordForm{op: opConst}
		return true
	})},
	{"a quotient by the next number", "dispatch", inWord(func(c *compilation, f *wordForm) bool {
		k, ok := c.graph.constantOf(f.b)
		if f.op != opDiv || !ok {
			return false
		}
		f.b = c.graph.constant(k + 1)
		return true
	})},
	{"the last of a set is forgotten", "", inCondition(oneLess)},
	{"a wrong tail is shared", "dispatch", func(c *compilation, site int) bool {
		g, seen := c.graph, make(map[[3]word]node)
		for _, n := range c.reachable() {
			f := &g.nodes[n]
			if f.test == isLeaf {
				continue
			}
			key := [3]word{word(f.test), f.x, f.y}
			other, ok := seen[key]
			if !ok {
				seen[key] = n
				continue
			}
			if site--; site < 0 {
				*f = g.nodes[other]
				return true
			}
		}
		return false
	}},
	{"a wrong return is shared", "dispatch", inNode(func(c *compilation, f *nodeForm) bool {
		if f.test != isLeaf || f.action.Data == 0 {
			return false
		}
		f.action.Data++
		return true
	})},
	{"a test is held for decided", "prune", inNode(func(c *compilation, f *nodeForm) bool {
		if f.test == isLeaf {
			return false
		}
		*f = c.graph.nodes[f.yes]
		return true
	})},
	{"a test is held for refuted", "prune", inNode(func(c *compilation, f *nodeForm) bool {
		if f.test == isLeaf {
			return false
		}
		*f = c.graph.nodes[f.no]
		return true
	})},
	{"a layer is forgotten", "join", func(c *compilation, site int) bool {
		if site >= len(c.sections) || len(c.sections[site].layers) < 2 {
			return false
		}
		c.sections[site].joined = c.sections[site].layers[0]
		return true
	}},
	{"a number too much in a range", "prune", func(c *compilation, site int) bool {
		for _, s := range c.sections {
			if site < len(s.joined)-1 {
				s.joined[site].last++
				return true
			}
			site -= len(s.joined) - 1
		}
		return false
	}},
	{"two ABIs change places", "prune", func(c *compilation, site int) bool {
		if site > 0 || len(c.sections) < 2 {
			return false
		}
		c.sections[0].joined, c.sections[1].joined = c.sections[1].joined, c.sections[0].joined
		return true
	}},
	{"the ABI is not tested", "dispatch", func(c *compilation, site int) bool {
		if site >= len(c.sections) {
			return false
		}
		c.root = c.sections[site].root
		return true
	}},
	{"a word is held to be in the accumulator", "select", inStep(func(code []bpf.Instruction) ([]bpf.Instruction, bool) {
		return nil, len(code) > 0
	})},
	{"what is loaded from scratch memory was never stored", "select", inStep(func(code []bpf.Instruction) ([]bpf.Instruction, bool) {
		i := slices.IndexFunc(code, func(in bpf.Instruction) bool { return in.Op == bpf.LdMem })
		if i < 0 {
			return nil, false
		}
		code[i] = bpf.Stmt(bpf.LdImm, 0)
		return code, true
	})},
	{"X is not set", "select", inStep(func(code []bpf.Instruction) ([]bpf.Instruction, bool) {
		i := slices.IndexFunc(code, func(in bpf.Instruction) bool { return in.Op == bpf.Tax })
		if i < 0 {
			return nil, false
		}
		return slices.Delete(code, i, i+1), true
	})},
	{"the operands of a subtraction change places", "select", inStep(func(code []bpf.Instruction) ([]bpf.Instruction, bool) {
		i := slices.IndexFunc(code, func(in bpf.Instruction) bool { return in.Op == bpf.SubX })
		if i < 0 {
			return nil, false
		}
		return slices.Insert(code, i+1, bpf.Stmt(bpf.Neg, 0)), true
	})},
	{"a wrong word of scratch memory", "emit", inCode(func(_ []bpf.Instruction, in *bpf.Instruction) bool {
		if in.Op != bpf.LdMem && in.Op != bpf.LdxMem {
			return false
		}
		in.Op, in.K = bpf.LdImm+in.Op&1, 0 // a word that nothing was stored in would be refused
		return true
	})},
	{"a long jump one too far", "emit", inCode(func(_ []bpf.Instruction, in *bpf.Instruction) bool {
		in.K++
		return in.Op == bpf.Ja
	})},
	{"a distance is cut to seven bits", "emit", inCode(func(_ []bpf.Instruction, in *bpf.Instruction) bool {
		if in.Jt < 128 && in.Jf < 128 {
			return false
		}
		in.Jt, in.Jf = in.Jt&127, in.Jf&127
		return true
	})},
	{"the halves of an argument in the other byte order", "emit", inCode(func(_ []bpf.Instruction, in *bpf.Instruction) bool {
		if in.Op != bpf.LdWAbs || in.K < bpf.OffsetIP {
			return false
		}
		in.K ^= 4
		return true
	})},
}

// TestFaults plants every fault in the compilation of every policy, wherever
// it fits, and has the programs proved: each fault is found, with a call that
// evaluator and emulator confirm. A fault does no harm everywhere; programs
// that are proved all the same are tried with inputs at their borders.
func TestFaults(t *testing.T) {
	const sites = 4 // of each fault in each policy
	policies := append(corpus(t), corpusPolicy{"layers", twoLayers(t)}, corpusPolicy{"far", farTargets()})
	sound := make([]bpf.Program, len(policies))
	for i, p := range policies {
		sound[i] = compiled(t, p.typed)
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			planted, found, harmless, refused := 0, 0, 0, 0
			for i, p := range policies {
				for site := range sites {
					program, ok := f.compile(p.typed, site)
					if !ok {
						break
					}
					planted++
					if program.IsZero() {
						refused++ // by the kernel's rules
						continue
					}
					_, err := prove.Prove(p.typed, program)
					var wrong *prove.Mismatch
					switch {
					case errors.As(err, &wrong):
						found++
						confirm(t, p, program, wrong)
					case err == nil:
						harmless++
						m := mutator{rand.New(rand.NewPCG(uint64(i), uint64(site))), sound[i], p.typed.ABIs()[0].BigEndian()}
						m.tryBorders(t, p, program)
					default:
						refused++
					}
				}
			}
			t.Logf("planted %d times: %d found, %d did no harm, %d refused otherwise", planted, found, harmless, refused)
			if found == 0 || harmless > found+2 {
				t.Errorf("planted %d times, found %d times, did no harm %d times", planted, found, harmless)
			}
		})
	}
}

// compile compiles a policy with the fault. The program is zero if the kernel
// would not take it.
func (f *fault) compile(p *typed.Policy, site int) (program bpf.Program, planted bool) {
	plant := pass{name: "fault", run: func(c *compilation) error {
		planted = f.plant(c, site)
		return nil
	}}
	at := slices.IndexFunc(passes[:], func(p pass) bool { return p.name == f.after }) + 1
	c, err := Options{}.compile(p, slices.Insert(slices.Clone(passes[:]), at, plant))
	if err != nil {
		return bpf.Program{}, planted
	}
	return c.Program, planted
}

// twoLayers is two policies that are stacked.
func twoLayers(t *testing.T) *typed.Policy {
	one := written(t, readText(t, "testdata/policies/masks.toml"))
	two := written(t, readText(t, "testdata/policies/learned.toml"))
	return &typed.Policy{Layers: []typed.Layer{one.Layers[0], two.Layers[0]}}
}

// farTargets is a policy in which the conditions of two calls are too long to
// jump over.
func farTargets() *typed.Policy {
	var filters []typed.Filter
	for nr := range uint32(3) {
		for i := range 300 {
			filters = append(filters, allowing(compareEq(i%6, int64(1000*int(nr)+i)), typed.NumberRange{First: nr, Last: nr}))
		}
	}
	return policyOf(arch.X86_64, filters...)
}
