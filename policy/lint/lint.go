// Package lint warns of what a policy says and probably does not mean. Its
// warnings rest on the meaning of the checked policy, about which it asks the
// prover, and not on how the policy is written: a filter is called unreachable
// if no call whatsoever is left for it.
//
// What can be seen in a single filter is sandbox/policy/check's to find.
package lint

import (
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// Policy returns warnings about the meaning of a policy, sorted by place. Those
// about filters that are too complex to be judged are left out.
func Policy(p *policy.Policy) diag.List {
	var list diag.List
	for i := range p.Typed.Layers {
		l := newLinter(p, i)
		l.reach()
		for _, s := range l.sections {
			l.families(s)
			l.deeds(s)
			l.clone3(s)
			l.endings(s)
			l.takeover(s)
		}
		l.narrowABIs()
		list = append(list, l.list...)
	}
	list.Sort()
	return list
}

// A linter looks at one layer of a policy.
type linter struct {
	policy   *policy.Policy
	layer    *typed.Layer
	facts    *policy.Layer
	sections []*section
	list     diag.List
}

func newLinter(p *policy.Policy, i int) *linter {
	l := &linter{policy: p, layer: &p.Typed.Layers[i], facts: &p.Layers[i]}
	for k := range l.layer.ABIs {
		l.sections = append(l.sections, newSection(p.Typed, &l.layer.ABIs[k]))
	}
	return l
}
