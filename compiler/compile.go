// Package compiler turns a checked policy into a classic BPF program: typed
// expressions become words and tests of a decision graph, the graph's nodes
// are ordered, and instructions are written from the last to the first. The
// table of passes is in passes.go.
package compiler

import (
	"errors"
	"slices"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A Compiled is a program with its way back to the policy.
type Compiled struct {
	Program bpf.Program
	ABIs    []arch.ABI
	origins [][]*typed.Filter
}

// Origins returns the filters that instruction i was written for, in the
// order in which they are tried; a shared instruction names at most eight.
// There are none for the search by arch and number.
func (c *Compiled) Origins(i int) []*typed.Filter { return c.origins[i] }

var errNoABI = errors.New("the policy serves no ABI")

// Compile compiles a policy. It must serve an ABI, and all that it serves must
// have one byte order. Other errors are a *MixedOrderError, a *TooLargeError,
// a *TooComplexError and a *BudgetError.
func Compile(p *typed.Policy) (*Compiled, error) { return Options{}.Compile(p) }

// Options say what to optimise for. They do not change what a program decides.
type Options struct {
	Weights Weights // nil: [Frequency]
}

// Compile is [Compile] with options.
func (o Options) Compile(p *typed.Policy) (*Compiled, error) { return o.compile(p, passes[:]) }

func (o Options) compile(p *typed.Policy, passes []pass) (*Compiled, error) {
	abis := p.ABIs()
	if len(abis) == 0 {
		return nil, errNoABI
	}
	for _, abi := range abis {
		if abi.BigEndian() != abis[0].BigEndian() {
			return nil, &MixedOrderError{abis[0], abi}
		}
	}
	c := &compilation{policy: p, weights: o.Weights, graph: newGraph()}
	for i := range passes {
		if err := passes[i].run(c); err != nil {
			return nil, err
		}
	}
	if len(c.code) > bpf.MaxInstructions {
		smaller := slices.DeleteFunc(slices.Clone(passes), func(p pass) bool { return p.grows })
		if len(smaller) < len(passes) {
			return o.compile(p, smaller)
		}
		return nil, tooLarge(c)
	}
	program, err := bpf.Verify(c.code)
	if err != nil {
		return nil, err
	}
	compiled := &Compiled{Program: program, ABIs: abis, origins: c.origins}
	if err := compiled.withinBudget(p, c.sections); err != nil {
		return nil, err
	}
	return compiled, nil
}
