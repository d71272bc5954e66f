package main

import (
	"slices"
	"strings"

	"sandbox/internal/diag"
	"sandbox/internal/policytest"
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
		at, asWritten := spanOf(s.policy.Sources, g)
		if !asWritten {
			message += ": " + oneLine(g.Text)
		}
		list.Notef(at, "%s", message)
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

// spanOf returns where a goal was written: for a rule the header or setting that
// it comes from, otherwise its text. If the source reads otherwise there, as in
// a loop, whose turns are conditions of their own, it is where the text begins.
func spanOf(sources []*diag.Source, g *policytest.Goal) (at diag.Span, asWritten bool) {
	i := slices.IndexFunc(sources, func(source *diag.Source) bool { return source.Name == g.At.File })
	if i < 0 {
		return diag.Span{}, false
	}
	text, start := sources[i].Text, 0
	for range g.At.Line - 1 {
		start += strings.IndexByte(text[start:], '\n') + 1
	}
	start += g.At.Column - 1
	end := start
	asWritten = g.Kind == policytest.RuleDecides || strings.HasPrefix(text[start:], g.Text)
	switch {
	case g.Kind == policytest.RuleDecides:
		line, _, _ := strings.Cut(text[start:], "\n")
		end += len(strings.TrimRight(line, " \t\r"))
	case asWritten:
		end += len(g.Text)
	}
	return diag.Span{Source: sources[i], Start: start, End: end}, asWritten
}
