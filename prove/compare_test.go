package prove

import (
	"errors"
	"math/big"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// covers reports whether a change is about a call.
func (c *Change) covers(call *typed.Call) bool {
	for _, a := range c.Archs {
		if a.First <= call.Arch && call.Arch <= a.Last {
			return typed.Contains(c.Numbers, call.Nr) && typed.Holds(c.Condition.Bool(), call)
		}
	}
	return false
}

// TestDifferencesAreWhatCallsShow compares random policies, and holds what comes
// out to calls: each is covered by the one change that it shows, or by none.
func TestDifferencesAreWhatCallsShow(t *testing.T) {
	changes, incomplete, open, shown := 0, 0, 0, 0
	for seed := range uint64(300) {
		g := policygen.New(seed)
		g.Plain = seed%4 > 0
		p := g.Policy(arch.X86_64, arch.I386)
		q := g.Policy(arch.X86_64, arch.I386)
		if seed%2 == 0 { // a small change
			q = &typed.Policy{Layers: append([]typed.Layer(nil), p.Layers...)}
			q.Layers[0] = g.Policy(arch.X86_64, arch.I386).Layers[0]
		}
		sides := [2]Side{PolicySide(p), PolicySide(q)}
		if compiled, err := compiler.Compile(q); err == nil && seed%3 == 0 {
			sides[1] = ProgramSide(false, compiled.Program)
		}
		d, err := compare(sides[0], sides[1], nil, testNodes)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		open += len(d.Open)
		changes += len(d.Changes)
		for i := range d.Changes {
			c := &d.Changes[i]
			if !c.Condition.Complete() {
				incomplete++
			} else if !c.covers(&c.Call) {
				t.Fatalf("seed %d: change %+v does not cover its call", seed, c)
			}
		}
		for range 300 {
			call := g.Call(arch.X86_64, arch.I386)
			from, to := sides[0].Decide(&call), sides[1].Decide(&call)
			found, maybe := 0, len(d.Open)
			for i := range d.Changes {
				c := &d.Changes[i]
				if !c.Condition.Complete() {
					maybe++
				}
				if !c.covers(&call) {
					continue
				}
				found++
				if from != c.From || to != c.To {
					t.Fatalf("seed %d: %+v is decided as %v and %v, but covered by %+v", seed, call, from, to, c)
				}
			}
			if from != to {
				shown++
			}
			if found > 1 || found == 0 && from != to && maybe == 0 {
				t.Fatalf("seed %d: %+v, decided as %v and %v, is covered by %d changes", seed, call, from, to, found)
			}
		}
	}
	t.Logf("%d changes, %d of them incomplete, %d open; %d calls show a difference", changes, incomplete, open, shown)
	if incomplete > changes/3 || open > changes/5 {
		t.Error("too much is left open")
	}
}

// TestEqualSides compares policies with what they compile to, and with
// themselves stacked.
func TestEqualSides(t *testing.T) {
	equal := 0
	for seed := range uint64(200) {
		g := policygen.New(seed)
		g.Plain = true
		p := g.Policy(arch.X86_64)
		compiled, err := compiler.Compile(p)
		if err != nil {
			continue
		}
		for _, side := range []Side{ProgramSide(false, compiled.Program), ProgramSide(false, compiled.Program, compiled.Program)} {
			d, err := compare(PolicySide(p), side, nil, testNodes)
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Changes) > 0 {
				t.Fatalf("seed %d: %+v", seed, d.Changes[0])
			}
			if d.Equal() {
				equal++
			}
		}
	}
	t.Logf("%d comparisons found equal", equal)
	if equal < 200 {
		t.Error("too few")
	}
}

// TestLimit compares within a limit.
func TestLimit(t *testing.T) {
	s := rulesOn(1, nil, func(int) typed.Bool { return is(wideArg(0), 7) })
	other := rulesOn(1, nil, func(int) typed.Bool { return is(wideArg(0), 8) })
	side := func(s *typed.Section) Side {
		return PolicySide(&typed.Policy{Layers: []typed.Layer{{ABIs: []typed.Section{*s}, Unserved: s.Filters[1].Rule}}})
	}
	nr := &typed.Load{Low: typed.WordNr}
	tests := []struct {
		name    string
		where   typed.Bool
		changes int
		inputs  uint // the binary logarithm of how many are compared
	}{
		{"no limit", nil, 2, 512},
		{"this number", is(nr, 5), 2, 480},
		{"half of the numbers", &typed.Compare{Op: typed.Lt, X: nr, Y: &typed.Value{Of: typed.U32, Bits: 1 << 31}}, 2, 511},
		{"another number", is(nr, 4), 0, 480},
		{"one of the values", is(wideArg(0), 8), 1, 448},
		{"another argument", is(wideArg(1), 8), 2, 448},
		{"another arch", is(&typed.Load{Low: typed.WordArch}, 8), 0, 480},
		{"odd numbers", is(&typed.Binary{Op: typed.BitAnd, X: nr, Y: &typed.Value{Of: typed.U32, Bits: 1}}, 1), 2, 511},
	}
	for _, test := range tests {
		d, err := Compare(side(s), side(other), test.where)
		if err != nil || len(d.Changes) != test.changes || len(d.Open) > 0 {
			t.Fatalf("%s: %+v, %v", test.name, d, err)
		}
		if want := new(big.Int).Lsh(big.NewInt(1), test.inputs); d.Stats.Inputs.Cmp(want) != 0 {
			t.Errorf("%s: %v inputs", test.name, d.Stats.Inputs)
		}
	}
}

// TestCountsOfChanges adds up what a change of everything covers: all inputs.
func TestCountsOfChanges(t *testing.T) {
	p := docker(t).Typed
	allow, err := bpf.Verify([]bpf.Instruction{bpf.Stmt(bpf.RetK, uint32(bpf.UserNotif))})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Compare(PolicySide(p), ProgramSide(false, allow), nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Int)
	for _, c := range d.Changes {
		sum.Add(sum, c.Count)
	}
	if sum.Cmp(new(big.Int).Lsh(big.NewInt(1), 512)) != 0 {
		t.Errorf("%v inputs", sum)
	}
}

func TestNoSide(t *testing.T) {
	for _, s := range []Side{{}, ProgramSide(false), ProgramSide(false, bpf.Program{}), PolicySide(&typed.Policy{})} {
		if _, err := Compare(s, s, nil); !errors.Is(err, errEmpty) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// TestWider tells what lets more pass from what does not.
func TestWider(t *testing.T) {
	for _, test := range []struct {
		from, to        typed.ActionKind
		wider, narrower bool
	}{
		{typed.Errno, typed.Allow, true, false},
		{typed.KillProcess, typed.Log, true, false},
		{typed.Errno, typed.Notify, true, false},
		{typed.Trap, typed.Trace, true, false},
		{typed.Notify, typed.Log, true, false},
		{typed.Trace, typed.Notify, false, false},
		{typed.Allow, typed.Log, false, false},
		{typed.Errno, typed.KillThread, false, false},
		{typed.Allow, typed.Notify, false, true},
		{typed.Notify, typed.Errno, false, true},
		{typed.Log, typed.Trap, false, true},
	} {
		c := Change{From: typed.Action{Kind: test.from}, To: typed.Action{Kind: test.to}}
		if c.Wider() != test.wider || c.Narrower() != test.narrower {
			t.Errorf("%v to %v: wider %v, narrower %v", test.from, test.to, c.Wider(), c.Narrower())
		}
	}
}
