package prove

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policy/typed"
)

// eachSquare reports whether a strategy alone proves a program equal to a policy
// in every square. For squares of which it does, visit is called.
func eachSquare(t *testing.T, p *typed.Policy, program bpf.Program, how strategy, visit func(r region)) bool {
	t.Helper()
	q := &proof{
		policy: p, program: program, bigEndian: p.ABIs()[0].BigEndian(), limit: testNodes, d: newDiagrams(testNodes),
		m: newMeaning(nil, nil, p), x: newExecution(program, p.ABIs()[0].BigEndian()),
	}
	grid, err := squares([]component{&policyComponent{q.m}, &programComponent{q.x}})
	if err != nil {
		t.Fatal(err)
	}
	all := true
	for i := range grid {
		equal, known, err := q.try(&grid[i], how)
		var wrong *Mismatch
		var givenUp *GivenUp
		if err != nil && !errors.As(err, &wrong) && !errors.As(err, &givenUp) && err != errComputedReturn {
			t.Fatalf("%+v: %v", how, err)
		}
		all = all && equal && known
		if equal && known && visit != nil {
			visit(grid[i].region)
		}
	}
	return all
}

// rivals generates lines of filters that are much alike: about few arguments
// with few values, so that most of them overlap and some hide others.
type rivals struct{ *rand.Rand }

func (g rivals) word() typed.Int {
	narrow := &typed.Load{Low: typed.ArgLow(g.IntN(3))}
	wide := &typed.Load{Low: typed.ArgLow(g.IntN(3)), High: typed.ArgHigh(g.IntN(3)), Wide: true}
	switch g.IntN(9) {
	case 0, 1:
		return wide
	case 2:
		return &typed.Binary{Op: typed.BitAnd, X: narrow, Y: &typed.Value{Of: typed.U32, Bits: uint64(1 + g.IntN(3))}}
	case 3:
		op := [...]typed.BinaryOp{typed.Div, typed.Rem, typed.Mul}[g.IntN(3)]
		return &typed.Binary{Op: op, X: narrow, Y: &typed.Value{Of: typed.U32, Bits: uint64(3 + 2*g.IntN(2))}}
	case 4:
		op := [...]typed.BinaryOp{typed.Div, typed.Rem}[g.IntN(2)]
		return &typed.Binary{Op: op, X: wide, Y: &typed.Value{Of: typed.U64, Bits: uint64(3 + 2*g.IntN(2))}}
	}
	return narrow
}

func (g rivals) test() typed.Bool {
	x := g.word()
	op := typed.CompareOp(g.IntN(6))
	if g.IntN(2) == 0 {
		op = typed.Eq
	}
	if g.IntN(8) == 0 && x.Type() == typed.U32 {
		return &typed.Compare{Op: op, X: x, Y: &typed.Load{Low: typed.ArgLow(g.IntN(3))}}
	}
	return &typed.Compare{Op: op, X: x, Y: &typed.Value{Of: x.Type(), Bits: uint64(g.IntN(4))}}
}

func (g rivals) filter() typed.Filter {
	when := g.test()
	for range g.IntN(3) {
		if g.IntN(5) == 0 {
			when = &typed.OrExpr{X: when, Y: g.test()}
		} else {
			when = &typed.AndExpr{X: when, Y: g.test()}
		}
	}
	actions := [...]typed.Action{{Kind: typed.Allow}, {Kind: typed.Errno, Data: 1}, {Kind: typed.KillProcess}}
	return typed.Filter{Numbers: everyNumber, When: when, Rule: &typed.Rule{Action: actions[g.IntN(len(actions))]}}
}

var everyNumber = []typed.NumberRange{{First: 0, Last: ^uint32(0)}}

func (g rivals) line(abi arch.ABI, n int) *typed.Policy {
	var filters []typed.Filter
	for range n {
		filters = append(filters, g.filter())
	}
	filters = append(filters, typed.Filter{Numbers: everyNumber, Rule: &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}}})
	return one(abi, filters)
}

func one(abi arch.ABI, filters []typed.Filter) *typed.Policy {
	return &typed.Policy{Layers: []typed.Layer{{
		ABIs:     []typed.Section{{ABI: abi, Filters: filters}},
		Unserved: &typed.Rule{Action: typed.Action{Kind: typed.KillProcess}},
	}}}
}

// changed returns a policy that is almost the same.
func (g rivals) changed(p *typed.Policy) *typed.Policy {
	s := &p.Layers[0].ABIs[0]
	filters := slices.Clone(s.Filters)
	k := g.IntN(len(filters) - 1)
	switch g.IntN(5) {
	case 0:
		filters = slices.Delete(filters, k, k+1)
	case 1:
		other := g.IntN(len(filters) - 1)
		filters[k], filters[other] = filters[other], filters[k]
	case 2:
		filters[k].Rule = g.filter().Rule
	case 3:
		filters[k].When = &typed.AndExpr{X: filters[k].When, Y: g.test()}
	case 4:
		filters[k] = g.filter()
	}
	return one(s.ABI, filters)
}

// call returns a call of which the policies' few values make much difference.
func (g rivals) call(r region) typed.Call {
	c := typed.Call{Arch: r.arch.first, Nr: r.nr.first}
	for i := range c.Args {
		c.Args[i] = uint64(g.IntN(6))
		switch g.IntN(6) {
		case 0:
			c.Args[i] |= uint64(g.IntN(3)) << 32
		case 1:
			c.Args[i] = g.Uint64()
		}
	}
	return c
}

