// Package policygen makes random policies, and calls that are likely to tell a
// right translation of a policy from a wrong one. It serves tests only.
package policygen

import (
	"math/rand/v2"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// A Generator makes random policies from one source of randomness.
type Generator struct {
	*rand.Rand

	// Plain policies do to arguments what real ones do: masks, shifts, sums
	// with constants and comparisons, but no products and no sums of arguments.
	Plain bool

	constants []uint64 // those of the policy at hand
}

// New returns a generator; equal seeds give equal policies.
func New(seed uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

// Policy returns a random policy for the ABIs, of one to three layers.
func (g *Generator) Policy(abis ...arch.ABI) *typed.Policy {
	g.constants = g.constants[:0]
	p := &typed.Policy{}
	for range 1 + g.IntN(4)/2 {
		p.Layers = append(p.Layers, g.layer(abis))
	}
	return p
}

func (g *Generator) layer(abis []arch.ABI) typed.Layer {
	l := typed.Layer{
		Name:     "random",
		Unserved: &typed.Rule{Name: "ABI not served", Action: typed.Action{Kind: typed.KillProcess}, Implicit: true},
	}
	for _, abi := range abis {
		if g.IntN(8) == 0 && len(abis) > 1 {
			continue
		}
		s := typed.Section{ABI: abi}
		for range g.IntN(8) {
			s.Filters = append(s.Filters, g.filter())
		}
		s.Filters = append(s.Filters, typed.Filter{
			Numbers: []typed.NumberRange{{First: 0, Last: 0xffffffff}},
			Rule:    &typed.Rule{Name: "default", Action: g.action(), Implicit: true},
		})
		l.ABIs = append(l.ABIs, s)
	}
	return l
}

func (g *Generator) filter() typed.Filter {
	f := typed.Filter{
		Numbers: g.numbers(),
		Rule:    &typed.Rule{Name: "random", Action: g.action()},
	}
	if g.IntN(4) > 0 {
		f.When = g.condition(3)
	}
	return f
}

// numbers returns a few ranges within the numbers that Call prefers.
func (g *Generator) numbers() []typed.NumberRange {
	if g.IntN(10) == 0 {
		return []typed.NumberRange{{First: 0x40000000, Last: 0xfffffffe}}
	}
	var ranges []typed.NumberRange
	next := uint32(g.IntN(4))
	for range 1 + g.IntN(3) {
		last := next + uint32(g.IntN(3))
		ranges = append(ranges, typed.NumberRange{First: next, Last: last})
		next = last + 2 + uint32(g.IntN(3))
	}
	return ranges
}

func (g *Generator) action() typed.Action {
	kind := typed.ActionKind(g.IntN(8))
	switch kind {
	case typed.Errno:
		return typed.Action{Kind: kind, Data: uint16(1 + g.IntN(3))}
	case typed.Trap, typed.Trace:
		return typed.Action{Kind: kind, Data: uint16(g.IntN(2))}
	}
	return typed.Action{Kind: kind}
}

// Call returns a random call that the policy made last is likely to care for.
func (g *Generator) Call(abis ...arch.ABI) typed.Call {
	c := typed.Call{Arch: abis[g.IntN(len(abis))].Audit(), IP: g.value()}
	switch g.IntN(12) {
	case 0:
		c.Nr = uint32(g.value())
	case 1:
		c.Nr = 0x40000000 + uint32(g.IntN(8))
	case 2:
		c.Nr = ^uint32(g.IntN(2))
	default:
		c.Nr = uint32(g.IntN(20))
	}
	if g.IntN(40) == 0 {
		c.Arch = uint32(g.value())
	}
	for i := range c.Args {
		c.Args[i] = g.value()
	}
	if g.IntN(3) == 0 { // arguments that are compared with each other are often equal
		c.Args[1] = c.Args[0] ^ uint64(g.IntN(2))
	}
	return c
}

// value returns a number at or near a constant of the policy, one of the
// numbers at which representations change, or any.
func (g *Generator) value() uint64 {
	v := g.edge()
	if len(g.constants) > 0 && g.IntN(3) > 0 {
		v = g.constants[g.IntN(len(g.constants))]
	}
	switch g.IntN(8) {
	case 0:
		v++
	case 1:
		v--
	case 2:
		v ^= 1 << g.IntN(64)
	case 3:
		v ^= 0xffffffff << 32
	case 4:
		v = uint64(int64(int32(v)))
	case 5:
		v = v&0xffffffff | g.Uint64()<<32
	}
	return v
}

// edge returns one of the numbers at which representations change, or any.
func (g *Generator) edge() uint64 {
	switch g.IntN(6) {
	case 0:
		return uint64(g.IntN(8))
	case 1:
		return 1 << g.IntN(64)
	case 2:
		return 1<<g.IntN(64) - 1
	case 3:
		return -uint64(g.IntN(200))
	case 4:
		return 0x7fffffff + uint64(g.IntN(3))
	}
	return g.Uint64()
}
