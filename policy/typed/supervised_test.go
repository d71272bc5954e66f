package typed_test

import (
	"testing"

	"sandbox/arch"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// TestNotifying holds what a supervisor is given to answer to the policy, for
// random policies and calls: errno alone becomes a notification, or all that
// refuses, with the rule and the layer that decided.
func TestNotifying(t *testing.T) {
	abis := []arch.ABI{arch.X86_64, arch.I386}
	changed := 0
	for seed := range uint64(150) {
		g := policygen.New(seed)
		p := g.Policy(abis...)
		supervised, audited := p.Supervised(), p.Audited()
		for range 200 {
			call := g.Call(abis...)
			own := p.Decide(&call)
			for _, c := range []struct {
				name    string
				form    *typed.Policy
				replace bool
			}{
				{"supervised", supervised, own.Action.Kind == typed.Errno},
				{"audited", audited, own.Action.Kind >= typed.Errno},
			} {
				want := own.Action
				if c.replace {
					want = typed.Action{Kind: typed.Notify}
					changed++
				}
				got := c.form.Decide(&call)
				if got.Action != want {
					t.Fatalf("seed %d, %s: %+v is %v and becomes %v, want %v", seed, c.name, call, own.Action, got.Action, want)
				}
				if c.name == "supervised" && (got.Layer != own.Layer || got.Rule.Name != own.Rule.Name || got.Rule.At != own.Rule.At) && !tied(p, &call) {
					t.Fatalf("seed %d: %+v was decided by %+v, and is by %+v", seed, call, own, got)
				}
			}
		}
	}
	if changed < 1000 {
		t.Errorf("only %d notifications: the policies refuse too little for this to mean anything", changed)
	}
}

// tied reports whether a layer has a notification of its own for a call, which
// a later errno is level with once it is one.
func tied(p *typed.Policy, call *typed.Call) bool {
	for i := range p.Layers {
		if p.Layers[i].Decide(call).Action.Kind == typed.Notify {
			return true
		}
	}
	return false
}

// TestNotifyingExactly proves it for all calls of some policies.
func TestNotifyingExactly(t *testing.T) {
	seen := map[typed.ActionKind]bool{}
	for seed := range uint64(12) {
		g := policygen.New(seed)
		g.Plain = true
		p := g.Policy(arch.X86_64, arch.I386)
		for _, c := range []struct {
			form    *typed.Policy
			replace func(typed.ActionKind) bool
		}{
			{p.Supervised(), func(k typed.ActionKind) bool { return k == typed.Errno }},
			{p.Audited(), func(k typed.ActionKind) bool { return k >= typed.Errno }},
		} {
			found, err := prove.Compare(prove.PolicySide(p), prove.PolicySide(c.form), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range found.Changes {
				if !c.replace(change.From.Kind) || change.To.Kind != typed.Notify {
					t.Errorf("seed %d: %v becomes %v", seed, change.From, change.To)
				}
				seen[change.From.Kind] = true
			}
			// Nothing that had to change is left.
			for _, nobody := range found.Open {
				t.Logf("seed %d: not compared: %v", seed, nobody.GivenUp)
			}
			if at := left(c.form, c.replace); at != nil {
				t.Errorf("seed %d: the rule %+v is still there", seed, at)
			}
		}
	}
	for _, k := range []typed.ActionKind{typed.Errno, typed.Trap, typed.KillThread, typed.KillProcess} {
		if !seen[k] {
			t.Errorf("no policy of the test has %v", k)
		}
	}
}

func left(p *typed.Policy, replaced func(typed.ActionKind) bool) *typed.Rule {
	for i := range p.Layers {
		if r := p.Layers[i].Unserved; replaced(r.Action.Kind) {
			return r
		}
		for _, section := range p.Layers[i].ABIs {
			for k := range section.Filters {
				if r := section.Filters[k].Rule; replaced(r.Action.Kind) {
					return r
				}
			}
		}
	}
	return nil
}

// TestNotifyingCopies leaves the policy as it is, and copies rules whole.
func TestNotifyingCopies(t *testing.T) {
	rule := &typed.Rule{Name: "no writing", Reason: "it is read only", Action: typed.Action{Kind: typed.Errno, Data: 13}, At: typed.Position{File: "a.toml", Line: 3, Column: 1}}
	every := []typed.NumberRange{{First: 0, Last: 0xffffffff}}
	p := &typed.Policy{Layers: []typed.Layer{{
		Unserved: &typed.Rule{Action: typed.Action{Kind: typed.KillProcess}},
		ABIs:     []typed.Section{{ABI: arch.X86_64, Filters: []typed.Filter{{Numbers: every[:], Rule: rule}, {Numbers: every, Rule: rule}}}},
	}}}
	filters := p.Supervised().Layers[0].ABIs[0].Filters
	want := *rule
	want.Action = typed.Action{Kind: typed.Notify}
	if *filters[0].Rule != want || filters[0].Rule != filters[1].Rule {
		t.Errorf("the rule became %+v and %+v", filters[0].Rule, filters[1].Rule)
	}
	if rule.Action.Kind != typed.Errno || p.Layers[0].ABIs[0].Filters[0].Rule != rule {
		t.Errorf("the policy itself was changed")
	}
}
