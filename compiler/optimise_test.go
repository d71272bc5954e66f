package compiler

import (
	"flag"
	"slices"
	"testing"

	"sandbox/bpf"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
	"sandbox/prove"
)

var (
	optimised     = flag.Int("optimised", 50, "random policies to prove in TestOptimisedIsUnoptimised")
	optimisedFrom = flag.Uint64("optimised-from", 0, "the seed of the first of them")
)

// plain is the compiler without the passes that only make programs better.
func plain() []pass {
	return slices.DeleteFunc(slices.Clone(passes[:]), func(p pass) bool {
		return p.name == "prune" || p.name == "trees" || p.name == "halves"
	})
}

// TestOptimisedIsUnoptimised proves that each policy's program decides as the
// one that is made without optimising, for all inputs: over the corpus, and
// random policies. For the 10,000 of the reference run:
//
//	go test ./compiler -run TestOptimisedIsUnoptimised -optimised 10000 -v -timeout 0
func TestOptimisedIsUnoptimised(t *testing.T) {
	if len(plain()) != len(passes)-3 {
		t.Fatal("a pass has another name")
	}
	for _, p := range corpus(t) {
		if !provedAlike(t, p.name, p.typed) {
			t.Errorf("%s: not proved", p.name)
		}
	}
	proved, open := 0, 0
	shrunk := 0
	for seed := *optimisedFrom; proved < *optimised; seed++ {
		g := policygen.New(seed)
		g.Plain = true // programs with much arithmetic are given up, which takes a second each
		p := g.Policy(machines[seed%uint64(len(machines))]...)
		best, err := Options{}.compile(p, passes[:])
		if err != nil {
			continue
		}
		worst, err := Options{}.compile(p, plain())
		if err != nil {
			continue
		}
		if best.Program.Len() < worst.Program.Len() {
			shrunk++
		}
		switch alike, known := compared(t, p, best.Program, worst.Program); {
		case !known:
			open++
		case alike:
			proved++
		default:
			t.Fatalf("seed %d: the programs differ", seed)
		}
	}
	t.Logf("%d pairs of programs proved equal, %d given up; %d are smaller optimised", proved, open, shrunk)
	if open > proved/4 {
		t.Errorf("%d of %d were given up: the test does not see enough", open, proved+open)
	}
	if shrunk < proved/10 {
		t.Errorf("only %d of %d are smaller: hardly anything was optimised", shrunk, proved)
	}
}

func provedAlike(t *testing.T, name string, p *typed.Policy) bool {
	t.Helper()
	worst, err := Options{}.compile(p, plain())
	if err != nil {
		t.Logf("%s: %v", name, err) // optimising is what makes it fit
		return true
	}
	alike, known := compared(t, p, compiled(t, p), worst.Program)
	return alike && known
}

// compared compares two programs of a policy, of which what they are equal to
// each other is said by either of two proofs: that they are alike, or that both
// are the policy.
func compared(t *testing.T, p *typed.Policy, a, b bpf.Program) (alike, known bool) {
	t.Helper()
	bigEndian := p.ABIs()[0].BigEndian()
	d, err := prove.Compare(prove.ProgramSide(bigEndian, a), prove.ProgramSide(bigEndian, b), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Changes) > 0 {
		return false, true
	}
	if d.Equal() {
		return true, true
	}
	for _, program := range [...]bpf.Program{a, b} {
		if _, err := prove.Prove(p, program); err != nil {
			return false, false // given up, or TestMutants' business
		}
	}
	return true, true
}