// TestEachStrategyAlone has every strategy, by itself, compare policies with
// programs for policies that are almost the same, with mutants of those, and
// with both written in another way. What one of them takes for equal no other
// refutes, and no call.
func TestEachStrategyAlone(t *testing.T) {
	var equal, refuted [len(strategies)]int
	for seed := range uint64(80) {
		g := rivals{rand.New(rand.NewPCG(seed, 11))}
		abi := [...]arch.ABI{arch.X86_64, arch.S390X}[seed%2]
		p := g.line(abi, 3+g.IntN(8))
		programs := []bpf.Program{}
		for k := range 4 {
			q := p
			if k > 0 {
				q = g.changed(p)
			}
			compiled, err := compiler.Compile(q)
			if err != nil {
				t.Fatal(err)
			}
			program := compiled.Program
			if k%2 == 1 {
				if mutant, ok := mutate(g.Rand, program); ok {
					programs = append(programs, mutant)
				}
			}
			programs = append(programs, program, disguised(g.Rand, program))
		}
		for n, program := range programs {
			var yes, no []strategy
			for k, how := range strategies {
				proved := eachSquare(t, p, program, how, func(r region) {
					for range 40 {
						c := g.call(r)
						got, _ := program.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, abi.BigEndian())
						if want := p.Decide(&c).Action; returnValue(want) != uint32(got.Effective()) {
							t.Fatalf("seed %d, program %d: %+v takes for equal what decides %+v as %v, not %v", seed, n, how, c, got, want)
						}
					}
				})
				if proved {
					equal[k]++
					yes = append(yes, how)
				}
			}
			_, err := prove(p, program, testNodes)
			var wrong *Mismatch
			if errors.As(err, &wrong) {
				no = append(no, strategy{})
				for k := range strategies {
					refuted[k]++
				}
			}
			if len(yes) > 0 && len(no) > 0 {
				t.Fatalf("seed %d, program %d: %+v takes for equal what is not: %v", seed, n, yes, wrong)
			}
		}
	}
	t.Logf("equal %v, different %d", equal, refuted[0])
	if slices.Min(equal[:]) < 30 || refuted[0] < 50 {
		t.Error("too few")
	}
}

// disguised returns a program that does the same by way of X, scratch memory,
// shifts, divisions and long jumps, or the same one if it would get too long.
func disguised(r *rand.Rand, p bpf.Program) bpf.Program {
	code := p.Code()
	var out []bpf.Instruction
	var jumps [][3]int // where, and the old targets
	at := make([]int, len(code)+1)
	for pc, in := range code {
		at[pc] = len(out)
		switch in.Op {
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK:
			switch r.IntN(5) {
			case 0: // compare with X; nothing that the compiler emits keeps X over a test
				if !usesX(code) {
					out = append(out, bpf.Stmt(bpf.LdxImm, in.K))
					in.Op |= 8
				}
			case 1: // there and back
				out = append(out, bpf.Stmt(bpf.Neg, 0), bpf.Stmt(bpf.Neg, 0))
			case 2:
				out = append(out, bpf.Stmt(bpf.AddK, 77), bpf.Stmt(bpf.St, 15), bpf.Stmt(bpf.LdMem, 15), bpf.Stmt(bpf.SubK, 77))
			case 3:
				if !usesX(code) {
					out = append(out, bpf.Stmt(bpf.LdxImm, 32), bpf.Stmt(bpf.LshX, 0), bpf.Stmt(bpf.LdxImm, 1), bpf.Stmt(bpf.DivX, 0))
				}
			}
			jumps = append(jumps, [3]int{len(out), pc + 1 + int(in.Jt), pc + 1 + int(in.Jf)})
			// Both ways by long jumps.
			out = append(out, bpf.Instruction{Op: in.Op, Jt: 0, Jf: 1, K: in.K}, bpf.Stmt(bpf.Ja, 0), bpf.Stmt(bpf.Ja, 0))
			continue
		case bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
			jumps = append(jumps, [3]int{len(out), pc + 1 + int(in.Jt), pc + 1 + int(in.Jf)})
			out = append(out, bpf.Instruction{Op: in.Op, Jt: 0, Jf: 1}, bpf.Stmt(bpf.Ja, 0), bpf.Stmt(bpf.Ja, 0))
			continue
		case bpf.Ja:
			jumps = append(jumps, [3]int{len(out) - 1, pc + 1 + int(in.K), -1})
		}
		out = append(out, in)
	}
	for _, j := range jumps {
		out[j[0]+1].K = uint32(at[j[1]] - j[0] - 2)
		if j[2] >= 0 {
			out[j[0]+2].K = uint32(at[j[2]] - j[0] - 3)
		}
	}
	q, err := bpf.Verify(out)
	if err != nil {
		return p
	}
	return q
}

func usesX(code []bpf.Instruction) bool {
	return slices.ContainsFunc(code, func(in bpf.Instruction) bool {
		return in.Op == bpf.LdxImm || in.Op == bpf.LdxMem || in.Op == bpf.Tax || in.Op == bpf.LdxLen
	})
}
