package policytest

import (
	"sandbox/arch"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// maxTries bounds how many combinations of candidates are tried before the
// prover is asked.
const maxTries = 1 << 10

// outcome is how the search for a call ended.
type outcome uint8

const (
	noCall  outcome = iota // proved: there is none
	found                  // there is one
	unknown                // the question is too complex
)

// search looks for a call with a number for which a condition holds. about is
// the part of the condition whose boundaries are wanted, own the filter that it
// is in; either may be nil. What is left of the condition are the filters before
// that one, which can be many, so that their constants are tried last.
func search(abi arch.ABI, number uint32, condition, about, own typed.Bool) (typed.Call, outcome) {
	call := typed.Call{Nr: number, Arch: abi.Audit()}
	c := candidates{abi: abi}
	c.collect(about)
	wanted := c.args
	c.collect(own)
	ok := c.try(&call, condition)
	if !ok {
		c.collect(condition)
		ok = c.try(&call, condition)
	}
	if ok {
		for i := range call.Args {
			if len(wanted[i]) == 0 {
				simplify(&call, i, condition)
			}
		}
		return call, found
	}
	return ask(abi, number, condition)
}

// try goes through combinations of candidates, the first register's fastest,
// until the condition holds.
func (c *candidates) try(call *typed.Call, condition typed.Bool) bool {
	var at [6]int
	for i := range c.args {
		if len(c.args[i]) > 0 {
			call.Args[i] = c.args[i][0]
		}
	}
	for range maxTries {
		if typed.Holds(condition, call) {
			return true
		}
		i := 0
		for ; i < len(at); i++ {
			if at[i]++; at[i] < len(c.args[i]) {
				call.Args[i] = c.args[i][at[i]]
				break
			}
			if at[i] = 0; len(c.args[i]) > 0 {
				call.Args[i] = c.args[i][0]
			}
		}
		if i == len(at) {
			return false
		}
	}
	return false
}

// simplify clears a register if the condition holds all the same.
func simplify(call *typed.Call, register int, condition typed.Bool) {
	before := call.Args[register]
	if call.Args[register] = 0; !typed.Holds(condition, call) {
		call.Args[register] = before
	}
}

// ask has the prover find a call, or show that there is none.
func ask(abi arch.ABI, number uint32, condition typed.Bool) (typed.Call, outcome) {
	call, ok, err := prove.Find(abi, number, condition)
	switch {
	case err != nil:
		return call, unknown
	case !ok:
		return call, noCall
	}
	return call, found
}
