package main

import (
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// An askedCall is a call that explain is asked about.
type askedCall struct {
	typed.Call
	text string // as it was asked
	full string // the same, with parentheses
	bare bool   // it was a name alone: all arguments are taken as 0
}

// parseAsked reads a call, or the name of one alone.
func parseAsked(abi arch.ABI, text string) (*askedCall, *failure) {
	a := &askedCall{text: text, full: text, bare: isBare(text)}
	if a.bare {
		a.full += "()"
	}
	call, list := policy.ParseCall(abi, a.full)
	if list.Failed() {
		return nil, notCall(text, list)
	}
	a.Call = call
	return a, nil
}

// isBare reports whether a text is a word, as openat, or a number, as #257.
func isBare(text string) bool {
	word, numbered := strings.CutPrefix(text, "#")
	if word == "" || !numbered && '0' <= word[0] && word[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(word, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// notCall says why a text is no call.
func notCall(text string, list diag.List) *failure {
	f := &failure{code: exitUsage, found: list, call: text}
	for i := range list {
		if list[i].Code == diag.Assignment {
			list[i].Hints = nil // they are about filters
		}
	}
	has := func(code diag.Code) bool {
		return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == code })
	}
	before, _, result := strings.Cut(text, ") = ")
	switch {
	case namesPolicy(text):
		return misuse("explain: %s is a policy, and no call", shellQuoted(text)).
			hinted("policies follow -p: sandbox explain -p %s 'openat(AT_FDCWD, 0, O_RDONLY)'", shellQuoted(text))
	case result:
		f.hinted("leave out what the call returned: %s)", before)
	case has(diag.Assignment):
		f.hinted("arguments are values, in the order of the registers, without names")
	}
	if has(diag.StringInFilter) {
		f.hinted("where a call has an address, write 0, or any number")
	}
	return f
}

// manyWords says that a call was given in several words, which a shell makes of
// one without quotes.
func manyWords(words []string) *failure {
	if slices.ContainsFunc(words, func(w string) bool { return !arch.KnownAnywhere(w) }) {
		arguments := make([]string, len(words)-1)
		for i, w := range words[1:] {
			arguments[i] = strings.Trim(w, ",()")
		}
		call := strings.TrimRight(words[0], ",()") + "(" + strings.Join(arguments, ", ") + ")"
		return misuse("explain: unexpected %q", words[1]).
			hinted("a call is one word, in quotes: %s", shellQuoted(call))
	}
	return misuse("explain: unexpected %q", words[1]).
		hinted("calls are asked about one by one, or read from standard input, one a line, with -")
}

// depends reports whether something was looked at but the number of the call: if
// not, its arguments do not matter.
func (e *explainer) depends(call *typed.Call) bool {
	for i := range e.policy.Layers {
		for _, step := range e.policy.Layers[i].Explain(call) {
			if len(step.Outcomes) > 0 {
				return true
			}
		}
	}
	return false
}
