package prove

import (
	"errors"
	"math/rand/v2"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

var machines = [][]arch.ABI{{arch.X86_64, arch.I386}, {arch.S390X}, {arch.AArch64, arch.ARM}}

// testNodes is a limit that random policies full of arithmetic reach quickly.
const testNodes = 1 << 13

// TestCompiledProgramsAreProved proves what the compiler makes of random
// policies. A proof may be given up, but not often.
func TestCompiledProgramsAreProved(t *testing.T) {
	proved, givenUp := 0, 0
	for seed := range uint64(1000) {
		abis := machines[seed%uint64(len(machines))]
		g := policygen.New(seed)
		g.Plain = seed%4 > 0
		p := g.Policy(abis...)
		compiled, err := compiler.Compile(p)
		if err != nil {
			continue
		}
		_, err = prove(p, compiled.Program, testNodes)
		var limit *GivenUp
		switch {
		case errors.As(err, &limit):
			givenUp++
		case err != nil:
			t.Fatalf("seed %d: %v", seed, err)
		default:
			proved++
		}
	}
	t.Logf("%d programs proved, %d proofs given up", proved, givenUp)
	if proved < 400 {
		t.Errorf("only %d programs were proved", proved)
	}
}

// TestMutantsAreRefused changes one instruction of a right program. Whatever
// is then still proved must agree with the policy on every call tried.
func TestMutantsAreRefused(t *testing.T) {
	refused, equal := 0, 0
	for seed := range uint64(200) {
		abis := machines[seed%uint64(len(machines))]
		g := policygen.New(seed)
		g.Plain = true
		p := g.Policy(abis...)
		compiled, err := compiler.Compile(p)
		if err != nil || compiled.Program.Len() > 300 {
			continue
		}
		for range 10 {
			mutant, ok := mutate(g.Rand, compiled.Program)
			if !ok {
				continue
			}
			_, err := prove(p, mutant, testNodes)
			var wrong *Mismatch
			switch {
			case errors.As(err, &wrong):
				refused++ // Prove replayed the call
			case err != nil:
			default:
				equal++
				for range 300 {
					c := g.Call(abis...)
					r, _ := mutant.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, abis[0].BigEndian())
					if returnValue(p.Decide(&c).Action) != uint32(r.Effective()) {
						t.Fatalf("seed %d: a mutant that differs on %+v was proved", seed, c)
					}
				}
			}
		}
	}
	t.Logf("%d mutants refused with a counterexample, %d proved equal", refused, equal)
	if refused < 300 {
		t.Errorf("only %d mutants were refused", refused)
	}
}

// mutate changes a constant, a jump or an opcode.
func mutate(r *rand.Rand, p bpf.Program) (bpf.Program, bool) {
	code := p.Code()
	in := &code[r.IntN(len(code))]
	switch r.IntN(5) {
	case 0:
		in.K++
	case 1:
		in.K ^= 1 << r.IntN(32)
	case 2:
		in.Jt, in.Jf = in.Jf, in.Jt
	case 3:
		in.Jt++
	case 4:
		in.Op ^= 0x10
	}
	mutant, err := bpf.Verify(code)
	return mutant, err == nil
}

// TestProofIsNeeded shows a wrong program that random calls hardly find: it
// lets one value of 2^64 through.
func TestProofIsNeeded(t *testing.T) {
	arg := &typed.Load{Low: typed.ArgLow(0), High: typed.ArgHigh(0), Wide: true}
	all := []typed.NumberRange{{First: 0, Last: 0xffffffff}}
	allow := &typed.Rule{Action: typed.Action{Kind: typed.Allow}}
	deny := &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}}
	policy := func(value uint64) *typed.Policy {
		when := &typed.Compare{Op: typed.Eq, X: arg, Y: &typed.Value{Of: typed.U64, Bits: value}}
		return &typed.Policy{Layers: []typed.Layer{{
			ABIs:     []typed.Section{{ABI: arch.X86_64, Filters: []typed.Filter{{Numbers: all, When: when, Rule: allow}, {Numbers: all, Rule: deny}}}},
			Unserved: deny,
		}}}
	}
	compiled, err := compiler.Compile(policy(0x123456789abcdef0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Prove(policy(0x123456789abcdef0), compiled.Program); err != nil {
		t.Errorf("the right program: %v", err)
	}
	_, err = Prove(policy(0x123456789abcdef1), compiled.Program)
	var wrong *Mismatch
	if !errors.As(err, &wrong) || wrong.Call.Args[0]&^1 != 0x123456789abcdef0 {
		t.Errorf("a program for another value: %v", err)
	}
}

func TestNothingIsNotProved(t *testing.T) {
	if p, err := Prove(&typed.Policy{}, bpf.Program{}); err == nil || !p.IsZero() {
		t.Errorf("proved %v, error %v", p, err)
	}
}
