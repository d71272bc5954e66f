package main

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/internal/policytest"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A callWriter writes calls as people do: with the constants that conditions
// about the register name, and with the words of a call that was given.
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
	last := len(c.Args)
	for last > 0 && c.Args[last-1] == 0 {
		last--
	}
	for i, v := range c.Args[:last] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(w.register(c.Nr, i, v))
	}
	b.WriteByte(')')
	return b.String()
}

// register returns the value of a register of a call.
func (w *callWriter) register(nr uint32, i int, v uint64) string {
	words := w.words[i]
	if words != "" && w.given.Args[i] == v {
		return words
	}
	texts := []string{words}
	if w.policy != nil {
		texts = append(texts, policytest.ConditionsOn(w.policy, w.abi, nr, i)...)
	}
	var flags []string
	rest := v
	for _, text := range texts {
		for name := range constantNames(text) {
			k, ok := w.constant(name)
			switch {
			case !ok:
			case k == v:
				return name
			case k != 0 && k&rest == k && strings.ContainsAny(text, "&|"):
				flags, rest = append(flags, name), rest&^k
			}
		}
	}
	if rest == 0 && v != 0 {
		return strings.Join(flags, " | ")
	}
	return writtenRegister(w.abi, v)
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

// writtenRegister returns a register as a number: small ones and small negative
// ones in decimal, the rest in hexadecimal.
func writtenRegister(abi arch.ABI, v uint64) string {
	const small = 4097 // a page, and one more
	signed := int64(v)
	if abi.Bits() == 32 {
		signed = int64(int32(v))
	}
	beyond := abi.Bits() == 32 && v>>32 != 0 // what no negative number gives
	if beyond || signed < -small || signed > small {
		return fmt.Sprintf("%#x", v)
	}
	return fmt.Sprint(signed)
}
