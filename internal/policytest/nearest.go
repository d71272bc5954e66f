package policytest

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"sandbox/arch"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// Nearest returns the call nearest to one that a policy denies which it allows
// or logs: of the same number, with as few registers changed as can be, and of
// their bits none that could stay, from the highest on. Both the call and that
// there is none (found false) are exact, for calls from the same address. The error is a *prove.GivenUp if the policy
// says too much about the number.
func Nearest(p *typed.Policy, call *typed.Call) (near typed.Call, found bool, err error) {
	abi, ok := arch.ByAudit(call.Arch)
	switch {
	case lets(p.Decide(call).Action):
		return *call, true, nil
	case !ok:
		return near, false, nil
	}
	s := nearestSearch{abi: abi, call: *call}
	s.wanted = both(s.allowed(p), &typed.Compare{
		Op: typed.Eq,
		X:  &typed.Load{Low: typed.WordIPLow, High: typed.WordIPHigh, Wide: true},
		Y:  &typed.Value{Of: typed.U64, Bits: call.IP},
	})
	if _, ok, err := s.find(s.wanted); !ok {
		return near, false, err
	}
	for _, change := range s.subsets() {
		near, ok, err := s.find(both(s.wanted, s.kept(change)))
		if err != nil {
			return near, false, err
		}
		if ok {
			near, err = s.settle(near, change)
			return near, err == nil, err
		}
	}
	return near, false, fmt.Errorf("the prover contradicts itself about the call %+v: this is a bug in sandbox", *call)
}

// A nearestSearch looks for calls that differ from one in some registers.
type nearestSearch struct {
	abi    arch.ABI
	call   typed.Call
	wanted typed.Bool
	read   candidates // says which registers the policy reads
}

func (s *nearestSearch) find(condition typed.Bool) (typed.Call, bool, error) {
	if condition == nil {
		return typed.Call{}, false, nil
	}
	return prove.Find(s.abi, s.call.Nr, condition)
}

// allowed returns when the policy allows a call of the number; nil: never.
func (s *nearestSearch) allowed(p *typed.Policy) typed.Bool {
	var all typed.Bool = &typed.Truth{Value: true}
	for i := range p.Layers {
		all = both(all, s.allowedBy(&p.Layers[i]))
	}
	return all
}

func (s *nearestSearch) allowedBy(l *typed.Layer) typed.Bool {
	section := l.Section(s.call.Arch)
	if section == nil {
		return constantly(lets(l.Unserved.Action))
	}
	var allowed typed.Bool // by the filters from the one at hand
	for _, f := range slices.Backward(section.Filters) {
		if !typed.Contains(f.Numbers, s.call.Nr) {
			continue
		}
		s.read.collect(f.When)
		switch lets := lets(f.Rule.Action); {
		case f.When == nil:
			allowed = constantly(lets)
		case lets:
			allowed = either(f.When, allowed)
		default:
			allowed = both(&typed.NotExpr{X: f.When}, allowed)
		}
	}
	return allowed
}

// lets reports whether an action lets a call be made.
func lets(a typed.Action) bool { return a.Kind == typed.Allow || a.Kind == typed.Log }

// constantly returns a condition that is always true, or nil.
func constantly(held bool) typed.Bool {
	if !held {
		return nil
	}
	return &typed.Truth{Value: true}
}

// subsets returns the sets of registers that the policy reads, bit i standing
// for register i, the smallest first.
func (s *nearestSearch) subsets() []uint8 {
	var read uint8
	for i := range s.read.args {
		if len(s.read.args[i]) > 0 {
			read |= 1 << i
		}
	}
	var list []uint8
	for set := range 1 << len(s.read.args) {
		if set != 0 && uint8(set)&^read == 0 {
			list = append(list, uint8(set))
		}
	}
	slices.SortStableFunc(list, func(a, b uint8) int {
		return cmp.Compare(bits.OnesCount8(a), bits.OnesCount8(b))
	})
	return list
}

// kept returns when all registers but those to change are as they were.
func (s *nearestSearch) kept(change uint8) typed.Bool {
	var all typed.Bool = &typed.Truth{Value: true}
	for i := range s.call.Args {
		if change>>i&1 == 0 {
			all = both(all, s.keptBits(i, ^uint64(0)))
		}
	}
	return all
}

// keptBits returns when the bits of a register are as they were.
func (s *nearestSearch) keptBits(register int, mask uint64) typed.Bool {
	return &typed.Compare{
		Op: typed.Eq,
		X: &typed.Binary{
			Op: typed.BitAnd,
			X:  &typed.Load{Low: typed.ArgLow(register), High: typed.ArgHigh(register), Wide: true},
			Y:  &typed.Value{Of: typed.U64, Bits: mask},
		},
		Y: &typed.Value{Of: typed.U64, Bits: s.call.Args[register] & mask},
	}
}

// settle gives the registers to change back the bits that the policy lets them
// keep, the highest first, so that numbers stay near as well as flags.
func (s *nearestSearch) settle(near typed.Call, change uint8) (typed.Call, error) {
	condition := both(s.wanted, s.kept(change))
	for i := range s.call.Args {
		if change>>i&1 == 0 {
			continue
		}
		was := s.call.Args[i]
		var mask uint64
		for bit := uint64(1) << 63; bit != 0; bit >>= 1 {
			if near.Args[i]&bit == was&bit {
				mask |= bit // as it is
				continue
			}
			call, ok, err := s.find(both(condition, s.keptBits(i, mask|bit)))
			if err != nil {
				return near, err
			}
			if ok {
				near, mask = call, mask|bit
			}
		}
		condition = both(condition, s.keptBits(i, mask))
	}
	return near, nil
}
