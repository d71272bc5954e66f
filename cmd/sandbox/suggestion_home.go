package main

import (
	"slices"
	"strings"

	"sandbox/policy"
	"sandbox/policy/typed"
)

// findHomes finds, for each policy that denies the call alone, where the filter
// could stand for good: in a rule that allows and stands before the one that
// denies, if the policies then allow the call, or else in a rule of its own.
func (a *adviser) findHomes(s *suggestion, call *typed.Call, after *policy.Policy) {
	trial := &typed.Policy{Layers: slices.Clone(a.guarded.Typed.Layers)}
	for i := 1; i < len(trial.Layers); i++ {
		was := &a.guarded.Typed.Layers[i]
		decision := was.Decide(call)
		if decision.Action.Kind <= typed.Log {
			continue
		}
		if decision.Filter != nil && policy.IsCommandLine(decision.Filter) {
			return // it would go before whatever a file says
		}
		h := home{file: a.guarded.Layers[i].Name}
		if rule := roomyRule(was, call, decision.Filter); rule != nil && s.only == 0 {
			h.file, h.rule = rule.At.File, rule
			trial.Layers[i] = moved(&after.Typed.Layers[i], rule)
		} else {
			trial.Layers[i] = after.Typed.Layers[i]
		}
		h.own = strings.HasSuffix(h.file, ".toml") && !strings.HasPrefix(h.file, profilePrefix)
		s.homes = append(s.homes, h)
	}
	if trial.Decide(call).Action.Kind == typed.Allow {
		return
	}
	for i := range s.homes { // a rule in between denies the call, too
		s.homes[i].rule = nil
	}
}

// profilePrefix begins the names of the sources that are shipped profiles.
const profilePrefix = "profile:"

// roomyRule returns the rule of the user's that a filter for the call fits into
// best: one that allows, stands before the filter that denies and is about the
// same system call already, or else the last before it.
func roomyRule(layer *typed.Layer, call *typed.Call, denies *typed.Filter) *typed.Rule {
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
		if r.Action.Kind != typed.Allow || r.Implicit || !strings.HasSuffix(r.At.File, ".toml") {
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

// moved returns a layer of which the first written rule of each section stands
// behind another rule, if that is there.
func moved(layer *typed.Layer, behind *typed.Rule) typed.Layer {
	changed := *layer
	changed.ABIs = slices.Clone(layer.ABIs)
	for i := range changed.ABIs {
		section := &changed.ABIs[i]
		var edit, rest []typed.Filter
		for _, f := range section.Filters {
			if strings.HasPrefix(f.At.File, "-e ") && f.Rule.At.File == firstCommand {
				edit = append(edit, f)
			} else {
				rest = append(rest, f)
			}
		}
		for k := len(rest) - 1; k >= 0; k-- {
			if rest[k].Rule.At == behind.At {
				rest = slices.Insert(rest, k+1, edit...)
				break
			}
		}
		section.Filters = rest
	}
	return changed
}

// firstCommand is the name of the source of the first rule of the command line.
const firstCommand = "-e 1"
