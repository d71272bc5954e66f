package main

import (
	"flag"
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// A verb is one thing that the command does.
type verb struct {
	name     string
	operands string // what stands after the options, as help shows it
	brief    string // one line, for the list of verbs
	about    string // for its own help, after brief
	examples []example
	operand  operandKind // for completion
	starts   bool        // it starts a program: its own failures exit with 125
	// prepare declares the verb's options. The action that it returns reads
	// them.
	prepare func(*flag.FlagSet) action
}

// An action is the work of a verb, on its operands.
type action func(u *ui, operands []string) error

// An example is a command line, and what it is for.
type example struct{ purpose, command string }

// operandKind tells completion what a verb's operands are.
type operandKind uint8

const (
	noOperand operandKind = iota
	commandOperand
	fileOperand
	callOperand
	syscallOperand
	profileOperand
	policyOperand
	shellOperand
)

// verbMakers returns what makes the verbs, in the order of help: those that
// start programs first, so that they are found without making the others.
func verbMakers() []func() *verb {
	return []func() *verb{
		runVerb, execVerb,
		checkVerb, explainVerb, testVerb, proveVerb, diffVerb, compileVerb, disasmVerb,
		fmtVerb, schemaVerb, profilesVerb, syscallsVerb, doctorVerb, dumpVerb,
		completionVerb, versionVerb,
	}
}

// verbs returns the verbs, in the order of help.
func verbs() []*verb {
	makers := verbMakers()
	list := make([]*verb, len(makers))
	for i, newVerb := range makers {
		list[i] = newVerb()
	}
	return list
}

// laterVerbs returns the verbs that the design names and this version lacks.
func laterVerbs() []string {
	return []string{"export", "import", "learn", "trace"}
}

// findVerb returns the verb of that name, or nil.
func findVerb(name string) *verb {
	for _, newVerb := range verbMakers() {
		if v := newVerb(); v.name == name {
			return v
		}
	}
	return nil
}

// unknownVerb says why a word is not a verb.
func unknownVerb(name string) *failure {
	if slices.Contains(laterVerbs(), name) {
		return misuse("%q is not part of this version", name).hinted("'sandbox help' lists the verbs that are")
	}
	if name == "-v" || name == "-V" {
		return misuse("option %q stands before the verb", name).hinted("the version is answered by 'sandbox version'")
	}
	if strings.HasPrefix(name, "-") {
		return misuse("option %q stands before the verb", name).
			hinted("options follow a verb: sandbox run -p offline -- COMMAND")
	}
	f := misuse("there is no verb %q", name)
	if near, ok := diag.Nearest(name, verbNames); ok {
		return f.hinted("did you mean %q?", near)
	}
	return f.hinted("'sandbox help' lists the verbs; a program is started by 'sandbox run -p POLICY -- %s'", name)
}

// verbNames yields the names that unknownVerb may suggest.
func verbNames(yield func(string) bool) {
	for _, v := range verbs() {
		if !yield(v.name) {
			return
		}
	}
	yield("help")
}

// onlyOperand returns the one operand of a verb that takes one.
func onlyOperand(v, what string, operands []string) (string, error) {
	switch len(operands) {
	case 0:
		return "", misuse("%s needs %s", v, what).hinted("see 'sandbox %s --help'", v)
	case 1:
		return operands[0], nil
	}
	if namesPolicy(operands[0]) {
		return "", surplus(v, operands[0])
	}
	return "", surplus(v, operands[1])
}

// noOperands refuses operands for a verb that takes none.
func noOperands(v string, operands []string) error {
	if len(operands) == 0 {
		return nil
	}
	return surplus(v, operands[0])
}

// surplus says that a word is one too many.
func surplus(v, word string) *failure {
	f := misuse("%s: unexpected %q", v, word)
	if strings.HasPrefix(word, "-") && len(word) > 1 {
		return f.hinted("options come first: sandbox %s %s ...", v, word)
	}
	if known := findVerb(v); known != nil && known.takesPolicies() && namesPolicy(word) {
		return f.hinted("policies follow -p: sandbox %s -p %s", v, word)
	}
	return f.hinted("see 'sandbox %s --help'", v)
}
