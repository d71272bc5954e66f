package policy

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// layer adds the layer of one policy: its files in order, lowered for each ABI
// that it serves.
func (l *loader) layer(p *Policy, name string, top *file, command []*rule) {
	files := top.inOrder()
	rules := slices.Clone(command)
	broken := false
	for _, f := range files {
		rules = append(rules, f.rules...)
		broken = broken || f.broken
	}
	s := settle(top, &l.list)
	whole := diag.Span{Source: top.source}
	if !s.fallback.isSet() && !broken {
		l.list.Reportf(diag.MissingDefault, whole, "the policy has no default: what happens when no rule matches?").
			Hintf(`write default = "errno(EPERM)" above the first table`)
	}
	s.complete()
	served, absent := l.serve(s.abi)
	if slices.Contains(served, 0) {
		l.list.Reportf(diag.NotServed, whole, "the policy does not say which ABIs it serves, and this machine has none of them").
			Hintf(`write abi = ["x86_64"], for example, or give --abi`)
		return
	}
	abis := served
	if l.request.TestABIs && !s.abi.isSet() && len(l.request.ABIs) == 0 {
		abis = withTestABIs(served, top.tests)
	}
	b := &lowering{
		list:     &l.list,
		settings: s,
		rules:    rules,
		abis:     abis,
		scope:    top.scope,
		origins:  p.origins,
	}
	p.Typed.Layers = append(p.Typed.Layers, typed.Layer{
		Name:     name,
		ABIs:     b.sections(),
		Unserved: b.unserved(),
		Budget:   s.typedBudget(),
	})
	p.Layers = append(p.Layers, Layer{
		Name:   name,
		Files:  len(files),
		Rules:  len(rules),
		Kernel: s.kernel.value,
		absent: absent,
		abiAt:  s.abi.at,
		top:    top,
		rules:  rules,
		served: served,
		asked:  l.request.ABIs,
	})
	b.warnOfABIs()
	if l.list.Failed() || !s.fallback.value.passes() {
		return
	}
	// As an empty profile that means no confinement (CVE-2023-2431).
	switch {
	case len(rules) == 0:
		l.list.Reportf(diag.ConfinesNoCall, s.fallback.at, "the policy would confine nothing: it has no rules, and its default lets every call pass").
			Hintf("write a [[rule]], or extend a policy that has one")
	case s.fallback.value.kind == typed.Allow && !doesMore(p.Typed.Layers[len(p.Typed.Layers)-1].ABIs):
		l.list.Reportf(diag.OnlyAllows, s.fallback.at, "the policy confines nothing: on the ABIs that it serves its rules only allow calls, and so does its default").
			Hintf(`write default = "errno(EPERM)", or a rule that refuses calls`)
	}
}

// doesMore reports whether a written rule does something else than to allow.
func doesMore(sections []typed.Section) bool {
	for i := range sections {
		for k := range sections[i].Filters {
			if rule := sections[i].Filters[k].Rule; !rule.Implicit && rule.Action.Kind != typed.Allow {
				return true
			}
		}
	}
	return false
}

// serve returns the ABIs for which a policy is lowered, sorted, and those that
// --abi asks for although the policy does not serve them.
func (l *loader) serve(stated setting[[]arch.ABI]) (served, absent []arch.ABI) {
	asked := slices.Clone(l.request.ABIs)
	slices.Sort(asked)
	asked = slices.Compact(asked)
	switch {
	case !stated.isSet() && len(asked) == 0:
		return []arch.ABI{l.request.Native}, nil
	case !stated.isSet():
		return asked, nil
	case len(asked) == 0:
		return stated.value, nil
	}
	for _, abi := range asked {
		if slices.Contains(stated.value, abi) {
			served = append(served, abi)
		} else {
			absent = append(absent, abi)
		}
	}
	return served, absent
}
