package main

import (
	"errors"

	"sandbox/compiler"
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/prove"
)

// provePolicy proves that the program is the policy.
func provePolicy(p *policy.Policy, compiled *compiler.Compiled) (prove.Proved, error) {
	proved, err := prove.Prove(p.Typed, compiled.Program)
	return proved, notProved(err, p, compiled)
}

// notProved shows, of a proof that was given up, at which filter that was, and
// says what may help. Other errors speak for themselves.
func notProved(err error, p *policy.Policy, compiled *compiler.Compiled) error {
	var limit *prove.GivenUp
	if !errors.As(err, &limit) {
		return err
	}
	if limit.Filter == nil {
		for _, f := range compiled.Origins(limit.Instruction) {
			if !f.Rule.Implicit {
				limit.Filter = f
				break
			}
		}
	}
	if limit.Filter == nil {
		return fail("%v", limit)
	}
	var list diag.List
	list.Reportf(diag.NotProvable, p.FilterSpan(limit.Filter), "this filter is too complex to be proved").
		Hintf("remainders, products with large numbers and 64-bit quotients often cannot be proved; masks, ranges, sums and comparisons can").
		Hintf("if there are none, it is the number of conditions about one system call that is too large")
	return &failure{found: list}
}
