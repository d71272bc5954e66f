package main

import (
	"bufio"
	"errors"
	"os"
	"strings"

	"sandbox/policy/typed"
)

// An explanationJSON is what policies decide about one call. The rule is the
// one that decided, in the layer that decided.
type explanationJSON struct {
	Call    string `json:"call"`
	ABI     string `json:"abi"`
	Assumed bool   `json:"assumed,omitempty"` // no arguments were given, and others may matter
	verdictJSON
	Layers  []layerJSON  `json:"layers"`
	Counter *counterJSON `json:"counter,omitempty"`
}

// A verdictJSON is an action and the rule that it comes from. File and line
// are the rule's; they are empty for a rule that nobody wrote.
type verdictJSON struct {
	Action   string `json:"action"`
	Rule     string `json:"rule"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Reason   string `json:"reason,omitempty"`
	Implicit bool   `json:"implicit,omitempty"`
}

// A layerJSON is what one policy says alone.
type layerJSON struct {
	Layer string `json:"layer"`
	verdictJSON
	Filters []stepJSON `json:"filters"`
}

// A stepJSON is a filter that was tried.
type stepJSON struct {
	Filter     string          `json:"filter"`
	File       string          `json:"file,omitempty"`
	Line       int             `json:"line,omitempty"`
	Matched    bool            `json:"matched"`
	Predicates []predicateJSON `json:"predicates,omitempty"`
}

// A predicateJSON is a condition that was evaluated.
type predicateJSON struct {
	Text   string      `json:"text"`
	Held   bool        `json:"held"`
	Values []valueJSON `json:"values,omitempty"`
}

// A valueJSON is an operand's value, in decimal as its type reads it: numbers
// of 64 bits do not survive in every reader of JSON.
type valueJSON struct {
	Text  string `json:"text"`
	Type  string `json:"type"`
	Value string `json:"value"`
	Names string `json:"names,omitempty"` // of constants, as policies write them
}

// longestCall is the longest line that is read as a call, in bytes.
const longestCall = 1 << 16

// stream answers for each line of standard input, and goes on after a line
// that is no call. Lines can be comments: "#" and then no digit, for "#257(...)"
// is a call.
func (e *explainer) stream() error {
	lines := bufio.NewScanner(e.in)
	lines.Buffer(nil, longestCall)
	failed := false
	typing := isTerminal(os.Stdin)
	for lines.Scan() {
		text := strings.TrimSpace(lines.Text())
		if text == "" || isComment(text) {
			continue
		}
		err := e.one(text)
		var wrong *failure // the line is, not what is to answer it
		switch {
		case errors.As(err, &wrong):
			failed = true
			// In the order of the lines, where both go to a terminal. What cannot
			// be written is found at the end.
			_ = e.out.Flush()
			e.tell(wrong)
		case err != nil:
			return err
		}
		if typing {
			_ = e.out.Flush()
		}
	}
	if err := lines.Err(); err != nil {
		return fail("cannot read the calls: %v", err)
	}
	if failed {
		return said()
	}
	return nil
}

// isComment reports whether a line of input is a comment.
func isComment(line string) bool {
	rest, ok := strings.CutPrefix(line, "#")
	return ok && (rest == "" || rest[0] < '0' || rest[0] > '9')
}

func (e *explainer) json(asked *askedCall, c *counterJSON) explanationJSON {
	call := &asked.Call
	decision := e.policy.Decide(call)
	j := explanationJSON{
		Call:        asked.text,
		ABI:         e.abi.String(),
		Assumed:     asked.bare && e.depends(call),
		verdictJSON: e.verdict(decision),
		Layers:      make([]layerJSON, len(e.policy.Layers)),
		Counter:     c,
	}
	for i := range e.policy.Layers {
		layer := &e.policy.Layers[i]
		j.Layers[i] = layerJSON{
			Layer:       layer.Name,
			verdictJSON: e.verdict(layer.Decide(call)),
			Filters:     e.stepsJSON(call, layer.Explain(call)),
		}
	}
	return j
}

func (e *explainer) verdict(d typed.Decision) verdictJSON {
	return verdictJSON{
		Action:   actionName(e.abi, d.Action),
		Rule:     d.Rule.Name,
		File:     d.Rule.At.File,
		Line:     d.Rule.At.Line,
		Reason:   d.Rule.Reason,
		Implicit: d.Rule.Implicit,
	}
}

func (e *explainer) stepsJSON(call *typed.Call, steps []typed.Step) []stepJSON {
	list := make([]stepJSON, len(steps))
	for i, step := range steps {
		list[i] = stepJSON{
			Filter:  step.Filter.Text,
			File:    step.Filter.At.File,
			Line:    step.Filter.At.Line,
			Matched: step.Matched,
		}
		for _, outcome := range step.Outcomes {
			list[i].Predicates = append(list[i].Predicates, e.predicateJSON(call, outcome))
		}
	}
	return list
}

func (e *explainer) predicateJSON(call *typed.Call, o typed.Outcome) predicateJSON {
	p := predicateJSON{Text: o.Predicate.Text, Held: o.Held}
	for i, operand := range o.Predicate.Operands {
		t := operand.Value.Type()
		v := valueJSON{Text: operand.Text, Type: t.String(), Value: decimal(t, o.Values[i])}
		_, v.Names, _ = decoded(e.abi, call, operand.Value, o.Values[i])
		p.Values = append(p.Values, v)
	}
	return p
}
