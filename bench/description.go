package main

import (
	"fmt"
	"slices"

	"sandbox/arch"
	"sandbox/bpf"
)

// native is the ABI that the policies are about: that of the machine on which
// programs are installed and peers are run.
const native = arch.X86_64

// A description says what a policy decides, in terms that every peer has: from
// it our TOML and each peer's calls are made. Calls that no rule matches get
// the default. Rules of different actions do not overlap, so that their order
// does not matter: some peers have none.
type description struct {
	name     string
	fallback bpf.Return
	rules    []rule

	// calls are made by the table of costs on the live kernel, if there are any.
	calls []liveCall
}

// A rule matches calls of one number for which all comparisons hold.
type rule struct {
	action bpf.Return
	call   string // by its name on x86_64
	number uint32
	when   []comparison
}

// A comparison is about args[arg], all 64 bits of it, as an unsigned number:
// args[arg] & mask op value.
type comparison struct {
	arg   int
	mask  uint64 // all ones unless op is equal
	op    operator
	value uint64
}

// An operator compares two unsigned numbers.
type operator uint8

const (
	equal operator = iota
	notEqual
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// operators are spelt as in our filter language.
var operators = [...]string{equal: "==", notEqual: "!=", less: "<", lessOrEqual: "<=", greater: ">", greaterOrEqual: ">="}

const allBits = ^uint64(0)

func (c comparison) holds(x uint64) bool {
	x &= c.mask
	switch c.op {
	case equal:
		return x == c.value
	case notEqual:
		return x != c.value
	case less:
		return x < c.value
	case lessOrEqual:
		return x <= c.value
	case greater:
		return x > c.value
	default:
		return x >= c.value
	}
}

// matching returns arguments for which the rule matches, small where it leaves a
// choice and 0 where it does not look.
func (r *rule) matching() ([6]uint64, error) {
	var args [6]uint64
	for i := range args {
		var about []comparison
		candidates := []uint64{0, 1}
		for _, c := range r.when {
			if c.arg == i {
				about = append(about, c)
				candidates = append(candidates, c.value, c.value+1, c.value-1)
			}
		}
		found := slices.IndexFunc(candidates, func(x uint64) bool {
			return !slices.ContainsFunc(about, func(c comparison) bool { return !c.holds(x) })
		})
		if found < 0 {
			return args, fmt.Errorf("no arguments of %s were found that its rule matches", r.call)
		}
		args[i] = candidates[found]
	}
	return args, nil
}

// checked returns the rules that look at arguments, by number, and the numbers
// sorted.
func (d *description) checked() (map[uint32][]*rule, []uint32) {
	of := make(map[uint32][]*rule)
	var numbers []uint32
	for i := range d.rules {
		r := &d.rules[i]
		if len(r.when) == 0 {
			continue
		}
		if of[r.number] == nil {
			numbers = append(numbers, r.number)
		}
		of[r.number] = append(of[r.number], r)
	}
	slices.Sort(numbers)
	return of, numbers
}

// lastNumber is the highest number of a system call of x86_64 of which the
// figures for denied numbers take account.
const lastNumber = 461

// outright returns the numbers from 0 to lastNumber that are decided without a
// look at arguments: those that are allowed, and all others.
func (d *description) outright() (allowed, denied []uint32) {
	decided := make(map[uint32]*rule)
	for i := range d.rules {
		decided[d.rules[i].number] = &d.rules[i]
	}
	for number := range uint32(lastNumber + 1) {
		r := decided[number]
		switch {
		case r == nil && d.fallback == bpf.Allow, r != nil && len(r.when) == 0 && r.action == bpf.Allow:
			allowed = append(allowed, number)
		case r == nil || len(r.when) == 0:
			denied = append(denied, number)
		}
	}
	return allowed, denied
}

// argumentRules counts the rules that look at arguments.
func (d *description) argumentRules() int {
	n := 0
	for i := range d.rules {
		if len(d.rules[i].when) > 0 {
			n++
		}
	}
	return n
}
