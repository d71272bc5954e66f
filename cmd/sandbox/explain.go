package main

import (
	"flag"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
)

func explainVerb() *verb {
	return &verb{
		name:     "explain",
		operands: "CALL | CODE | -",
		brief:    "say what policies decide about a call, and why; or what an error means",
		about: `CALL is a system call with constant arguments: the registers args[0] to
args[5], of which missing ones are 0. It can be written by number, as #257(...).
A name alone is asked about with all arguments 0, and the answer says whether
others could matter.
The answer names the rule that decided, the filters that were tried, and for
each predicate on the way the values that it saw. With -, calls are read from
standard input, one a line; blank lines and lines that begin with # and a space
are skipped. --counter adds, to a call that is denied, the nearest one of the
same name that is allowed: with the fewest arguments changed.

CODE is the code of an error or a warning, such as E0401: the answer is what it
means, and how to mend it.`,
		examples: []example{
			{"why is this denied", "sandbox explain -p offline 'socket(AF_INET, SOCK_STREAM, 0)'"},
			{"on another ABI", "sandbox explain -p app.toml --abi aarch64 'openat(AT_FDCWD, 0, O_RDONLY)'"},
			{"what would be allowed instead", "sandbox explain -p app.toml --counter 'openat(AT_FDCWD, 0, O_RDWR)'"},
			{"what does error[E0401] mean", "sandbox explain E0401"},
			{"many calls, for a program to read", "sandbox explain -p offline --json - < calls"},
		},
		operand: callOperand,
		prepare: prepareExplain,
	}
}

func prepareExplain(options *flag.FlagSet) action {
	var chosen policyOptions
	chosen.declare(options)
	abiName := options.String("abi", "", "the `ABI` of the call; this machine's unless given")
	counter := options.Bool("counter", false, "for a denied call, show the nearest one that is allowed")
	codes := options.Bool("codes", false, "list the codes of errors and warnings")
	asJSON := options.Bool("json", false, "answer in JSON, one object a call or code")
	return func(u *ui, operands []string) error {
		if *codes {
			if err := noOperands("explain --codes", operands); err != nil {
				return err
			}
			return u.listCodes(*asJSON)
		}
		if len(operands) > 1 && !namesPolicy(operands[0]) && !strings.HasPrefix(operands[1], "-") {
			return manyWords(operands)
		}
		text, err := onlyOperand("explain", "a call, such as 'socket(AF_INET, SOCK_STREAM, 0)'", operands)
		if err != nil {
			return err
		}
		if code, ok := codeIn(text); ok {
			return u.explainCode(code, *asJSON)
		}
		abi, err := optionalABI(*abiName)
		if err == nil && abi == 0 {
			abi, err = nativeABI()
		}
		if err != nil {
			return err
		}
		e := explainer{ui: u, abi: abi, asJSON: *asJSON, many: text == "-", counters: *counter}
		if !e.many {
			if _, wrong := parseAsked(abi, text); wrong != nil {
				return wrong
			}
		}
		chosen.abis = repeated{abi.String()}
		loaded, err := chosen.load()
		if err != nil {
			return err
		}
		e.policy = loaded.Typed
		if e.many {
			return e.stream()
		}
		return e.one(text)
	}
}

// An explainer answers for calls of one ABI.
type explainer struct {
	*ui
	policy *typed.Policy
	abi    arch.ABI
	asJSON bool
	many   bool // calls are read one after the other

	counters bool // denied calls are answered with the nearest one that is allowed
}

// one answers for one call.
func (e *explainer) one(text string) error {
	call, wrong := parseAsked(e.abi, text)
	if wrong != nil {
		return wrong
	}
	c, err := e.counter(call.full, &call.Call)
	if err != nil {
		return err
	}
	if e.asJSON {
		return e.answerJSON(e.json(call, c))
	}
	if e.many {
		e.answer("%s:", text)
	}
	e.write(&call.Call)
	switch {
	case call.bare && e.depends(&call.Call):
		e.answer("asked with all arguments 0; with others the answer may be another: write them as %s(...)", text)
	case call.bare:
		e.answer("whatever the arguments are")
	}
	if c != nil {
		e.writeCounter(c)
	}
	return nil
}

// write answers in text.
func (e *explainer) write(call *typed.Call) {
	decision := e.policy.Decide(call)
	e.answer("%s", actionName(e.abi, decision.Action))
	several := len(e.policy.Layers) > 1
	for i := range e.policy.Layers {
		layer := &e.policy.Layers[i]
		indent := "  "
		own := layer.Decide(call)
		if several {
			mark := ""
			if i == decision.Layer {
				mark = ", which decides"
			}
			e.answer("  %s: %s%s", oneLine(layer.Name), actionName(e.abi, own.Action), mark)
			indent = "    "
		}
		e.rule(indent, own.Rule)
		e.steps(indent, call, layer.Explain(call))
	}
}

// rule writes the rule that decided.
func (e *explainer) rule(indent string, r *typed.Rule) {
	line := indent + "rule"
	if r.Name != "" {
		line += " " + strconv.Quote(r.Name)
	}
	if place := placeOf(r.At); place != "" {
		line += " at " + place
	} else {
		line += ", which nobody wrote"
	}
	e.answer("%s", line)
	if r.Reason != "" {
		e.answer("%sreason: %s", indent, oneLine(r.Reason))
	}
}

// steps writes the filters that were tried, and what their predicates saw.
func (e *explainer) steps(indent string, call *typed.Call, steps []typed.Step) {
	for _, step := range steps {
		if step.Filter.Text == "" && step.Filter.At == (typed.Position{}) {
			continue // the rule says all
		}
		e.answer("%s%s", indent, stepWords(step))
		for _, outcome := range step.Outcomes {
			e.outcome(indent+"  ", call, outcome)
		}
	}
}

// stepWords says in one line whether a filter matched.
func stepWords(step typed.Step) string {
	words := "filter"
	if place := placeOf(step.Filter.At); place != "" {
		words += " " + place
	}
	if step.Matched {
		words += " matches: "
	} else {
		words += " does not match: "
	}
	return words + oneLine(step.Filter.Text)
}

// outcome writes what one predicate came to.
func (e *explainer) outcome(indent string, call *typed.Call, o typed.Outcome) {
	verdict := "false"
	if o.Held {
		verdict = "true"
	}
	var values []string
	for i, operand := range o.Predicate.Operands {
		values = append(values, operand.Text+" = "+e.operandText(call, operand, o.Values[i]))
	}
	line := indent + verdict + ": " + o.Predicate.Text
	if o.Predicate.Once {
		line += "   (true of the execve that starts the program, and of no other)"
	}
	if len(values) > 0 {
		line += "   (" + strings.Join(values, ", ") + ")"
	}
	e.answer("%s", oneLine(line))
}
