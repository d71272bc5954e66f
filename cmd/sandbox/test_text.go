package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/policytest"
	"sandbox/policy/typed"
)

// report answers what became of the tests of a policy.
func (t *tester) report(s *suite) error {
	switch {
	case t.asJSON:
		return t.reportJSON(s)
	case t.writes && s.broken == nil:
		t.generate(s)
		return nil
	}
	for rest := s.results; len(rest) > 0; {
		n := alikeOnABIs(rest)
		if t.verbose || !rest[0].Passed() {
			t.results(rest[:n])
		}
		rest = rest[n:]
	}
	t.answer("%s", s.summary())
	if s.coverage != nil {
		t.cover(s)
	}
	return nil
}

// alikeOnABIs returns how many results, from the first on, are of the same test
// and say the same, each about another ABI.
func alikeOnABIs(results []policytest.Result) int {
	lines := resultLines(&results[0])
	n := 1
	for n < len(results) && results[n].At == results[0].At && slices.Equal(resultLines(&results[n]), lines) {
		n++
	}
	return n
}

// results answers what became of a test on ABIs on which that is the same.
func (t *tester) results(results []policytest.Result) {
	verdict := "FAIL"
	if results[0].Passed() {
		verdict = "PASS"
	}
	abis := make([]string, len(results))
	for i := range results {
		abis[i] = results[i].ABI.String()
	}
	t.answer("--- %s: %s (%s)", verdict, oneLine(results[0].Name), strings.Join(abis, ", "))
	for _, line := range resultLines(&results[0]) {
		t.answer("    %s", line)
	}
}

// resultLines says what became of a test on one ABI.
func resultLines(r *policytest.Result) []string {
	at := placeOf(r.At)
	if r.Passed() {
		return []string{at + ": " + actionName(r.ABI, r.Decision.Action) + " by " + ruleWords(r.Decision.Rule)}
	}
	lines := []string{at + ": " + oneLine(r.Text)}
	for _, line := range failureLines(r) {
		lines = append(lines, "    "+line)
	}
	return lines
}

// failureLines says what a test wanted and what came.
func failureLines(r *policytest.Result) []string {
	var lines []string
	if !r.AsWanted() {
		want := actionName(r.ABI, r.Want)
		if r.Rule != "" {
			want += " by rule " + strconv.Quote(r.Rule)
		}
		got := actionName(r.ABI, r.Decision.Action) + " by " + ruleWords(r.Decision.Rule)
		lines = append(lines, "want "+want, "got "+got)
	}
	if !r.Compiled() {
		lines = append(lines, disagreement("the compiled program", r.ABI, r.Emulated, r.Decision.Action))
	}
	if !r.Obeyed() {
		lines = append(lines, disagreement("the running kernel", r.ABI, r.Live.Got, r.Live.Want))
	}
	return lines
}

// disagreement says that something does not do what the policy says.
func disagreement(who string, abi arch.ABI, got bpf.Return, want typed.Action) string {
	return fmt.Sprintf("%s does not do what the policy says, %s: it gives %s, which is a bug in sandbox", who, actionName(abi, want), returnName(abi, got))
}

// returnName returns what a program returned as policies write it.
func returnName(abi arch.ABI, r bpf.Return) string {
	if r.Action() == bpf.Errno {
		return actionName(abi, typed.Action{Kind: typed.Errno, Data: r.Effective().Data()})
	}
	return r.String()
}

// ruleWords names a rule in the middle of a line.
func ruleWords(r *typed.Rule) string {
	words := "a rule"
	if r.Name != "" {
		words = "rule " + strconv.Quote(r.Name)
	}
	if place := placeOf(r.At); place != "" {
		words += " at " + place
	}
	return words
}

// summary says in one line what became of the tests.
func (s *suite) summary() string {
	name := oneLine(s.name)
	switch failed := s.failed(); {
	case s.broken != nil:
		return "FAIL " + name + ": the tests cannot be run"
	case s.tests == 0:
		return "?    " + name + ": no tests"
	case len(s.results) == 0:
		return "ok   " + name + ": no tests to run"
	case failed > 0:
		return fmt.Sprintf("FAIL %s: %d of %s failed%s", name, failed, plural(len(s.results), "test"), s.liveWords())
	}
	return fmt.Sprintf("ok   %s: %s%s", name, plural(len(s.results), "test"), s.liveWords())
}

// liveWords says how many tests the running kernel was asked about, if it was
// to be.
func (s *suite) liveWords() string {
	switch n := s.asked(); {
	case !s.live:
		return ""
	case n == 0:
		return ", none of them on the running kernel: it does not have their calls"
	default:
		return fmt.Sprintf(", %d of them on the running kernel too", n)
	}
}

// plural returns a number of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
