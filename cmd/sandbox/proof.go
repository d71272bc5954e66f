package main

import (
	"errors"

	"sandbox/compiler"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// provePolicy proves that the program is the policy.
func provePolicy(policy *typed.Policy, compiled *compiler.Compiled) (prove.Proved, error) {
	proved, err := prove.Prove(policy, compiled.Program)
	return proved, notProved(err, compiled)
}

// notProved says, of a proof that was given up, at which filter that was and
// what may help. Other errors speak for themselves.
func notProved(err error, compiled *compiler.Compiled) error {
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
	return fail("%v", limit).
		hinted("remainders, products with large numbers and 64-bit quotients often cannot be proved; masks, ranges, sums and comparisons can").
		hinted("if there are none, it is the number of conditions about one system call that is too large")
}
