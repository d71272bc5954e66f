package prove

import (
	"math/rand/v2"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// TestFactsAreWhatCallsShow holds the facts about random filters to calls: what
// a call shows is not excluded, and what is redundant can go.
func TestFactsAreWhatCallsShow(t *testing.T) {
	unreachable, redundant, never, approximate := 0, 0, 0, 0
	for seed := range uint64(600) {
		g := policygen.New(seed)
		g.Plain = seed%4 > 0
		p := g.Policy(arch.X86_64)
		layer := &p.Layers[0]
		facts := inspect(&layer.ABIs[0], testNodes, 10*testNodes)
		filters := layer.ABIs[0].Filters
		if len(facts) != len(filters) {
			t.Fatalf("%d facts about %d filters", len(facts), len(filters))
		}
		without := make([]typed.Layer, len(filters))
		for k := range filters {
			f := &facts[k]
			switch {
			case f.Approximate:
				approximate++
			case f.Unreachable():
				unreachable++
			case f.Redundant:
				redundant++
			}
			for _, p := range f.Predicates {
				if p.Left.Never() {
					never++
				}
			}
			if f.Redundant {
				s := typed.Section{ABI: arch.X86_64, Filters: slices.Delete(slices.Clone(filters), k, k+1)}
				without[k] = typed.Layer{ABIs: []typed.Section{s}, Unserved: layer.Unserved}
			}
		}
		for range 300 {
			c := g.Call(arch.X86_64)
			if c.Arch != arch.X86_64.Audit() {
				continue
			}
			for _, step := range layer.Explain(&c) {
				k := slices.IndexFunc(filters, func(f typed.Filter) bool { return f.Rule == step.Filter.Rule })
				shown(t, seed, "filter", &facts[k].Alone, step.Matched)
				shown(t, seed, "filter", &facts[k].Left, step.Matched)
				for _, o := range step.Outcomes {
					for _, p := range facts[k].Predicates {
						if p.Predicate == o.Predicate {
							shown(t, seed, "predicate", &p.Alone, o.Held)
							shown(t, seed, "predicate", &p.Left, o.Held)
						}
					}
				}
			}
			want := layer.Decide(&c)
			for k := range without {
				if !facts[k].Redundant {
					continue
				}
				got := without[k].Decide(&c)
				if got.Action != want.Action {
					t.Fatalf("seed %d: filter %d is not redundant: %+v", seed, k, c)
				}
				if want.Filter == &filters[k] && !facts[k].Approximate {
					heir := slices.IndexFunc(filters, func(f typed.Filter) bool { return f.Rule == got.Rule })
					if !slices.Contains(facts[k].Heirs, heir) {
						t.Fatalf("seed %d: filter %d: heir %d is not among %v", seed, k, heir, facts[k].Heirs)
					}
				}
			}
		}
	}
	t.Logf("%d unreachable, %d redundant, %d predicates never true, %d filters approximate", unreachable, redundant, never, approximate)
	if unreachable < 50 || redundant < 20 || never < 20 {
		t.Error("too few of a kind")
	}
}

func shown(t *testing.T, seed uint64, what string, o *Outcomes, holds bool) {
	t.Helper()
	if holds && !o.Holds || !holds && !o.Fails {
		t.Fatalf("seed %d: a %s is %v for a call, which is excluded", seed, what, holds)
	}
}

func rulesOn(n int, r *rand.Rand, condition func(i int) typed.Bool) *typed.Section {
	s := &typed.Section{ABI: arch.X86_64}
	for i := range n {
		s.Filters = append(s.Filters, typed.Filter{
			Numbers: []typed.NumberRange{{First: 5, Last: 5}}, When: condition(i),
			Rule: &typed.Rule{Action: typed.Action{Kind: typed.ActionKind(i % 2)}},
		})
	}
	s.Filters = append(s.Filters, typed.Filter{
		Numbers: []typed.NumberRange{{First: 0, Last: 0xffffffff}},
		Rule:    &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}},
	})
	return s
}

func wideArg(i int) typed.Int {
	return &typed.Load{Low: typed.ArgLow(i), High: typed.ArgHigh(i), Wide: true}
}

func is(x typed.Int, v uint64) typed.Bool {
	return &typed.Predicate{X: &typed.Compare{Op: typed.Eq, X: x, Y: &typed.Value{Of: x.Type(), Bits: v & x.Type().Mask()}}}
}

func both(x, y typed.Bool) typed.Bool { return &typed.AndExpr{X: x, Y: y} }

func BenchmarkInspect(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	narrow := func(i int) typed.Int { return &typed.Load{Low: typed.ArgLow(i)} }
	for _, test := range []struct {
		name string
		when func(i int) typed.Bool
	}{
		{"u32 equal", func(int) typed.Bool { return is(narrow(0), uint64(r.Uint32())) }},
		{"u64 equal", func(int) typed.Bool { return is(wideArg(0), r.Uint64()) }},
		{"small", func(i int) typed.Bool { return is(wideArg(0), uint64(i)) }},
		{"same", func(i int) typed.Bool { return is(wideArg(0), uint64(i/2)) }},
		{"two args", func(i int) typed.Bool { return both(is(wideArg(0), uint64(i)), is(narrow(1), uint64(r.IntN(9)))) }},
		{"ranges", func(i int) typed.Bool {
			return &typed.Compare{Op: typed.Lt, X: narrow(0), Y: &typed.Value{Of: typed.U32, Bits: uint64(r.Uint32())}}
		}},
		{"flags", func(i int) typed.Bool {
			return is(&typed.Binary{Op: typed.BitAnd, X: narrow(0), Y: &typed.Value{Of: typed.U32, Bits: uint64(0xfff << (i % 7))}}, uint64(i)<<(i%7))
		}},
	} {
		s := rulesOn(2000, r, test.when)
		b.Run(test.name, func(b *testing.B) {
			measure(b, func() {
				for _, f := range Inspect(s) {
					if f.Approximate {
						b.Fatal("given up")
					}
				}
			})
		})
	}
}
