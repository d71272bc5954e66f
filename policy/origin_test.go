package policy_test

import (
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestSpans looks up where each rule and filter of the checked form was
// written.
func TestSpans(t *testing.T) {
	const base = `version = 1
default = "errno(EPERM)" # of last resort
[[rule]]
action  = "allow"
filters = ["read: count < 7", '''write,
close''', """execve: \
 args[0] \u0021= 0"""]
[[ rule ]]
action  = "deny"
abi     = ["arm"]
filters = ["read"]
`
	loaded, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"},
		Rules:    []string{"log openat"},
		Native:   arch.X86_64,
		ReadFile: func(path string) (string, error) { return base, nil },
	})
	if list.Failed() {
		t.Fatal(render(list))
	}
	written := func(s diag.Span) string {
		if s.Source == nil {
			return "nowhere"
		}
		return s.Source.Name + ": " + s.Source.Text[s.Start:s.End]
	}
	want := [][3]string{ // of the rule, its action and the filter
		{"nowhere", "nowhere", "nowhere"}, // x32
		{"nowhere", "nowhere", "nowhere"}, // unknown, which is not stated
		{"-e 1: log openat", "-e 1: log", "-e 1: openat"},
		{"p.toml: [[rule]]", "p.toml: allow", "p.toml: read: count < 7"},
		{"p.toml: [[rule]]", "p.toml: allow", "p.toml: write,\nclose"},
		{"p.toml: [[rule]]", "p.toml: allow", "p.toml: execve: \\\n args[0] \\u0021= 0"},
		{`p.toml: "errno(EPERM)"`, `p.toml: "errno(EPERM)"`, `p.toml: "errno(EPERM)"`},
	}
	filters := loaded.Typed.Layers[0].ABIs[0].Filters
	if len(filters) != len(want) {
		t.Fatalf("%d filters, want %d", len(filters), len(want))
	}
	for i := range filters {
		f := filters[i] // a copy has the same origin
		got := [3]string{written(loaded.RuleSpan(f.Rule)), written(loaded.ActionSpan(f.Rule)), written(loaded.FilterSpan(&f))}
		if got != want[i] {
			t.Errorf("filter %d:\ngot  %q\nwant %q", i, got, want[i])
		}
	}
	condition := filters[3].When.(*typed.Predicate)
	if got := written(loaded.SpanOf(condition.At, condition.Text)); got != "p.toml: count < 7" {
		t.Errorf("the condition is %q", got)
	}
	for _, test := range []struct {
		at   typed.Position
		text string
		want string
	}{
		{typed.Position{File: "p.toml", Line: 1, Column: 1}, "version", "p.toml: version"},
		{typed.Position{File: "p.toml", Line: 1, Column: 1}, "revision", "p.toml: "},
		{typed.Position{File: "q.toml", Line: 1, Column: 1}, "version", "nowhere"},
		{typed.Position{File: "p.toml", Line: 99, Column: 1}, "version", "nowhere"},
		{typed.Position{File: "p.toml", Line: 4, Column: 999}, "version", "nowhere"},
		{typed.Position{}, "", "nowhere"},
	} {
		if got := written(loaded.SpanOf(test.at, test.text)); got != test.want {
			t.Errorf("%q at %+v: got %q, want %q", test.text, test.at, got, test.want)
		}
	}
}
