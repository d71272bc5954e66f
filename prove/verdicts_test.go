package prove

import (
	"errors"
	"math/big"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// TestVerdictsAreTheEvaluators takes every number that random policies care for
// and holds its verdicts to what calls show: no action that is missing, and
// counts that come to all calls there are.
func TestVerdictsAreTheEvaluators(t *testing.T) {
	asked, several, givenUp := 0, 0, 0
	all := new(big.Int).Lsh(big.NewInt(1), CallBits)
	for seed := range uint64(300) {
		g := policygen.New(seed)
		g.Plain = seed%4 > 0
		p := g.Policy(arch.X86_64)
		known := make(map[uint32][]Verdict)
		for nr := range uint32(14) {
			list, err := verdicts(p, arch.X86_64, nr, testNodes)
			var limit *GivenUp
			if errors.As(err, &limit) {
				givenUp++
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			asked++
			if len(list) > 1 {
				several++
			}
			sum := new(big.Int)
			for _, v := range list {
				sum.Add(sum, v.Count)
				if v.Count.Sign() == 0 || p.Decide(&v.Call).Action != v.Action {
					t.Fatalf("seed %d: verdict %+v", seed, v)
				}
			}
			if sum.Cmp(all) != 0 {
				t.Fatalf("seed %d, number %d: %v calls in sum", seed, nr, sum)
			}
			known[nr] = list
		}
		for range 300 {
			c := g.Call(arch.X86_64)
			list, ok := known[c.Nr]
			if !ok || c.Arch != arch.X86_64.Audit() {
				continue
			}
			found := false
			for _, v := range list {
				found = found || v.Action == p.Decide(&c).Action
			}
			if !found {
				t.Fatalf("seed %d: %+v is decided as no verdict says", seed, c)
			}
		}
	}
	t.Logf("%d numbers, %d with several verdicts, %d given up", asked, several, givenUp)
	if several < asked/20 || givenUp > asked/5 {
		t.Error("too few of a kind")
	}
}

// TestCounts counts by hand.
func TestCounts(t *testing.T) {
	narrow := &typed.Load{Low: typed.ArgLow(0)}
	within := func(low, high uint64) typed.Bool {
		return &typed.In{X: narrow, Intervals: []typed.Interval{{Low: low, High: high}}}
	}
	masked := &typed.Binary{Op: typed.BitAnd, X: wideArg(1), Y: &typed.Value{Of: typed.U64, Bits: 0x41}}
	tests := []struct {
		name string
		when typed.Bool
		want int64 // of 2^64 arguments args[0] and 2^64 arguments args[1], divided by 2^96
		rest uint
	}{
		{"one value of 32 bits", is(narrow, 7), 1, CallBits - 32},
		{"one value of 64 bits", is(wideArg(0), 7), 1, CallBits - 64},
		{"a range", within(10, 20), 11, CallBits - 32},
		{"one bit of a mask", &typed.Compare{Op: typed.Ne, X: masked, Y: &typed.Value{Of: typed.U64}}, 3, CallBits - 2},
		{"two arguments", both(within(0, 2), is(wideArg(1), 1)), 3, CallBits - 96},
		{"arguments that are equal", &typed.Compare{Op: typed.Eq, X: wideArg(0), Y: wideArg(3)}, 1, CallBits - 64},
	}
	for _, test := range tests {
		s := rulesOn(1, nil, func(int) typed.Bool { return test.when })
		p := &typed.Policy{Layers: []typed.Layer{{ABIs: []typed.Section{*s}, Unserved: s.Filters[1].Rule}}}
		verdicts, err := Verdicts(p, arch.X86_64, 5)
		if err != nil || len(verdicts) != 2 {
			t.Fatalf("%s: %v, %v", test.name, verdicts, err)
		}
		want := new(big.Int).Lsh(big.NewInt(test.want), test.rest)
		if verdicts[0].Count.Cmp(want) != 0 {
			t.Errorf("%s: %v, want %v", test.name, verdicts[0].Count, want)
		}
	}
}

// TestFind looks for calls that are hard to hit, and for some that do not exist.
func TestFind(t *testing.T) {
	a, b := wideArg(0), wideArg(1)
	sum := &typed.Binary{Op: typed.Add, X: a, Y: b}
	less := func(x, y typed.Int) typed.Bool { return &typed.Compare{Op: typed.Lt, X: x, Y: y} }
	tests := []struct {
		name      string
		condition typed.Bool
		found     bool
	}{
		{"a sum", both(is(sum, 0x123456789), is(a, 0x23456789)), true},
		{"a sum that wraps", both(less(sum, a), less(b, &typed.Value{Of: typed.U64, Bits: 2})), true},
		{"less than each other", both(less(a, b), less(b, a)), false},
		{"another number", is(&typed.Load{Low: typed.WordNr}, 6), false},
		{"this number", is(&typed.Load{Low: typed.WordNr}, 5), true},
	}
	for _, test := range tests {
		call, found, err := Find(arch.X86_64, 5, test.condition)
		if err != nil || found != test.found {
			t.Errorf("%s: %+v, %v, %v", test.name, call, found, err)
		}
		if found && (call.Nr != 5 || call.Arch != arch.X86_64.Audit()) {
			t.Errorf("%s: %+v", test.name, call)
		}
	}
}

// TestActionsAreTheVerdicts holds the actions of the calls for which a condition
// holds to the verdicts of a policy with a rule before all others that takes the
// calls for which it does not.
func TestActionsAreTheVerdicts(t *testing.T) {
	none, several := 0, 0
	for seed := range uint64(400) {
		g := policygen.New(seed)
		g.Plain = true
		p := g.Policy(arch.X86_64)
		where := oneSubject{Rand: g.Rand}.other()
		if seed%5 == 0 {
			where = both(where, is(&typed.Load{Low: typed.WordNr}, 3))
		}
		mark := typed.Action{Kind: typed.Trap, Data: 77}
		marked := &typed.Policy{}
		for _, l := range p.Layers {
			l.ABIs = slices.Clone(l.ABIs)
			for i := range l.ABIs {
				first := typed.Filter{Numbers: everyNumber, When: &typed.NotExpr{X: where}, Rule: &typed.Rule{Action: mark}}
				l.ABIs[i].Filters = append([]typed.Filter{first}, l.ABIs[i].Filters...)
			}
			marked.Layers = append(marked.Layers, l)
		}
		for nr := range uint32(8) {
			verdicts, err := verdicts(marked, arch.X86_64, nr, testNodes)
			if err != nil {
				continue
			}
			var want []typed.Action
			for _, v := range verdicts {
				if v.Action != mark {
					want = append(want, v.Action)
				}
			}
			got, err := Actions(p, arch.X86_64, nr, where)
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("seed %d, number %d: %v, %v, want %v", seed, nr, got, err, want)
			}
			switch len(want) {
			case 0:
				none++
			case 1:
			default:
				several++
			}
		}
	}
	if none < 50 || several < 50 {
		t.Errorf("%d conditions never hold, %d are about several actions", none, several)
	}
}
