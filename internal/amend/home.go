package amend

import (
	"slices"

	"sandbox/policy"
	"sandbox/policy/typed"
)

// findHomes finds, for each policy that denies the call alone, where the filter
// could stand for good: in a rule that allows and stands before the one that
// denies, if the policies then allow the call, or else in a rule of its own. What
// cannot be edited, as a shipped profile or a pipe, is no home.
func (a *Adviser) findHomes(s *Suggestion, call *typed.Call, after *policy.Policy) {
	trial := &typed.Policy{Layers: slices.Clone(a.guarded.Typed.Layers)}
	guard := policy.Guard(a.guarded.Typed)
	rules := make(map[int]*typed.Rule) // of the layers that deny: which has room; nil: none
	for i := range trial.Layers {
		was := &a.guarded.Typed.Layers[i]
		decision := was.Decide(call)
		if was == guard || decision.Action.Kind <= typed.Log {
			continue
		}
		if decision.Filter != nil && policy.IsCommandLine(decision.Filter) {
			return
		}
		if rule := a.roomyRule(was, call, decision.Filter); rule != nil && !s.Limited {
			rules[i] = rule
			trial.Layers[i] = moved(after, i, rule)
		} else {
			rules[i] = nil
			trial.Layers[i] = after.Typed.Layers[i]
		}
	}
	// What stands between the room and the filter that denies did not decide about
	// the call; the evaluator has the last word on that.
	enough := trial.Decide(call).Action.Kind == typed.Allow
	for i := range trial.Layers {
		switch rule, denies := rules[i]; {
		case !denies:
		case rule != nil && enough:
			s.Homes = append(s.Homes, Home{File: rule.At.File, Rule: rule})
		case a.guarded.Layers[i].SourceKind() == policy.InFile:
			s.Homes = append(s.Homes, Home{File: a.guarded.Layers[i].Name})
		}
	}
}

// roomyRule returns the rule of the user's that a filter for the call fits into
// best: one that allows, stands before the filter that denies and is about the
// same system call already, or else the last before it.
func (a *Adviser) roomyRule(layer *typed.Layer, call *typed.Call, denies *typed.Filter) *typed.Rule {
	section := layer.Section(call.Arch)
	if section == nil {
		return nil
	}
	var named, last *typed.Rule
	for i := range section.Filters {
		f := &section.Filters[i]
		if f == denies && !f.Rule.Implicit {
			break
		}
		r := f.Rule
		if r.Action.Kind != typed.Allow || r.Implicit || a.guarded.SourceKind(r.At) != policy.InFile {
			continue
		}
		last = r
		if typed.Contains(f.Numbers, call.Nr) {
			named = r
		}
	}
	if named != nil {
		return named
	}
	return last
}

// moved returns a layer of policies that were loaded with the edit, with the edit
// not before the other rules but behind one of them, where that is there.
func moved(with *policy.Policy, layer int, behind *typed.Rule) typed.Layer {
	edit := with.Sources[0] // the rules of the command line are read first
	changed := with.Typed.Layers[layer]
	changed.ABIs = slices.Clone(changed.ABIs)
	for i := range changed.ABIs {
		section := &changed.ABIs[i]
		var moving, rest []typed.Filter
		for _, f := range section.Filters {
			if with.RuleSpan(f.Rule).Source == edit {
				moving = append(moving, f)
			} else {
				rest = append(rest, f)
			}
		}
		for k := len(rest) - 1; k >= 0; k-- {
			if rest[k].Rule.At == behind.At {
				rest = slices.Insert(rest, k+1, moving...)
				break
			}
		}
		section.Filters = rest
	}
	return changed
}
