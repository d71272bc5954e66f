package main

import (
	"fmt"
	"slices"
	"strings"

	"sandbox/internal/diag"
	"sandbox/internal/policytest"
)

// A coverageJSON is what the tests of a policy reach, of what tests can reach.
// What they cannot is in Unreachable, and not counted.
type coverageJSON struct {
	Reached     int          `json:"reached"`
	Goals       int          `json:"goals"`
	Missed      []missedJSON `json:"missed"`
	Unreachable []missedJSON `json:"unreachable"`
}

// A missedJSON is what no test reaches, or can reach. Kind is "rule", "filter", "true" or
// "false", the latter two for conditions.
type missedJSON struct {
	Kind   string `json:"kind"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
}

func newCoverageJSON(c *policytest.Coverage) *coverageJSON {
	j := &coverageJSON{Reached: c.Reached(), Goals: c.Reachable(), Missed: []missedJSON{}, Unreachable: []missedJSON{}}
	for _, g := range c.Goals {
		missed := missedJSON{goalKind(g.Kind), g.At.File, g.At.Line, g.At.Column, g.Text}
		switch {
		case g.Unreachable:
			j.Unreachable = append(j.Unreachable, missed)
		case !g.Reached:
			j.Missed = append(j.Missed, missed)
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
	t.answer("%s", coverageSummary(s.name, c))
	var list diag.List
	missed := c.Missed()
	for i := 0; i < len(missed); i++ {
		g := missed[i]
		message := missedMessage(g)
		if i+1 < len(missed) && g.Kind == policytest.ConditionHolds && samePlace(g, missed[i+1]) {
			message = whatMisses(g) + " evaluates this condition"
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

// coverageSummary says in one line how much tests reach.
func coverageSummary(name string, c *policytest.Coverage) string {
	reached, reachable := c.Reached(), c.Reachable()
	text := fmt.Sprintf("coverage of %s: %d of %d outcomes", oneLine(name), reached, reachable)
	if reachable > 0 {
		text += fmt.Sprintf(" (%.1f%%)", 100*float64(reached)/float64(reachable))
	}
	if n := len(c.Goals) - reachable; n > 0 {
		text += fmt.Sprintf("; no test can reach %d more", n)
	}
	return text
}

// samePlace reports whether two goals that follow each other are the two
// outcomes of a condition, and are missed alike.
func samePlace(g, next *policytest.Goal) bool {
	return next.At == g.At && next.Text == g.Text && next.Unreachable == g.Unreachable
}

// whatMisses is the subject of a message about what is not reached.
func whatMisses(g *policytest.Goal) string {
	if g.Unreachable {
		return "no call"
	}
	return "no test"
}

func missedMessage(g *policytest.Goal) string {
	who := whatMisses(g)
	switch g.Kind {
	case policytest.RuleDecides:
		return who + " is decided by this rule"
	case policytest.FilterMatches:
		return who + " matches this filter"
	case policytest.ConditionHolds:
		return who + " makes this condition true"
	}
	return who + " makes this condition false"
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
