package policytest

import (
	"sandbox/arch"
	"sandbox/policy/typed"
)

// ConditionsOn returns the conditions that a policy puts on a register of a
// system call, as they are written: first those of the filters that are tried
// first.
func ConditionsOn(p *typed.Policy, abi arch.ABI, number uint32, register int) []string {
	var texts []string
	for i := range p.Layers {
		section := p.Layers[i].Section(abi.Audit())
		if section == nil {
			continue
		}
		for _, f := range section.Filters {
			if !typed.Contains(f.Numbers, number) {
				continue
			}
			for _, predicate := range predicatesOf(f.When, nil) {
				c := candidates{abi: abi}
				if c.collect(predicate.X); len(c.args[register]) > 0 {
					texts = append(texts, predicate.Text)
				}
			}
		}
	}
	return texts
}
