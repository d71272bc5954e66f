package prove

import (
	"errors"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// TestMissingFilters compares policies with programs that lack one filter: every
// strategy that knows agrees with the plain one.
func TestMissingFilters(t *testing.T) {
	different := 0
	for seed := range uint64(150) {
		g := policygen.New(seed)
		g.Plain = true
		p := g.Policy(arch.X86_64)
		filters := p.Layers[0].ABIs[0].Filters
		if len(p.Layers) > 1 || len(filters) < 2 {
			continue
		}
		for k := range len(filters) - 1 {
			s := typed.Section{ABI: arch.X86_64, Filters: slices.Delete(slices.Clone(filters), k, k+1)}
			less := &typed.Policy{Layers: []typed.Layer{{ABIs: []typed.Section{s}, Unserved: p.Layers[0].Unserved}}}
			compiled, err := compiler.Compile(less)
			if err != nil {
				continue
			}
			_, err = prove(p, compiled.Program, testNodes)
			d, err2 := compare(PolicySide(p), PolicySide(less), nil, testNodes)
			if err2 != nil {
				t.Fatal(err2)
			}
			if len(d.Changes) > 0 && err == nil {
				t.Fatalf("seed %d: a program without filter %d was proved", seed, k)
			}
			var wrong *Mismatch
			if errors.As(err, &wrong) {
				different++
			}
			q := &proof{
				policy: p, program: compiled.Program, limit: testNodes, d: newDiagrams(testNodes),
				m: newMeaning(nil, nil, p), x: newExecution(compiled.Program, false),
			}
			grid, err := squares([]component{&policyComponent{q.m}, &programComponent{q.x}})
			if err != nil {
				t.Fatal(err)
			}
			for i := range grid {
				plain, known, _ := q.try(&grid[i], strategy{})
				if same, ok, _ := q.try(&grid[i], strategy{induction: true}); known && ok && same != plain {
					t.Fatalf("seed %d: induction proves a program without filter %d", seed, k)
				}
			}
		}
	}
	if different < 100 {
		t.Errorf("only %d differences", different)
	}
}

// TestFactsByHand states facts that are known.
func TestFactsByHand(t *testing.T) {
	narrow := &typed.Load{Low: typed.ArgLow(0)}
	conditions := []typed.Bool{
		is(narrow, 1),
		&typed.In{X: narrow, Intervals: []typed.Interval{{Low: 1, High: 2}}},
		is(narrow, 2), // the two before take it
		&typed.Truth{Value: true},
		is(narrow, 9),
	}
	s := rulesOn(len(conditions), nil, func(i int) typed.Bool { return conditions[i] })
	facts := Inspect(s)
	for k, want := range []struct{ unreachable, redundant bool }{{false, false}, {false, false}, {true, true}, {false, false}, {true, true}, {false, false}} {
		if facts[k].Unreachable() != want.unreachable || facts[k].Redundant != want.redundant {
			t.Errorf("filter %d: %+v", k, facts[k])
		}
	}
	if !slices.Equal(facts[2].Takers, []int{1}) || !facts[3].Alone.Always() || !facts[2].Left.Never() {
		t.Errorf("filters 2 and 3: %+v, %+v", facts[2], facts[3])
	}
}
