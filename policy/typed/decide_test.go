package typed

import (
	"testing"

	"sandbox/arch"
)

func filterFor(first, last uint32, a Action, when Bool) Filter {
	return Filter{Numbers: []NumberRange{{first, last}}, When: when, Rule: &Rule{Action: a}}
}

func layerOf(filters ...Filter) Layer {
	return Layer{
		ABIs:     []Section{{ABI: arch.X86_64, Filters: filters}},
		Unserved: &Rule{Name: "ABI not served", Action: Action{Kind: KillProcess}},
	}
}

// TestFirstMatchDecides tries filters in order, however special later ones are.
func TestFirstMatchDecides(t *testing.T) {
	isOne := &Compare{Eq, &Load{Low: ArgLow(0)}, &Value{U32, 1}}
	l := layerOf(
		filterFor(5, 6, Action{Errno, 1}, isOne),
		filterFor(0, 9, Action{Kind: Allow}, nil),
		filterFor(5, 5, Action{Kind: KillProcess}, nil),
		filterFor(0, 0xffffffff, Action{Kind: Log}, nil),
	)
	tests := []struct {
		nr, arg uint32
		want    Action
	}{
		{5, 1, Action{Errno, 1}},
		{5, 0, Action{Kind: Allow}},
		{10, 1, Action{Kind: Log}},
		{0xffffffff, 0, Action{Kind: Log}},
	}
	for _, test := range tests {
		c := &Call{Nr: test.nr, Arch: arch.X86_64.Audit(), Args: [6]uint64{uint64(test.arg)}}
		if got := l.Decide(c); got.Action != test.want || got.Filter.Rule != got.Rule {
			t.Errorf("call %d(%d): %v, want %v", test.nr, test.arg, got.Action, test.want)
		}
	}
	if got := l.Decide(&Call{Nr: 5, Arch: arch.I386.Audit()}); got.Action.Kind != KillProcess || got.Filter != nil {
		t.Errorf("a call of an ABI that is not served: %v", got.Action)
	}
}

// TestMostRestrictiveLayer goes through all pairs of actions, in both orders.
func TestMostRestrictiveLayer(t *testing.T) {
	byStrength := []Action{{Kind: Allow}, {Kind: Log}, {Trace, 7}, {Kind: Notify}, {Errno, 2}, {Trap, 3}, {Kind: KillThread}, {Kind: KillProcess}}
	for i, weak := range byStrength {
		for _, strong := range byStrength[i+1:] {
			for at, order := range [2][2]Action{{strong, weak}, {weak, strong}} {
				p := &Policy{Layers: []Layer{layerOf(filterFor(0, 0xffffffff, order[0], nil)), layerOf(filterFor(0, 0xffffffff, order[1], nil))}}
				d := p.Decide(&Call{Arch: arch.X86_64.Audit()})
				if d.Action != strong || d.Layer != at {
					t.Errorf("%v stacked on %v: %v from layer %d", order[1], order[0], d.Action, d.Layer)
				}
			}
		}
	}
	tie := &Policy{Layers: []Layer{layerOf(filterFor(0, 0xffffffff, Action{Errno, 1}, nil)), layerOf(filterFor(0, 0xffffffff, Action{Errno, 2}, nil))}}
	if d := tie.Decide(&Call{Arch: arch.X86_64.Audit()}); d.Action.Data != 2 || d.Layer != 1 {
		t.Errorf("of two errnos the older wins: %v", d.Action)
	}
}

// TestExplain lists what was tried, and stops evaluating where && and || do.
func TestExplain(t *testing.T) {
	is := func(i int, v uint64) *Predicate {
		load := &Load{Low: ArgLow(i)}
		return &Predicate{X: &Compare{Eq, load, &Value{U32, v}}, Operands: []Operand{{Value: load}}}
	}
	a, b, c := is(0, 1), is(1, 2), is(2, 3)
	l := layerOf(
		filterFor(9, 9, Action{Kind: Allow}, nil),
		filterFor(5, 5, Action{Kind: Allow}, &AndExpr{a, b}),
		filterFor(5, 5, Action{Errno, 1}, &OrExpr{&NotExpr{a}, c}),
		filterFor(0, 0xffffffff, Action{Kind: Log}, nil),
	)
	steps := l.Explain(&Call{Nr: 5, Arch: arch.X86_64.Audit(), Args: [6]uint64{7, 8, 9}})
	if len(steps) != 2 || steps[0].Matched || !steps[1].Matched {
		t.Fatalf("steps %+v", steps)
	}
	for i, step := range steps {
		if o := step.Outcomes; len(o) != 1 || o[0].Predicate != a || o[0].Held || o[0].Values[0] != 7 {
			t.Errorf("step %d: %+v", i, o)
		}
	}
}
