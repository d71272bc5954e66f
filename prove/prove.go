// Package prove shows that a program decides every system call as a policy
// does: for all values of struct seccomp_data, 512 bits. Classic BPF has no
// loops, so both sides are functions that decision diagrams represent, and
// equal functions are equal diagrams. The package shares no code with the
// compiler: the checked policy is all that they have in common.
package prove

import (
	"errors"
	"fmt"
	"slices"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// MaxNodes is how many diagram nodes a proof may make before it is given up: for
// everything at once, and if that fails for each number and way of proving. As
// many take about 14 MiB: 12 bytes each, 8 for their places in a hash table, and
// 2 MiB for what is remembered of operations on them. A process that gives up a
// proof was seen to have used 50 MiB. Real policies need some thousands.
const MaxNodes = 1 << 19

// A Proved is a program that was proved to decide as its policy does. The zero
// value proves nothing and is refused wherever a Proved is asked for.
type Proved struct {
	program bpf.Program
	stats   Stats
	details Details
}

// Stats tells how much a proof had to look at.
type Stats struct {
	Regions int // ranges of arch and number that were compared
	Nodes   int // diagram nodes made
}

// Details tells more about a proof. What was proved by somebody else has none.
type Details struct {
	States int         // states of the program that were executed symbolically
	ABIs   []ABIDetail // sorted by ABI
	Others int         // regions of no ABI with a table
}

// An ABIDetail is the part of an ABI in a proof.
type ABIDetail struct {
	ABI     arch.ABI
	Regions int // ranges of its numbers that were compared
}

// add counts a region.
func (d *Details) add(r region) {
	abi, ok := arch.ByAudit(r.arch.first)
	if !ok || !r.arch.single() {
		d.Others++
		return
	}
	i, found := slices.BinarySearchFunc(d.ABIs, abi, func(a ABIDetail, abi arch.ABI) int { return int(a.ABI) - int(abi) })
	if !found {
		d.ABIs = slices.Insert(d.ABIs, i, ABIDetail{ABI: abi})
	}
	d.ABIs[i].Regions++
}

// Details returns more about the proof.
func (p Proved) Details() Details { return p.details }

// Program returns the program.
func (p Proved) Program() bpf.Program { return p.program }

// Stats returns the size of the proof.
func (p Proved) Stats() Stats { return p.stats }

// IsZero reports whether p proves nothing.
func (p Proved) IsZero() bool { return p.program.IsZero() }

// A Mismatch is a call about which a program and its policy disagree. It was
// confirmed by the evaluator and the emulator.
type Mismatch struct {
	Call   typed.Call
	Policy typed.Action // what the policy says
	Return bpf.Return   // what the program returns
}

func (m *Mismatch) Error() string {
	return fmt.Sprintf("the program does not do what the policy says: for arch %#x, number %d, ip %#x and arguments %#x the policy says %v, the program %v",
		m.Call.Arch, int32(m.Call.Nr), m.Call.IP, m.Call.Args, m.Policy, m.Return)
}

// A GivenUp says that a proof would take too many nodes, and what was being
// evaluated when that showed: one of the policy's filters, or, if Filter is
// nil, an instruction of the program.
type GivenUp struct {
	Filter      *typed.Filter
	Instruction int
	Limit       bool // it was the condition that a comparison is limited to
}

func (g *GivenUp) Error() string {
	if g.Limit {
		return "the condition that limits the comparison is too complex"
	}
	if g.Filter == nil || g.Filter.At.File == "" {
		return fmt.Sprintf("what the program computes up to instruction %d is too complex to be proved", g.Instruction)
	}
	return fmt.Sprintf("%s:%d:%d: this filter is too complex to be proved", g.Filter.At.File, g.Filter.At.Line, g.Filter.At.Column)
}

var errByteOrders = errors.New("the policy is for machines of both byte orders, which read different words")

var errEmpty = errors.New("there is no policy or no program to prove")

// Prove proves that program decides every call as p does, on machines of the
// byte order of p's ABIs. The error is a *Mismatch with a call that tells them
// apart, or a *GivenUp, or says that the ABIs have both byte orders; none comes
// with a Proved.
func Prove(p *typed.Policy, program bpf.Program) (Proved, error) {
	return prove(p, program, MaxNodes)
}

// quickNodes bounds the first attempt, in which all regions share one arena and
// one variable order.
const quickNodes = 1 << 16

func prove(p *typed.Policy, program bpf.Program, limit int) (proved Proved, err error) {
	abis := p.ABIs()
	if len(abis) == 0 || program.IsZero() {
		return Proved{}, errEmpty
	}
	for _, abi := range abis {
		if abi.BigEndian() != abis[0].BigEndian() {
			return Proved{}, errByteOrders
		}
	}
	all := &proof{
		policy: p, program: program, bigEndian: abis[0].BigEndian(), limit: limit,
		m: newMeaning(nil, nil, p), x: newExecution(program, abis[0].BigEndian()),
	}
	err = all.quick()
	var givenUp *GivenUp
	if errors.As(err, &givenUp) {
		all.stats.Regions, all.details = 0, Details{}
		err = all.squares()
	}
	if err != nil {
		return Proved{}, err
	}
	all.details.States = all.x.states + len(all.x.results)
	return Proved{program, all.stats, all.details}, nil
}

// quick compares everything at once: most proofs need no more.
func (p *proof) quick() (err error) {
	d := newSizedDiagrams(min(quickNodes, p.limit), expectedVertices(p.policy))
	g := noGroups()
	g.policy(p.policy)
	in := newInputs(d, g)
	m, x := p.m, p.x
	m.use(d, in)
	x.use(d, in)
	defer func() {
		p.stats.Nodes = len(d.vertices)
		switch r := recover(); r {
		case nil:
		case errLimit:
			err = &GivenUp{Filter: m.at, Instruction: x.at}
		case errComputedReturn:
			err = errComputedReturn
		default:
			panic(r)
		}
	}()
	for _, e := range x.search() {
		m.at = nil
		got := x.enter(&e, e.region)
		parts := m.cut(e.region)
		for r, ok := parts.next(); ok; r, ok = parts.next() {
			p.stats.Regions++
			p.details.add(r)
			want := m.decision(r)
			if want == got {
				continue
			}
			within := r.within(d, in) // one side may know arch and number where the other does not
			if want, got := d.choose(within, want, never), d.choose(within, got, never); want != got {
				return mismatch(p.policy, p.program, p.bigEndian, d.difference(want, got, in))
			}
		}
	}
	return nil
}

// expectedVertices is about how many vertices the proof of a policy takes: some
// for each bit of what its conditions compare, on both sides.
func expectedVertices(p *typed.Policy) int {
	n := fewVertices
	for i := range p.Layers {
		for j := range p.Layers[i].ABIs {
			for _, f := range p.Layers[i].ABIs[j].Filters {
				if f.When != nil {
					n += verticesPerCondition
				}
			}
		}
	}
	return min(n, mostExpected)
}

const (
	verticesPerCondition = 128
	mostExpected         = 1 << 12
)
