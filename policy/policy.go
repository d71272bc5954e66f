// Package policy is the front door of sandbox's policies: it reads policy
// files and the rules of a command line, resolves what they extend, and
// returns the checked form of sandbox/policy/typed that compiler and prover
// work on. docs/policy.md is the reference of the format.
//
// Whatever is wrong is an error with a position: an unknown key, a key given
// twice, a value of the wrong type, a name that no table has. Nothing that a
// policy says is ignored.
package policy

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// A Policy is what a request asked for, checked.
type Policy struct {
	Typed   *typed.Policy
	Layers  []Layer        // facts about each of Typed.Layers
	Sources []*diag.Source // every text that was read, in the order of reading

	request  Request
	ways     []way
	files    []*file
	origins  *origins
	narrowed bool // the request asks for some of the ABIs only
}

// A Layer has the facts about one of a request's policies that its checked
// form does not need.
type Layer struct {
	Name   string       // as the request named it
	Files  int          // how many files it is made of
	Rules  int          // how many rules they and the command line have
	Kernel arch.Version // the baseline: newer calls count as unknown

	absent []arch.ABI // asked for, and not served
	abiAt  diag.Span  // of the value of "abi"

	top    *file      // the file that the layer is named for
	rules  []*rule    // its own, those of the files that it extends, and -e
	served []arch.ABI // but for those that are served for tests only
	asked  []arch.ABI // the request's; empty: any
}

// Absent returns an error for each ABI that the request asked for and that a
// layer says it does not serve. Such a policy kills every call of that ABI,
// which is an answer to a question but no program worth compiling.
func (p *Policy) Absent() diag.List {
	var list diag.List
	for i := range p.Layers {
		layer := &p.Layers[i]
		for _, abi := range layer.absent {
			list.Reportf(diag.NotServed, layer.abiAt, "the policy %s does not serve %s", layer.Name, abi).
				Hintf("add %q to its abi, or ask for an ABI that it has", abi.String())
		}
	}
	addVia(p.files, list)
	return list
}

// ABISpan returns where the policy says which ABIs it serves; the zero Span if
// it does not say.
func (l *Layer) ABISpan() diag.Span { return l.abiAt }

// Owns reports whether a filter stands in the file that the layer is named for,
// or on the command line, and not in a file that it extends.
func (l *Layer) Owns(f *typed.Filter) bool {
	return f.At.File == l.top.source.Name || IsCommandLine(f)
}
