package policy

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/check"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// executing are the system calls that execute programs.
var executing = [...]string{"execve", "execveat"}

// checkOnce reports what a layer with once() leaves open. That condition says of
// one execve that it passes; that no other does is for the rest of the layer to
// see to, on every ABI that it serves.
func (b *lowering) checkOnce(sections []typed.Section) {
	once := findOnce(sections)
	if once == nil || b.list.Failed() {
		return
	}
	places := &Policy{origins: &origins{list: b.origins.list}}
	var d *diag.Diagnostic
	earlier := false
	for i := range sections {
		for _, name := range executing {
			f := opening(&sections[i], name)
			if f == nil {
				continue
			}
			if d == nil {
				d = b.list.Reportf(diag.MoreThanOnce, places.FilterSpan(once), "%s does not keep programs from being executed: %s on %s can pass", typed.OnceText, name, sections[i].ABI)
			}
			note := "lets " + name + " pass on " + sections[i].ABI.String()
			if f.Rule.Implicit {
				d.Notef(places.ActionSpan(f.Rule), "the default %s", note)
			} else {
				d.Notef(places.FilterSpan(f), "this %s", note)
			}
			earlier = earlier || before(&sections[i], f)
		}
	}
	switch {
	case d == nil:
	case earlier:
		d.Hintf("take execve and execveat out of what goes before, and refuse them after it")
	case IsCommandLine(once):
		d.Hintf("refuse them after it: -e 'deny execve, execveat'")
	default:
		d.Hintf(`refuse them in the next rule: action = "errno(EPERM)", filters = ["execve, execveat"]`)
	}
}

// findOnce returns a filter whose condition is once(), or nil.
func findOnce(sections []typed.Section) *typed.Filter {
	for i := range sections {
		for k := range sections[i].Filters {
			if sections[i].Filters[k].AsksOnce() {
				return &sections[i].Filters[k]
			}
		}
	}
	return nil
}

// opening returns the first filter of a section that may let a call pass, or
// somebody else decide about it, other than by once(); nil if there is none.
func opening(section *typed.Section, name string) *typed.Filter {
	call, ok := section.ABI.Syscall(name)
	if !ok {
		return nil
	}
	for i := range section.Filters {
		f := &section.Filters[i]
		if !includes(f.Numbers, call.Number) || isOnce(f) {
			continue
		}
		if f.Rule.Action.Kind < typed.Errno {
			return f
		}
		if f.When == nil {
			return nil
		}
	}
	return nil
}

// isOnce reports whether a filter's condition is once(), which is false on ABIs
// with which no program is started.
func isOnce(f *typed.Filter) bool {
	p, ok := f.When.(*typed.Predicate)
	return ok && p.Once
}

// before reports whether a filter stands before that of once(), in a section in
// which there is one.
func before(section *typed.Section, f *typed.Filter) bool {
	for i := range section.Filters {
		switch {
		case isOnce(&section.Filters[i]):
			return false
		case &section.Filters[i] == f:
			return true
		}
	}
	return false
}

// AsksOnce reports whether the policy has a filter with once().
func (p *Policy) AsksOnce() bool { return p.Typed.AsksOnce() }

// WithOnce returns the policy with another meaning of once(), as that of
// addresses that are drawn: see [typed.OnceAt]. What is shown of it does not have
// them.
func (p *Policy) WithOnce(meaning typed.Bool) *Policy {
	changed := *p
	changed.Typed = p.Typed.WithOnce(meaning)
	return &changed
}

// OnceInstalled returns the policy as [typed.Policy.OnceInstalled] does.
func (p *Policy) OnceInstalled() *Policy {
	changed := *p
	changed.Typed = p.Typed.OnceInstalled()
	return &changed
}

// OnceAlways returns the policy with once() true of every execve with which
// programs are started: what is left to a filter for it alone.
func (p *Policy) OnceAlways() *Policy { return p.WithOnce(&typed.Truth{Value: true}) }

// OnceOver returns the policy as it is after the program was started: once() is
// true of no call.
func (p *Policy) OnceOver() *Policy { return p.WithOnce(&typed.Truth{}) }

// OnceElse returns the action that an execve on a machine, given by its 64-bit
// ABI, gets where once() is not true of it. It must not depend on the arguments
// of the execve if once() is to be held by a filter of its own.
func (p *Policy) OnceElse(machine arch.ABI) (typed.Action, diag.List) {
	action, ok := p.Typed.OnceElse(machine)
	if ok {
		return action, nil
	}
	var list diag.List
	for i := range p.Typed.Layers {
		if once := findOnce(p.Typed.Layers[i].ABIs); once != nil {
			list.Reportf(diag.OnceVaries, p.SpanOf(once.When.(*typed.Predicate).At, typed.OnceText), "what execve gets where %s is not true depends on its arguments", typed.OnceText).
				Labelf("a compiled program leaves this to a second filter, which knows one action only").
				Hintf("take the conditions from other filters about execve, or start the program by -p instead of --program")
			break
		}
	}
	return typed.Action{}, list
}

// startsProgram reports whether a call is written execve(once()), which is the
// one that starts programs, and gives it its registers.
func startsProgram(abi arch.ABI, written *filter.Call, call *typed.Call, list *diag.List) bool {
	if written.Name != "execve" || len(written.Args) != 1 {
		return false
	}
	once, ok := written.Args[0].(*filter.Apply)
	if !ok || !check.IsOnce(once) {
		return false
	}
	if abi.Machine() != abi {
		list.Reportf(diag.MisplacedOnce, once.At, "no program is started by an execve of %s", abi).
			Hintf("on this machine it is one of %s", abi.Machine())
	}
	placeholders := typed.OncePlaceholders()
	copy(call.Args[:], placeholders[:])
	return true
}
