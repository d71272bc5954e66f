package main

import (
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/amend"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// suggestionHints says what to do about a denied call, each in one line.
func suggestionHints(s *amend.Suggestion, decision *typed.Decision) []string {
	if s.Filter == "" {
		return obstacleHints(s)
	}
	var hints []string
	switch rule := shellQuoted("allow " + s.Filter); {
	case s.Limited:
		hints = append(hints, suggestionAim(s)+`: before the other rules, one with action = "allow", abi = ["`+s.ABI.String()+`"] and filters = ["`+s.Filter+`"]`)
	case decision.Filter != nil && policy.IsCommandLine(decision.Filter):
		hints = append(hints, suggestionAim(s)+", before the other -e: -e "+rule)
	default:
		hints = append(hints, suggestionAim(s)+": -e "+rule)
	}
	switch {
	case s.Unsure:
		hints = append(hints, "what else that changes is too complex to be found out")
	case len(s.Others) > 0:
		hints = append(hints, "that also changes "+changesText(s.Others))
	}
	switch len(s.Passing) {
	case 0:
	case 1:
		hints = append(hints, s.Passing[0]+" may be another number next time; left out, it holds for any")
	default:
		hints = append(hints, enumerated(s.Passing)+" may be other numbers next time; without them, it holds for any")
	}
	for i := range s.Homes {
		switch {
		case s.Limited:
		case i == 0:
			hints = append(hints, "to keep it: "+homeText(&s.Homes[i]))
		default: // the call takes all of them
			hints = append(hints, "and besides: "+homeText(&s.Homes[i]))
		}
	}
	return hints
}

// obstacleHints says why no edit lets a call pass, and what to do instead.
func obstacleHints(s *amend.Suggestion) []string {
	why := obstacleText(s)
	switch s.Obstacle {
	case amend.NotServed:
		return []string{why, `add "` + s.ABI.String() + `" to the policy's abi, and rules for its calls`}
	case amend.X32:
		return []string{why, "use a build of the program for " + s.ABI.String()}
	case amend.BesideOnce:
		return []string{why, "to have programs executed, leave out " + onceText(s.Once)}
	case amend.Guard:
		return []string{why, "'sandbox exec' does not need that; there the policy alone decides"}
	}
	return []string{why}
}

// obstacleText says why no edit lets a call pass; "" if one does.
func obstacleText(s *amend.Suggestion) string {
	switch s.Obstacle {
	case amend.NoObstacle:
		return ""
	case amend.UnknownArch:
		return "no rule can allow calls of an architecture that sandbox does not know"
	case amend.NotServed:
		return "no rule can allow a call of " + s.ABI.String() + ", which the policy does not serve"
	case amend.X32:
		return "no rule can allow x32 calls"
	case amend.BesideOnce:
		return "no rule can allow it beside " + typed.OnceText + ", which lets the program be started and no other"
	case amend.Guard:
		return "no rule can allow it: run refuses it, so that the program cannot take sandbox's place"
	}
	return "no rule was found that allows just this call"
}

// onceText names the options that bring once() in.
func onceText(list []amend.Once) string {
	var options []string
	for i, once := range list {
		if once.Policy != "" {
			options = append(options, "-p "+shellQuoted(once.Policy))
			continue
		}
		option := "-e " + shellQuoted(once.Filter.Rule.Action.String()+" "+oneLine(once.Filter.Text)) + ", with what refuses execve after it"
		if i < len(list)-1 {
			option += ","
		}
		options = append(options, option)
	}
	return strings.Join(options, " and ")
}

// changesText names changes, each that reads alike once.
func changesText(changes []prove.Change) string {
	var texts []string
	for i := range changes {
		c := &changes[i]
		abi, _ := c.ABI()
		text := callsText(&c.Scope) + ": " + actionName(abi, c.From) + " becomes " + actionName(abi, c.To)
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; ")
}

// suggestionAim says what the edit lets pass, and that it is all.
func suggestionAim(s *amend.Suggestion) string {
	text := "to allow it"
	switch {
	case s.Every:
		text = "to allow every call of it"
	case len(s.Free) > 0:
		text += " with any " + enumerated(s.Free)
	}
	if len(s.Also) > 0 {
		text += ", on " + enumerated(namesOf(s.Also)) + " as well"
	}
	if s.Unsure || len(s.Others) > 0 {
		return text
	}
	return text + ", and nothing else"
}

// homeText says where the filter could stand for good.
func homeText(h *amend.Home) string {
	if h.Rule == nil {
		return "a [[rule]] with that filter before the others of " + h.File
	}
	words := "the rule"
	if h.Rule.Name != "" {
		words += ` "` + h.Rule.Name + `"`
	}
	return "the same filter among those of " + words + " at " + placeOf(h.Rule.At)
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
