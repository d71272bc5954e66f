package main

import (
	"strings"

	"sandbox/internal/diag"
	"sandbox/internal/policytest"
	"sandbox/policy/typed"
)

// A coverageJSON is what the tests of a policy reach.
type coverageJSON struct {
	Reached int          `json:"reached"`
	Goals   int          `json:"goals"`
	Missed  []missedJSON `json:"missed"`
}

// A missedJSON is what no test reaches. Kind is "rule", "filter", "true" or
// "false", the latter two for conditions.
type missedJSON struct {
	Kind   string `json:"kind"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
}

func newCoverageJSON(c *policytest.Coverage) *coverageJSON {
	j := &coverageJSON{Reached: c.Reached(), Goals: len(c.Goals), Missed: []missedJSON{}}
	for _, g := range c.Goals {
		if !g.Reached {
			j.Missed = append(j.Missed, missedJSON{goalKind(g.Kind), g.At.File, g.At.Line, g.At.Column, g.Text})
		}
	}
	return j
}

func goalKind(kind policytest.GoalKind) string {
	switch kind {
	case policytest.RuleDecides:
		return "rule"
	case policytest.FilterMatches:
		return "filter"
	case policytest.ConditionHolds:
		return "true"
	}
	return "false"
}

// cover answers what the tests of a policy reach, and shows in the source what
// they do not.
func (t *tester) cover(s *suite) {
	c := s.coverage
	if len(c.Goals) == 0 {
		t.answer("coverage of %s: there is nothing to reach", oneLine(s.name))
		return
	}
	reached := c.Reached()
	t.answer("coverage of %s: %d of %d outcomes (%.1f%%)", oneLine(s.name), reached, len(c.Goals),
		100*float64(reached)/float64(len(c.Goals)))
	var list diag.List
	missed := c.Missed()
	for i := 0; i < len(missed); i++ {
		g := missed[i]
		message := missedMessage(g.Kind)
		if i+1 < len(missed) && g.Kind == policytest.ConditionHolds && missed[i+1].At == g.At && missed[i+1].Text == g.Text {
			message = "no test evaluates this condition"
			i++
		}
		list.Notef(spanOf(s.policy.Sources, g.At, g.Text), "%s", message)
	}
	// What cannot be written is found when the answer is flushed.
	_ = diag.Style{}.Write(t.out, list)
}

func missedMessage(kind policytest.GoalKind) string {
	switch kind {
	case policytest.RuleDecides:
		return "no test is decided by this rule"
	case policytest.FilterMatches:
		return "no test matches this filter"
	case policytest.ConditionHolds:
		return "no test makes this condition true"
	}
	return "no test makes this condition false"
}

// spanOf returns where a text was written that begins at a position. If it
// reads otherwise there, because of escapes, its line up to the end is taken.
func spanOf(sources []*diag.Source, at typed.Position, text string) diag.Span {
	for _, source := range sources {
		if source.Name != at.File {
			continue
		}
		start := 0
		for range at.Line - 1 {
			start += strings.IndexByte(source.Text[start:], '\n') + 1
		}
		start += at.Column - 1
		line, _, _ := strings.Cut(source.Text[start:], "\n")
		if text != "" && strings.HasPrefix(line, text) {
			return diag.Span{Source: source, Start: start, End: start + len(text)}
		}
		return diag.Span{Source: source, Start: start, End: start + len(strings.TrimRight(line, " \t\r"))}
	}
	return diag.Span{}
}
