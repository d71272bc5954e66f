package prove

import (
	"fmt"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A Side is something that decides about system calls: one of the two that are
// compared. The zero value is none.
type Side struct {
	policy    *typed.Policy
	programs  []bpf.Program
	bigEndian bool
}

// PolicySide returns a policy as a side.
func PolicySide(p *typed.Policy) Side { return Side{policy: p} }

// ProgramSide returns programs, as installed one after the other on a machine of
// a byte order, as a side: the most restrictive of their actions is taken, and of
// equally restrictive ones the newest, that is the last. A process has such a
// stack, often of one program.
func ProgramSide(bigEndian bool, programs ...bpf.Program) Side {
	return Side{programs: programs, bigEndian: bigEndian}
}

// Decide returns what the side does with a call: as the evaluator, or the
// emulator, says.
func (s *Side) Decide(c *typed.Call) typed.Action {
	if s.policy != nil {
		return s.policy.Decide(c).Action
	}
	data := bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}
	var taken bpf.Return
	for i, p := range s.programs {
		r, _ := p.Run(&data, s.bigEndian)
		if i == 0 || precedes(uint32(r), uint32(taken)) {
			taken = r
		}
	}
	return actionOf(uint32(taken.Effective()))
}

// check refuses sides that decide nothing.
func (s *Side) check() error {
	if s.policy != nil {
		if len(s.policy.Layers) == 0 {
			return errEmpty
		}
		return nil
	}
	if len(s.programs) == 0 {
		return errEmpty
	}
	for i, p := range s.programs {
		if p.IsZero() {
			return fmt.Errorf("program %d of %d is empty: %w", i+1, len(s.programs), errEmpty)
		}
	}
	return nil
}

// components returns what makes up the side, the oldest first.
func (s *Side) components() []component {
	if s.policy != nil {
		return []component{&policyComponent{newMeaning(nil, nil, s.policy)}}
	}
	var list []component
	for _, p := range s.programs {
		x := newExecution(p, s.bigEndian)
		x.stacked = len(s.programs) > 1
		list = append(list, &programComponent{x})
	}
	return list
}

// actionOf is the opposite of returnValue, for effective values.
func actionOf(value uint32) typed.Action {
	a := typed.Action{Kind: typed.ActionKind(rank(value))}
	switch a.Kind {
	case typed.Errno, typed.Trap, typed.Trace:
		a.Data = bpf.Return(value).Data()
	}
	return a
}
