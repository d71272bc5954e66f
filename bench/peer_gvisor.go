package main

import (
	"fmt"
	"time"

	"gvisor.dev/gvisor/pkg/seccomp"
	"sandbox/bpf"
)

// gvisor is gVisor's pkg/seccomp, with its optimisations, told which calls are
// the most frequent ones.
type gvisor struct{ hot []uintptr }

func (gvisor) name() string { return "gVisor" }

func (g gvisor) compile(d *description) (bpf.Program, error) {
	program, err := g.program(d)
	if err != nil {
		return bpf.Program{}, err
	}
	built, _, err := program.Build()
	if err != nil {
		return bpf.Program{}, err
	}
	code := make([]bpf.Instruction, len(built))
	for i, in := range built {
		code[i] = bpf.Instruction{Op: in.OpCode, Jt: in.JumpIfTrue, Jf: in.JumpIfFalse, K: in.K}
	}
	return bpf.Verify(code)
}

func (g gvisor) timed(d *description, n int) ([]time.Duration, error) {
	return repeat(n, func() error {
		program, err := g.program(d)
		if err == nil {
			_, _, err = program.Build()
		}
		return err
	})
}

// program makes a policy of rule sets: one for each action, in the order
// of the description.
func (g gvisor) program(d *description) (*seccomp.Program, error) {
	fallback, err := gvisorAction(d.fallback)
	if err != nil {
		return nil, err
	}
	program := &seccomp.Program{Options: seccomp.ProgramOptions{
		DefaultAction: fallback,
		BadArchAction: seccomp.KillProcess,
		HotSyscalls:   g.hot,
	}}
	var of bpf.Return
	for i := range d.rules {
		r := &d.rules[i]
		if i == 0 || r.action != of {
			of = r.action
			action, err := gvisorAction(of)
			if err != nil {
				return nil, err
			}
			program.RuleSets = append(program.RuleSets, seccomp.RuleSet{Rules: seccomp.NewSyscallRules(), Action: action})
		}
		rules := program.RuleSets[len(program.RuleSets)-1].Rules
		rules.Add(uintptr(r.number), gvisorRule(r))
	}
	return program, nil
}

// gvisorRule returns the conjunction of comparisons: in one PerArg as long as no
// argument is compared twice.
func gvisorRule(r *rule) seccomp.SyscallRule {
	if len(r.when) == 0 {
		return seccomp.MatchAll{}
	}
	rules := seccomp.And{}
	var one seccomp.PerArg
	for _, c := range r.when {
		if one[c.arg] != nil {
			rules = append(rules, one)
			one = seccomp.PerArg{}
		}
		one[c.arg] = gvisorMatcher(c)
	}
	if len(rules) == 0 {
		return one
	}
	return append(rules, one)
}

func gvisorMatcher(c comparison) seccomp.ValueMatcher {
	value := uintptr(c.value)
	switch c.op {
	case equal:
		if c.mask != allBits {
			return seccomp.MaskedEqual(uintptr(c.mask), value)
		}
		return seccomp.EqualTo(value)
	case notEqual:
		return seccomp.NotEqual(value)
	case less:
		return seccomp.LessThan(value)
	case lessOrEqual:
		return seccomp.LessThanOrEqual(value)
	case greater:
		return seccomp.GreaterThan(value)
	default:
		return seccomp.GreaterThanOrEqual(value)
	}
}

func gvisorAction(action bpf.Return) (seccomp.Action, error) {
	switch action.Action() {
	case bpf.Allow:
		return seccomp.Allow, nil
	case bpf.KillProcess:
		return seccomp.KillProcess, nil
	case bpf.Trap:
		return seccomp.Trap, nil // without data
	case bpf.Errno:
		return seccomp.ReturnError.Code(action.Data()), nil
	}
	return "", fmt.Errorf("no action of gVisor's is %v", action)
}
