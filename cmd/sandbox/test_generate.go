package main

import (
	"fmt"
	"strings"

	"sandbox/internal/policytest"
)

// generate answers tests that reach what the tests of a policy do not, as the
// policy decides now: whoever takes them over must know whether that is right.
func (t *tester) generate(s *suite) {
	proposals, missed := s.coverage.Generate()
	for i := range proposals {
		if i > 0 {
			t.answer("")
		}
		t.propose(s, &proposals[i])
	}
	if len(proposals) > 0 && len(missed) > 0 {
		t.answer("")
	}
	for _, m := range missed {
		reason := "no call was found"
		if m.Impossible {
			reason = "there is no call"
		}
		t.answer("# %s: %s %s", placeOf(m.At), reason, goalWords(m.Goal))
	}
	if len(proposals)+len(missed) == 0 {
		t.answer("# the tests of %s reach everything", oneLine(s.name))
	}
}

// propose answers one test.
func (t *tester) propose(s *suite, p *policytest.Proposal) {
	t.answer("# %s: a call %s", placeOf(p.Goal.At), goalWords(p.Goal))
	t.answer("[[test]]")
	w := callWriter{abi: p.ABI, policy: s.policy.Typed}
	t.answer("call = %s", inTOML(w.call(&p.Call)))
	t.answer("want = %s", inTOML(actionName(p.ABI, p.Decision.Action)))
	if name := p.Decision.Rule.Name; name != "" {
		t.answer("rule = %s", inTOML(name))
	}
	if len(s.policy.Typed.ABIs()) > 1 {
		t.answer("abi  = %s", inTOML(p.ABI.String()))
	}
}

// goalWords says what a call does that reaches a goal, in one line.
func goalWords(g *policytest.Goal) string {
	text := oneLine(g.Text)
	switch g.Kind {
	case policytest.RuleDecides:
		if text == "" {
			return "that this rule decides"
		}
		return "that this rule decides: " + text
	case policytest.FilterMatches:
		return "that this filter matches: " + text
	case policytest.ConditionHolds:
		return "for which this is true: " + text
	}
	return "for which this is false: " + text
}

// inTOML returns text as a basic string of TOML.
func inTOML(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
