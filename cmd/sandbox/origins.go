package main

import (
	"fmt"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// An originJSON is a filter that an instruction was written for.
type originJSON struct {
	Rule   string `json:"rule,omitempty"`
	Action string `json:"action"`
	Filter string `json:"filter,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// origins returns the filters that instruction i was written for; of several
// with one place, as for the layouts of a filter's calls, the first.
func (c *compiled) origins(i int) []originJSON {
	var list []originJSON
	for _, f := range c.Origins(i) {
		o := newOriginJSON(c.ABIs[0], f)
		if len(list) == 0 || list[len(list)-1] != o {
			list = append(list, o)
		}
	}
	return list
}

func newOriginJSON(abi arch.ABI, f *typed.Filter) originJSON {
	at := f.At
	if at == (typed.Position{}) {
		at = f.Rule.At
	}
	return originJSON{
		Rule:   f.Rule.Name,
		Action: actionName(abi, f.Rule.Action),
		Filter: f.Text,
		File:   at.File,
		Line:   at.Line,
	}
}

// short returns the origin for the margin of a listing.
func (o originJSON) short() string {
	if o.File == "" {
		return oneLine(o.Rule)
	}
	return fmt.Sprintf("%s:%d", oneLine(o.File), o.Line)
}
