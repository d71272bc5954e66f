package main

import (
	"fmt"

	"sandbox/compiler"
	"sandbox/internal/diag"
	"sandbox/policy"
)

// mostSteps is how many filters of a longest way are shown.
const mostSteps = 8

// overBudget shows where a budget that does not suffice was written, and the
// filters on the longest way.
func overBudget(p *policy.Policy, e *compiler.BudgetError) *failure {
	name := fmt.Sprintf("#%d", e.Number)
	if s, ok := e.ABI.Numbered(e.Number); ok {
		name = s.Name
	}
	budget := fmt.Sprint(e.Budget.Tests)
	var list diag.List
	d := list.Reportf(diag.OverBudget, p.SpanOf(e.Budget.At, budget), "%s on %v can take %d tests, the budget is %s",
		name, e.ABI, e.Tests, budget)
	for i, f := range e.Path {
		if i == mostSteps {
			d.Hintf("%d more filters are on this way", len(e.Path)-i)
			break
		}
		step := "the longest way begins with this filter"
		if i > 0 {
			step = "and goes on with this one"
		}
		d.Notef(p.FilterSpan(f), "%s", step)
	}
	d.Hintf("a set or a range (in) takes fewer tests than many comparisons; or else write budget = %d or more", e.Tests)
	return &failure{found: list}
}
