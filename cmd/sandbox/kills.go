package main

import (
	"slices"
	"strconv"
	"strings"

	"sandbox/policy/typed"
)

// sayWhoKills names the rules that could have ended a process by SIGSYS.
// Nothing tells which call it was: the kernel does not keep it.
func sayWhoKills(u *ui, policy *typed.Policy, path string, pid int) {
	rules := deadlyRules(policy)
	if len(rules) == 0 {
		u.say("%s (process %d) was ended by SIGSYS, and no rule of the policy does that", path, pid)
		return
	}
	u.say("%s (process %d) was ended by SIGSYS, as these rules do:", path, pid)
	for _, r := range rules {
		u.say("  %s", r)
	}
	u.hint("'sandbox explain CALL' says which rule decides a call")
	u.hint("with --audit, which enforces nothing, run reports the call: only for a program that you trust")
}

// deadlyRules describes the rules that can end a process by SIGSYS, those that
// somebody wrote first: the others are for what programs hardly ever do.
func deadlyRules(policy *typed.Policy) []string {
	var written, implicit []string
	eachRule(policy, func(r *typed.Rule, filters []string) {
		switch r.Action.Kind {
		case typed.KillProcess, typed.KillThread, typed.Trap:
		default:
			return
		}
		if r.Implicit && len(filters) == 0 {
			implicit = append(implicit, describeRule(r, filters))
		} else {
			written = append(written, describeRule(r, filters))
		}
	})
	return append(written, implicit...)
}

// describeRule returns a rule in one line: action, name, place, filters.
func describeRule(r *typed.Rule, filters []string) string {
	words := []string{r.Action.String()}
	if r.Name != "" {
		words = append(words, strconv.Quote(r.Name))
	}
	if place := placeOf(r.At); place != "" {
		words = append(words, "at "+place)
	}
	text := strings.Join(words, " ")
	if len(filters) > 0 {
		text += ": " + strings.Join(filters, "; ")
	}
	return text
}

// eachRule calls f once for each rule of the policy, with the texts of its
// filters, in the order in which rules are tried. What a rule is on two ABIs
// counts once.
func eachRule(policy *typed.Policy, f func(r *typed.Rule, filters []string)) {
	for i := range policy.Layers {
		layer := &policy.Layers[i]
		var order []*typed.Rule
		filters := make(map[typed.Rule][]string)
		add := func(r *typed.Rule, text string) {
			list, seen := filters[*r]
			if !seen {
				order = append(order, r)
			}
			if text != "" && !slices.Contains(list, text) {
				list = append(list, text)
			}
			filters[*r] = list
		}
		add(layer.Unserved, "")
		for _, section := range layer.ABIs {
			for k := range section.Filters {
				add(section.Filters[k].Rule, section.Filters[k].Text)
			}
		}
		for _, r := range order {
			f(r, filters[*r])
		}
	}
}
