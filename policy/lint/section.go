package lint

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A section is what one layer says about one ABI, and what is known of it.
type section struct {
	*typed.Section
	policy *typed.Policy // all layers: what one refuses, no other lets pass
	facts  []prove.Facts
	named  map[uint32][]int // by number: the written filters that name the call, by index
	fates  map[string]fate  // those asked for so far
}

func newSection(p *typed.Policy, s *typed.Section) *section {
	out := &section{Section: s, policy: p, facts: prove.Inspect(s), named: make(map[uint32][]int), fates: make(map[string]fate)}
	for i := range s.Filters {
		if s.Filters[i].Rule.Implicit {
			continue
		}
		for _, call := range callsNamed(s.ABI, s.Filters[i].Text) {
			if typed.Contains(s.Filters[i].Numbers, call.Number) {
				out.named[call.Number] = append(out.named[call.Number], i)
			}
		}
	}
	return out
}

// callsNamed returns the calls that a filter names one by one: who writes a
// group or "*" thinks of many.
func callsNamed(abi arch.ABI, text string) []*arch.Syscall {
	source := diag.Source{Text: text}
	parsed, _ := filter.Parse(source.Whole())
	if parsed == nil {
		return nil
	}
	var calls []*arch.Syscall
	for i := range parsed.Selectors {
		s := &parsed.Selectors[i]
		if s.Exclude || s.Kind != filter.SelectName {
			continue
		}
		if call, ok := abi.Syscall(s.Name); ok {
			calls = append(calls, call)
		}
	}
	return calls
}

// selects reports whether a written filter selects a number, but for the one
// of an index.
func (s *section) selects(number uint32, but int) bool {
	for i := range s.Filters {
		if i != but && !s.Filters[i].Rule.Implicit && typed.Contains(s.Filters[i].Numbers, number) {
			return true
		}
	}
	return false
}

// A fate is what the whole policy does with the calls of one number.
type fate struct {
	passes  bool // some are executed
	refused bool // some are not
	known   bool // false: the filters are too complex to say
}

// fate returns what becomes of a call by its name; it neither passes nor is
// refused on an ABI that lacks it.
func (s *section) fate(name string) fate {
	f, ok := s.fates[name]
	if !ok {
		f = s.findFate(name)
		s.fates[name] = f
	}
	return f
}

func (s *section) findFate(name string) fate {
	call, ok := s.ABI.Syscall(name)
	if !ok {
		return fate{known: true}
	}
	actions, err := prove.Actions(s.policy, s.ABI, call.Number, nil)
	if err != nil {
		return fate{}
	}
	f := fate{known: true}
	for _, a := range actions {
		if passes(a) {
			f.passes = true
		} else {
			f.refused = true
		}
	}
	return f
}

// always reports that every such call is executed.
func (f fate) always() bool { return f.known && f.passes && !f.refused }

// never reports that there is such a call and none of them is executed.
func (f fate) never() bool { return f.known && f.refused && !f.passes }

// passes reports whether an action executes the call. A tracer or supervisor
// may execute it as well; it was asked to judge.
func passes(a typed.Action) bool { return a.Kind <= typed.Log }

// does reports whether some call passes that uses its argument so.
func (s *section) does(u use) bool {
	call, ok := s.ABI.Syscall(u.call)
	if !ok {
		return false
	}
	var condition typed.Bool
	if u.param != "" {
		param, ok := call.Param(u.param)
		if !ok {
			return false
		}
		masked := &typed.Binary{
			Op: typed.BitAnd,
			X:  &typed.Load{Low: typed.ArgLow(int(param.Low))},
			Y:  &typed.Value{Of: typed.U32, Bits: u.mask},
		}
		condition = &typed.Compare{Op: typed.Eq, X: masked, Y: &typed.Value{Of: typed.U32, Bits: u.value}}
	}
	return s.lets(call.Number, condition)
}

// lets reports whether some call of a number passes for which a condition holds.
func (s *section) lets(number uint32, where typed.Bool) bool {
	actions, err := prove.Actions(s.policy, s.ABI, number, where)
	return err == nil && slices.ContainsFunc(actions, passes)
}
