package main

import (
	"strings"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// hints says what to do about a denied call, each in one line.
func (s *suggestion) hints(decision *typed.Decision) []string {
	if s.filter == "" {
		if s.remedy == "" {
			return []string{s.why}
		}
		return []string{s.why, s.remedy}
	}
	var hints []string
	switch rule := shellQuoted("allow " + s.filter); {
	case s.only != 0:
		hints = append(hints, s.aim()+`: before the other rules, one with action = "allow", abi = ["`+s.only.String()+`"] and filters = ["`+s.filter+`"]`)
	case decision.Filter != nil && policy.IsCommandLine(decision.Filter):
		hints = append(hints, s.aim()+", before the other -e: -e "+rule)
	default:
		hints = append(hints, s.aim()+": -e "+rule)
	}
	switch {
	case s.unsure:
		hints = append(hints, "what else that changes is too complex to be found out")
	case s.others != "":
		hints = append(hints, "that also changes "+s.others)
	}
	switch len(s.passing) {
	case 0:
	case 1:
		hints = append(hints, s.passing[0]+" may be another number next time; left out, it holds for any")
	default:
		hints = append(hints, enumerated(s.passing)+" may be other numbers next time; left out, it holds for any")
	}
	for _, h := range s.homes {
		if hint := h.hint(); hint != "" && s.only == 0 {
			hints = append(hints, hint)
		}
	}
	return hints
}

// aim says what the edit lets pass, and that it is all.
func (s *suggestion) aim() string {
	text := "to allow it"
	switch {
	case s.every:
		text = "to allow every call of it"
	case len(s.free) > 0:
		text += " with any " + enumerated(s.free)
	}
	if len(s.also) > 0 {
		text += ", on " + enumerated(namesOf(s.also)) + " as well"
	}
	if s.unsure || s.others != "" {
		return text
	}
	return text + ", and nothing else"
}

// hint says where the filter could stand for good; nothing of a profile, which
// nobody can change.
func (h *home) hint() string {
	switch {
	case h.rule != nil:
		words := "the rule"
		if h.rule.Name != "" {
			words += ` "` + h.rule.Name + `"`
		}
		return "to keep it: the same filter among those of " + words + " at " + placeOf(h.rule.At)
	case h.own:
		return "to keep it: a [[rule]] with that filter before the others of " + h.file
	}
	return ""
}

// enumerated returns words as a list: "a, b and c".
func enumerated(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

// namesOf returns the names of ABIs.
func namesOf(abis []arch.ABI) []string {
	names := make([]string, len(abis))
	for i, abi := range abis {
		names[i] = abi.String()
	}
	return names
}
