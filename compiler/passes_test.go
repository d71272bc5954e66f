package compiler

import (
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// TestInvariants runs the passes one by one over random policies and checks
// after each what the next ones rely on.
func TestInvariants(t *testing.T) {
	decided := 0
	for seed := range uint64(300) {
		g := policygen.New(seed)
		p := g.Policy(arch.X86_64, arch.I386)
		if len(p.ABIs()) == 0 {
			continue
		}
		c := &compilation{policy: p, graph: newGraph()}
		for _, pass := range passes {
			if err := pass.run(c); err != nil {
				break
			}
			if problem := broken(c); problem != "" {
				t.Fatalf("seed %d: after %s: %s", seed, pass.name, problem)
			}
			for range 30 {
				call := g.Call(arch.X86_64, arch.I386)
				if got, ok := c.decide(&call); ok && got != p.Decide(&call).Action {
					t.Fatalf("seed %d: after %s: %+v comes to %v, the policy says %v", seed, pass.name, call, got, p.Decide(&call).Action)
				}
				decided++
			}
		}
	}
}

// decide returns what the graphs say of a call, once there is one for each
// number, or one for all.
func (c *compilation) decide(call *typed.Call) (typed.Action, bool) {
	n := c.unserved
	for i := range c.sections {
		s := &c.sections[i]
		if s.abi.Audit() != call.Arch {
			continue
		}
		if s.joined == nil {
			return typed.Action{}, false
		}
		at := slices.IndexFunc(s.joined, func(s segment) bool { return call.Nr <= s.last })
		n = s.joined[at].to
	}
	if c.root != 0 {
		n = c.root
	}
	g := c.graph
	known := make(map[word]uint32) // words share parts
	for g.nodes[n].test != isLeaf {
		f := g.nodes[n]
		x, y := g.constant(g.valueOfWord(f.x, call, known)), g.constant(g.valueOfWord(f.y, call, known))
		n = f.no
		if holds, _ := g.constantTest(f.test, x, y); holds {
			n = f.yes
		}
	}
	return g.nodes[n].action, true
}

// valueOfWord computes a word.
func (g *graph) valueOfWord(w word, call *typed.Call, known map[word]uint32) uint32 {
	f := g.words[w]
	switch f.op {
	case opConst:
		return f.k
	case opLoad:
		return call.Word(typed.Word(f.k))
	}
	if v, ok := known[w]; ok {
		return v
	}
	a, b := g.valueOfWord(f.a, call, known), g.valueOfWord(f.b, call, known)
	v := a >> b
	switch f.op {
	case opAdd:
		v = a + b
	case opSub:
		v = a - b
	case opMul:
		v = a * b
	case opDiv:
		v = a / b
	case opAnd:
		v = a & b
	case opOr:
		v = a | b
	case opXor:
		v = a ^ b
	case opShl:
		v = a << b
	}
	known[w] = v
	return v
}

// broken says which invariant of a compilation does not hold.
func broken(c *compilation) string {
	g := c.graph
	for n, f := range g.nodes {
		if f.test == isLeaf {
			continue
		}
		if f.yes >= node(n) || f.no >= node(n) {
			return "a node is older than its successor"
		}
		if f.yes == f.no {
			return "a test decides nothing"
		}
		if _, known := g.constantTest(f.test, f.x, f.y); known {
			return "a test does not depend on the call"
		}
	}
	for _, s := range c.sections {
		for _, list := range append(s.layers, s.joined) {
			for i := range list {
				switch {
				case i > 0 && list[i].last <= list[i-1].last:
					return "segments are out of order"
				case i > 0 && list[i].to == list[i-1].to:
					return "neighbouring segments have one target"
				case i == len(list)-1 && list[i].last != 0xffffffff:
					return "segments do not cover all numbers"
				}
			}
		}
	}
	placed := make(map[node]bool)
	for _, n := range c.order {
		if f := g.nodes[n]; f.test != isLeaf && (!placed[f.yes] || !placed[f.no]) {
			return "a node is laid out behind its successor"
		}
		placed[n] = true
	}
	if len(c.origins) != len(c.code) {
		return "instructions without an origin"
	}
	return ""
}

// TestOrigins follows instructions back to the filters they were written for.
func TestOrigins(t *testing.T) {
	one := allowing(compareEq(0, 7), everyCall[0])
	one.Text = "one"
	two := allowing(compareEq(1, 9), everyCall[0])
	two.Text = "two"
	p := policyOf(arch.X86_64, one, two)
	c, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"ld [4]": "", "ld [16]": "one", "ld [24]": "two", "ret #0x7fff0000": "two one", "ret #0x80000000": "",
	}
	for i := range c.Program.Len() {
		expected, named := want[c.Program.At(i).String()]
		if !named {
			continue
		}
		got := ""
		for _, f := range c.Origins(i) {
			if got != "" {
				got += " "
			}
			got += f.Text
		}
		if got != expected {
			t.Errorf("%s is written for %q, want %q", c.Program.At(i), got, expected)
		}
	}
}
