package policy

import (
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// startable reports a layer that refuses every execve: that which starts the
// program happens under the filter already. native is the layer's section of the
// ABI with which programs are started.
func (p *Policy) startable(layer *typed.Layer, native *typed.Section, list *diag.List) {
	at := refusal(native)
	if at < 0 {
		return
	}
	f := &native.Filters[at]
	given := IsCommandLine(f)
	var d *diag.Diagnostic
	if given { // the same in every layer, and said once
		d = list.Reportf(diag.ExecveDenied, p.ActionSpan(f.Rule), "this rule denies execve, so no program can be started")
	} else {
		d = list.Reportf(diag.ExecveDenied, p.ActionSpan(f.Rule), "the policy %s denies execve, so it cannot start a program", layer.Name)
	}
	once, asks := onceBehind(native, at), p.whoAsksOnce()
	switch {
	case once != nil && given == IsCommandLine(once):
		d.Notef(p.FilterSpan(once), "this would let the program be started, but comes too late")
		d.Hintf("put the rule with %s before it", typed.OnceText)
	case asks != "" && given:
		d.Hintf("leave it out: the policy %s lets the program be started, and no other, by a rule with %s, which this goes before", asks, typed.OnceText)
	case asks != "": // beside which -e cannot allow execve
		d.Hintf("have a rule of %s before it allow execve: by %s of the policy %s no other program is executed", layer.Name, typed.OnceText, asks)
	case f.Rule.Implicit:
		d.Hintf("no rule allows execve: add a rule that does, or give -e 'allow execve'")
	case p.refusesAll():
		d.Hintf("to start the program and no other, give -e 'allow execve: %s' to go before it", typed.OnceText)
		d.Hintf("to have programs executed, give -e 'allow execve' to go before it")
	default:
		d.Hintf("this rule decides; give -e 'allow execve' to go before it")
	}
}

// whoAsksOnce returns the name of a policy that has once(), or "".
func (p *Policy) whoAsksOnce() string {
	for i := range p.Typed.Layers {
		if findOnce(p.Typed.Layers[i].ABIs) != nil {
			return p.Typed.Layers[i].Name
		}
	}
	return ""
}

// refusal returns the index of the filter that is certain to refuse an execve, or
// -1 if some arguments may pass.
func refusal(section *typed.Section) int {
	call, ok := section.ABI.Syscall("execve")
	if !ok {
		return -1
	}
	for i := range section.Filters {
		f := &section.Filters[i]
		constant, isConstant := f.When.(*typed.Truth)
		if !includes(f.Numbers, call.Number) || isConstant && !constant.Value {
			continue
		}
		switch {
		case f.Rule.Action.Kind == typed.Allow, f.Rule.Action.Kind == typed.Log:
			return -1
		case f.When == nil, isConstant:
			return i
		}
	}
	return -1
}

// onceBehind returns the filter with once() behind another, or nil.
func onceBehind(section *typed.Section, at int) *typed.Filter {
	for i := at + 1; i < len(section.Filters); i++ {
		if isOnce(&section.Filters[i]) {
			return &section.Filters[i]
		}
	}
	return nil
}

// refusesAll reports whether no layer lets a program be executed on any ABI, so
// that once() can stand before what refuses that.
func (p *Policy) refusesAll() bool {
	for i := range p.Typed.Layers {
		sections := p.Typed.Layers[i].ABIs
		for k := range sections {
			for _, name := range executing {
				if opening(&sections[k], name) != nil {
					return false
				}
			}
		}
	}
	return true
}

func includes(ranges []typed.NumberRange, number uint32) bool {
	for _, r := range ranges {
		if r.First <= number && number <= r.Last {
			return true
		}
	}
	return false
}
