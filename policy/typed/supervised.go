package typed

// Supervised returns the policy as it is installed where a supervisor answers:
// every errno is a notification, and nothing else is changed. The supervisor
// gives the errno that the policy itself has for the call. Kills and traps stay
// what they are, so that they need nobody.
func (p *Policy) Supervised() *Policy {
	return p.notifying(func(k ActionKind) bool { return k == Errno })
}

// Audited returns the policy as it is installed where a supervisor looks on:
// whatever refuses a call is a notification.
func (p *Policy) Audited() *Policy {
	return p.notifying(func(k ActionKind) bool { return k >= Errno })
}

// notifying returns the policy with a notification for each action of some
// kinds. Rules are copied with all that they say; what needs no change is
// shared.
func (p *Policy) notifying(replaced func(ActionKind) bool) *Policy {
	var was, is *Rule // the last rule, and what became of it: a rule's filters stand together
	change := func(r *Rule) *Rule {
		if !replaced(r.Action.Kind) {
			return r
		}
		if r != was {
			c := *r
			c.Action = Action{Kind: Notify}
			was, is = r, &c
		}
		return is
	}
	changed := &Policy{Layers: make([]Layer, len(p.Layers))}
	for i, layer := range p.Layers {
		sections := make([]Section, len(layer.ABIs))
		for k, section := range layer.ABIs {
			filters := make([]Filter, len(section.Filters))
			for n, f := range section.Filters {
				f.Rule = change(f.Rule)
				filters[n] = f
			}
			sections[k] = Section{ABI: section.ABI, Filters: filters}
		}
		layer.ABIs = sections
		layer.Unserved = change(layer.Unserved)
		changed.Layers[i] = layer
	}
	return changed
}
