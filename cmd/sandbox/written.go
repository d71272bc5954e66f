package main

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/internal/diag"
	"sandbox/internal/policytest"
	"sandbox/policy"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A callWriter writes calls as people do: with the names that values have, the
// constants in conditions about them, and the words of a call that was given.
type callWriter struct {
	abi    arch.ABI
	policy *typed.Policy // nil: there are no conditions

	given *typed.Call // nil: there are no words
	words [6]string
}

// give takes over the words of a call, as it was read from text.
func (w *callWriter) give(text string, call *typed.Call) {
	source := &diag.Source{Name: "call", Text: text}
	parsed, _ := filter.ParseCall(source.Whole())
	if parsed == nil {
		return
	}
	w.given = call
	for i, arg := range parsed.Args {
		w.words[i] = source.Text[arg.Span().Start:arg.Span().End]
	}
}

// call returns a call without the zeros at its end.
func (w *callWriter) call(c *typed.Call) string {
	var b strings.Builder
	if known, ok := w.abi.Numbered(c.Nr); ok {
		b.WriteString(known.Name)
	} else {
		fmt.Fprintf(&b, "#%d", c.Nr)
	}
	b.WriteByte('(')
	if w.isOnce(c) {
		b.WriteString(typed.OnceText + ")")
		return b.String()
	}
	last := len(c.Args)
	for last > 0 && c.Args[last-1] == 0 {
		last--
	}
	for i := range last {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w.register(c, i))
	}
	b.WriteByte(')')
	return b.String()
}

// isOnce reports whether a call is the execve that once() stands for where
// nothing is started.
func (w *callWriter) isOnce(c *typed.Call) bool {
	once, list := policy.ParseCall(w.abi, "execve("+typed.OnceText+")")
	return !list.Failed() && once == *c
}

// register returns the value of a register of a call: in the words that were
// given for it, unless they are a number that has a name; with the names that
// its values have; or with a name from a condition about it.
func (w *callWriter) register(c *typed.Call, i int) string {
	words := w.words[i]
	given := words != "" && w.given.Args[i] == c.Args[i]
	call, _ := w.abi.Numbered(c.Nr)
	text, named := decode.Register(w.abi, call, i, &c.Args)
	switch {
	case given && named && isNumber(words):
		return text
	case given:
		return words
	case named:
		return text
	}
	texts := []string{words}
	if w.policy != nil {
		texts = append(texts, policytest.ConditionsOn(w.policy, w.abi, c.Nr, i)...)
	}
	for _, condition := range texts {
		for name := range constantNames(condition) {
			if k, ok := w.constant(name); ok && k == c.Args[i] {
				return name
			}
		}
	}
	return text
}

// isNumber reports whether words name nothing.
func isNumber(words string) bool {
	for range constantNames(words) {
		return false
	}
	return true
}

// constant returns a constant as it fills a register.
func (w *callWriter) constant(name string) (uint64, bool) {
	v, ok := w.abi.Constant(name)
	if w.abi.Bits() == 32 && v.Signed {
		v.Bits &= 0xffffffff
	}
	return v.Bits, ok
}

// constantNames yields the words of a text that can be names of constants.
func constantNames(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		notName := func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		}
		for word := range strings.FieldsFuncSeq(text, notName) {
			if 'A' <= word[0] && word[0] <= 'Z' && !yield(word) {
				return
			}
		}
	}
}
