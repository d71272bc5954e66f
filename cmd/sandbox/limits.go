package main

import (
	"errors"
	"fmt"

	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/diag"
	"sandbox/policy"
)

// notCompiled shows where a policy is beyond what can be compiled.
func notCompiled(p *policy.Policy, err error) error {
	var (
		over    *compiler.BudgetError
		large   *compiler.TooLargeError
		complex *compiler.TooComplexError
	)
	switch {
	case errors.As(err, &over):
		return overBudget(p, over)
	case errors.As(err, &large) && len(large.Costs) > 0:
		return tooLarge(p, large)
	case errors.As(err, &complex) && len(complex.Filters) > 0:
		var list diag.List
		list.Reportf(diag.TooMuchScratch, p.FilterSpan(complex.Filters[0]), "a comparison needs more than the 16 words of scratch memory that a filter has").
			Hintf("split its arithmetic, or compare the parts alone")
		return &failure{found: list}
	}
	return fail("cannot compile the policy: %v", err)
}

// tooLarge shows the filters that most of a program is for.
func tooLarge(p *policy.Policy, e *compiler.TooLargeError) *failure {
	unit := "instructions"
	message := fmt.Sprintf("the program would have %d instructions, the kernel takes %d", e.Instructions, bpf.MaxInstructions)
	if e.Instructions == 0 {
		unit = "tests"
		message = fmt.Sprintf("more tests are needed than the %d instructions that the kernel takes", bpf.MaxInstructions)
	}
	var list diag.List
	d := list.Reportf(diag.ProgramTooLarge, p.FilterSpan(e.Costs[0].Filter), "%s", message).
		Labelf("%d %s are for this filter", e.Costs[0].Instructions, unit)
	for _, cost := range e.Costs[1:] {
		d.Notef(p.FilterSpan(cost.Filter), "%d are for this one", cost.Instructions)
	}
	d.Hintf("sets and ranges (in) take less than many comparisons, and a filter without a condition less than one with it")
	return &failure{found: list}
}

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
