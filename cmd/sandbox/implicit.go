package main

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// An implicitJSON is a rule that nobody wrote.
type implicitJSON struct {
	Layer  string `json:"layer"`
	ABI    string `json:"abi,omitempty"`
	Action string `json:"action"`
	Rule   string `json:"rule"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Calls  string `json:"calls"`
	Verb   string `json:"verb,omitempty"` // the only one that adds the rule
}

// listImplicit answers the rules that nobody wrote, in the order in which they
// decide, and those that run adds.
func listImplicit(u *ui, p *policy.Policy, asJSON bool) error {
	for i := range p.Typed.Layers {
		for _, r := range implicitRules(&p.Typed.Layers[i]) {
			if asJSON {
				if err := u.answerJSON(r); err != nil {
					return err
				}
				continue
			}
			u.answer("%s", r.text(len(p.Typed.Layers) > 1))
		}
	}
	for _, r := range guardRules(policy.Guard(p.Guarded().Typed)) {
		if asJSON {
			if err := u.answerJSON(r); err != nil {
				return err
			}
			continue
		}
		u.answer("with run: %s", r.text(false))
	}
	return nil
}

// text returns the rule in one line, with its policy if there are several.
func (r *implicitJSON) text(several bool) string {
	where := ""
	if several {
		where = oneLine(r.Layer) + ": "
	}
	if r.ABI != "" {
		where += r.ABI + ": "
	}
	return fmt.Sprintf("%s%s %s (%s)", where, r.Action, r.Rule, r.Calls)
}

// guardRules returns what run adds to policies: the rest of the guard lets every
// call pass.
func guardRules(guard *typed.Layer) []implicitJSON {
	var list []implicitJSON
	for _, section := range guard.ABIs {
		if f := &section.Filters[0]; f.When != nil {
			r := newImplicitJSON(guard, f.Rule, section.ABI, f.Text)
			r.Verb = "run"
			list = append(list, r)
		}
	}
	return list
}

func implicitRules(layer *typed.Layer) []implicitJSON {
	list := []implicitJSON{newImplicitJSON(layer, layer.Unserved, 0, "every call of another ABI")}
	for _, section := range layer.ABIs {
		for k := range section.Filters {
			f := &section.Filters[k]
			if f.Rule.Implicit {
				list = append(list, newImplicitJSON(layer, f.Rule, section.ABI, describeNumbers(section.ABI, f.Numbers)))
			}
		}
	}
	return list
}

func newImplicitJSON(layer *typed.Layer, r *typed.Rule, abi arch.ABI, calls string) implicitJSON {
	j := implicitJSON{
		Layer:  layer.Name,
		Action: actionName(abi, r.Action),
		Rule:   r.Name,
		File:   r.At.File,
		Line:   r.At.Line,
		Calls:  calls,
	}
	if abi != 0 {
		j.ABI = abi.String()
	}
	return j
}

// mostRanges is how many ranges of numbers a line shows.
const mostRanges = 6

// describeNumbers returns ranges of system-call numbers in one line: what is
// in the ABI's table by name, the rest by number.
func describeNumbers(abi arch.ABI, ranges []typed.NumberRange) string {
	if len(ranges) == 1 && ranges[0] == (typed.NumberRange{First: 0, Last: ^uint32(0)}) {
		return "every call"
	}
	var parts []string
	for i, r := range ranges {
		if i == mostRanges {
			parts = append(parts, fmt.Sprintf("and %d more ranges", len(ranges)-i))
			break
		}
		parts = append(parts, describeRange(abi, r))
	}
	return strings.Join(parts, ", ")
}

func describeRange(abi arch.ABI, r typed.NumberRange) string {
	if r.First != r.Last {
		return fmt.Sprintf("%s to %s", number(r.First), number(r.Last))
	}
	if call, ok := abi.Numbered(r.First); ok {
		return call.Name
	}
	return number(r.First)
}

// number returns a number as people know it: those with the x32 bit, and
// beyond, in hexadecimal.
func number(nr uint32) string {
	if nr >= arch.X32Bit {
		return fmt.Sprintf("%#x", nr)
	}
	return fmt.Sprint(nr)
}
