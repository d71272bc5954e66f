package main

import (
	"time"

	elastic "github.com/elastic/go-seccomp-bpf"
	"sandbox/bpf"
)

// elasticPeer is elastic/go-seccomp-bpf.
type elasticPeer struct{}

func (elasticPeer) name() string { return "elastic" }

func (elasticPeer) compile(d *description) (bpf.Program, error) {
	policy, err := elasticPolicy(d)
	if err != nil {
		return bpf.Program{}, err
	}
	assembled, err := policy.Assemble()
	if err != nil {
		return bpf.Program{}, err
	}
	code := make([]bpf.Instruction, len(assembled))
	for i, in := range assembled {
		raw, err := in.Assemble()
		if err != nil {
			return bpf.Program{}, err
		}
		code[i] = bpf.Instruction{Op: raw.Op, Jt: raw.Jt, Jf: raw.Jf, K: raw.K}
	}
	return bpf.Verify(code)
}

func (elasticPeer) timed(d *description, n int) ([]time.Duration, error) {
	return repeat(n, func() error {
		policy, err := elasticPolicy(d)
		if err == nil {
			_, err = policy.Assemble()
		}
		return err
	})
}

// elasticPolicy makes a group of rules for each action, in the order of the
// description. It takes the names of its own tables.
func elasticPolicy(d *description) (*elastic.Policy, error) {
	policy := &elastic.Policy{DefaultAction: elastic.Action(d.fallback)}
	if d.fallback == bpf.Errno.With(1) {
		policy.DefaultAction = elastic.ActionErrno // EPERM is what it takes for that
	}
	var of bpf.Return
	for i := range d.rules {
		r := &d.rules[i]
		if i == 0 || r.action != of {
			of = r.action
			policy.Syscalls = append(policy.Syscalls, elastic.SyscallGroup{Action: elastic.Action(of)})
		}
		group := &policy.Syscalls[len(policy.Syscalls)-1]
		if len(r.when) == 0 {
			group.Names = append(group.Names, r.call)
			continue
		}
		conditions, err := elasticConditions(r)
		if err != nil {
			return nil, err
		}
		group.NamesWithCondtions = append(group.NamesWithCondtions, elastic.NameWithConditions{Name: r.call, Conditions: conditions})
	}
	return policy, nil
}

func elasticConditions(r *rule) (elastic.ArgumentConditions, error) {
	operations := [...]elastic.Operation{
		equal: elastic.Equal, notEqual: elastic.NotEqual, less: elastic.LessThan, lessOrEqual: elastic.LessOrEqual,
		greater: elastic.GreaterThan, greaterOrEqual: elastic.GreaterOrEqual,
	}
	var list elastic.ArgumentConditions
	for _, c := range r.when {
		condition := elastic.Condition{Argument: uint32(c.arg), Operation: operations[c.op], Value: c.value}
		if c.mask != allBits {
			if c.value != 0 {
				return nil, inexpressible("args & mask == value, for a value but 0")
			}
			condition.Operation, condition.Value = elastic.BitsNotSet, c.mask
		}
		list = append(list, condition)
	}
	return list, nil
}
