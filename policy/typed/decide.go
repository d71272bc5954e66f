package typed

import (
	"slices"

	"sandbox/arch"
)

// A Decision is what a policy says about a call, and why.
type Decision struct {
	Action Action
	Layer  int     // the index of the layer whose action was taken
	Rule   *Rule   // the rule that decided in that layer
	Filter *Filter // its filter; nil where the layer does not serve the ABI
}

// Decide returns the policy's decision about a call: the meaning of policies.
func (p *Policy) Decide(c *Call) Decision {
	decision := p.Layers[0].Decide(c)
	for i := 1; i < len(p.Layers); i++ {
		next := p.Layers[i].Decide(c)
		if next.Action.Kind >= decision.Action.Kind {
			next.Layer = i
			decision = next
		}
	}
	return decision
}

// Decide returns what the layer alone says about a call.
func (l *Layer) Decide(c *Call) Decision {
	section := l.Section(c.Arch)
	if section == nil {
		return Decision{Action: l.Unserved.Action, Rule: l.Unserved}
	}
	for i := range section.Filters {
		f := &section.Filters[i]
		if Contains(f.Numbers, c.Nr) && (f.When == nil || Holds(f.When, c)) {
			return Decision{Action: f.Rule.Action, Rule: f.Rule, Filter: f}
		}
	}
	panic("typed: a section without a filter for every call")
}

// Section returns what the layer says about the ABI with the given
// AUDIT_ARCH_* value, or nil if it does not serve it.
func (l *Layer) Section(audit uint32) *Section {
	for i := range l.ABIs {
		if l.ABIs[i].ABI.Audit() == audit {
			return &l.ABIs[i]
		}
	}
	return nil
}

// ABIs returns the ABIs that any layer serves, sorted. A call of another ABI
// is decided by the layers' Unserved rules.
func (p *Policy) ABIs() []arch.ABI {
	var abis []arch.ABI
	for i := range p.Layers {
		for j := range p.Layers[i].ABIs {
			abis = append(abis, p.Layers[i].ABIs[j].ABI)
		}
	}
	slices.Sort(abis)
	return slices.Compact(abis)
}
