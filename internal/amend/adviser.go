package amend

import (
	"math/big"
	"slices"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// An Adviser makes suggestions about policies that are loaded. It is for one
// goroutine.
type Adviser struct {
	guarded *policy.Policy
	machine arch.ABI
	known   map[string]*Suggestion
}

// New returns the adviser for guarded policies, as they are in force on a machine,
// which is given by its 64-bit ABI.
func New(guarded *policy.Policy, machine arch.ABI) *Adviser {
	return &Adviser{guarded: guarded, machine: machine, known: make(map[string]*Suggestion)}
}

// Suggest returns the edit for a call that is denied, or would be, by a decision
// of the policies. It takes as long as a start does, but for calls that are the
// same in all that a filter can hold.
func (a *Adviser) Suggest(call *typed.Call, decision *typed.Decision) *Suggestion {
	abi, ok := arch.ByAudit(call.Arch)
	switch {
	case !ok:
		return &Suggestion{Obstacle: UnknownArch}
	case decision.Filter == nil:
		return &Suggestion{ABI: abi, Obstacle: NotServed}
	case abi == arch.X86_64 && call.Nr >= arch.X32Bit && call.Nr != ^uint32(0):
		return &Suggestion{ABI: abi, Obstacle: X32}
	case executes(abi, call) && a.guarded.AsksOnce():
		return &Suggestion{ABI: abi, Obstacle: BesideOnce, Once: a.once()}
	}
	p := newPin(abi, call)
	key := abi.String() + " " + p.filter()
	if known, ok := a.known[key]; ok {
		return known
	}
	s := a.try(call, &p)
	a.known[key] = s
	return s
}

// executes reports whether a call executes a program.
func executes(abi arch.ABI, call *typed.Call) bool {
	known, ok := abi.Numbered(call.Nr)
	return ok && (known.Name == "execve" || known.Name == "execveat")
}

// once returns the filters with once(): of the command line each, of a policy one.
func (a *Adviser) once() (list []Once) {
	add := func(o Once) {
		if !slices.ContainsFunc(list, o.same) {
			list = append(list, o)
		}
	}
	for i := range a.guarded.Typed.Layers {
		layer := &a.guarded.Typed.Layers[i]
		for k := range layer.ABIs {
			for n := range layer.ABIs[k].Filters {
				f := &layer.ABIs[k].Filters[n]
				switch {
				case !f.AsksOnce():
				case policy.IsCommandLine(f):
					add(Once{Filter: f})
				default:
					add(Once{Policy: layer.Name, Filter: f})
				}
			}
		}
	}
	return list
}

// same reports whether one has to do the same about both.
func (o Once) same(other Once) bool {
	return o.Policy == other.Policy && (o.Policy != "" || o.Filter.At == other.Filter.At)
}

// try tries the rule of a pin, and finds out what it does.
func (a *Adviser) try(call *typed.Call, p *pin) *Suggestion {
	s := &Suggestion{ABI: p.abi, Filter: p.filter(), Free: p.free, Passing: p.passing, Every: len(p.conditions) == 0}
	before, after := a.guarded, a.with(s.Filter, nil)
	if after == nil && len(a.guarded.Typed.ABIs()) > 1 {
		s.Limited = true
		abis := []arch.ABI{p.abi}
		before, after = a.load(a.guarded.Rules(), abis), a.with(s.Filter, abis)
	}
	if after == nil || before == nil {
		return &Suggestion{ABI: p.abi, Obstacle: NotFound}
	}
	switch decision := after.Typed.Decide(call); {
	case decision.Action.Kind == typed.Allow:
	case &after.Typed.Layers[decision.Layer] == policy.Guard(after.Typed):
		return &Suggestion{ABI: p.abi, Obstacle: Guard}
	default:
		return &Suggestion{ABI: p.abi, Obstacle: NotFound}
	}
	s.compare(call, p, before, after)
	a.findHomes(s, call, after)
	return s
}

// with returns the policies with one more rule in front, or nil if that cannot
// be. They are guarded as those that are in force.
func (a *Adviser) with(filter string, abis []arch.ABI) *policy.Policy {
	return a.load(append([]string{"allow " + filter}, a.guarded.Rules()...), abis)
}

// load returns the policies with other rules of the command line; for some ABIs,
// or if abis is nil, for all.
func (a *Adviser) load(rules []string, abis []arch.ABI) *policy.Policy {
	loaded, list := a.guarded.Reload(rules, abis)
	if list.Failed() {
		return nil
	}
	return loaded.On(a.machine).Guarded()
}

// compare finds out what the edit changes. Beside the calls of a number of an ABI
// that are the same in the pinned bits, these are others: that is what the prover
// says, whatever the edit was meant to be.
func (s *Suggestion) compare(call *typed.Call, p *pin, before, after *policy.Policy) {
	found, err := prove.Compare(prove.PolicySide(before.Typed), prove.PolicySide(after.Typed), nil)
	if err != nil || len(found.Open) > 0 {
		s.Unsure = true
		return
	}
	numbers := []typed.NumberRange{{First: call.Nr, Last: call.Nr}}
	room := new(big.Int).Lsh(big.NewInt(1), prove.CallBits-p.bits)
	for i := range found.Changes {
		c := &found.Changes[i]
		on, known := c.ABI()
		switch {
		case known && on == p.abi && c.Wider() && slices.Equal(c.Numbers, numbers) && room.Cmp(c.Count) >= 0:
			room.Sub(room, c.Count)
		case known && on != p.abi && c.Wider() && p.isOf(on, c.Numbers):
			if !slices.Contains(s.Also, on) {
				s.Also = append(s.Also, on)
			}
		default:
			s.Others = append(s.Others, *c)
		}
	}
}
