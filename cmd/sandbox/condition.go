package main

import (
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// conditionText returns which of the calls a change is about, in the filter
// language: with the names of parameters and constants, if they are the same for
// all of its calls, and otherwise with registers and numbers.
func conditionText(c *prove.Change) string {
	abi, _ := c.ABI()
	text, written := "", false
	for _, r := range c.Numbers {
		for number := uint64(r.First); number <= uint64(r.Last); number++ {
			call, known := abi.Numbered(uint32(number))
			if !known {
				return c.Condition.Text(0, 0)
			}
			w := conditionWriter{abi: abi, call: call}
			other, _ := w.condition(&c.Condition)
			other = withOnce(other)
			if written && other != text {
				return c.Condition.Text(0, 0)
			}
			text, written = other, true
		}
	}
	return text
}

// A conditionWriter writes conditions about calls of one number.
type conditionWriter struct {
	abi   arch.ABI
	call  *arch.Syscall
	known decode.Known // what the conditions around say
}

// precedence is how tightly the outermost operator of a text binds.
type precedence uint8

const (
	disjunction precedence = iota
	conjunction
	simple
)

func (w *conditionWriter) condition(c *prove.Condition) (string, precedence) {
	switch c.Op {
	case prove.And:
		inner := *w
		for i := range c.Parts {
			inner.learn(&c.Parts[i])
		}
		return inner.parts(c, " && ", conjunction)
	case prove.Or:
		return w.parts(c, " || ", disjunction)
	case prove.Test:
		return w.test(c)
	}
	return c.Text(w.abi, w.call.Number), simple // a comparison of two parameters has no constants
}

// learn takes note of a parameter that has one value.
func (w *conditionWriter) learn(c *prove.Condition) {
	p, ok := c.Param(w.call)
	if ok && !c.Not && c.Mask == widthMask(c.X) && len(c.Values) == 1 && c.Values[0].Low == c.Values[0].High {
		w.known.Args[p.Low] = c.Values[0].Low
		w.known.Set |= 1 << p.Low
	}
}

func (w *conditionWriter) parts(c *prove.Condition, operator string, own precedence) (string, precedence) {
	var texts []string
	for i := range c.Parts {
		part := &c.Parts[i]
		text, inner := w.condition(part)
		if inner < own || part.Op == prove.Or && !part.Complete() {
			text = "(" + text + ")"
		}
		texts = append(texts, text)
	}
	return c.WithOmitted(strings.Join(texts, operator)), own
}

// test writes which values an operand has.
func (w *conditionWriter) test(c *prove.Condition) (string, precedence) {
	whole := c.Mask == widthMask(c.X)
	v := valueWriter{name: operandName(c.X, whole), top: c.Mask}
	p, ok := c.Param(w.call)
	if ok {
		v.param = decode.Of(w.abi, w.call, p, &w.known)
		v.signed = p.Type.Signed && c.Mask>>(p.Type.Bits-1)&1 == 1
		v.width = p.Type.Bits
	}
	switch {
	case ok && (whole || p.Type.Bits < 32 && c.Mask == 1<<p.Type.Bits-1): // a narrow parameter is its bits
		v.name = p.Name
		if text, ok := v.noOtherBits(c); ok {
			return text, simple
		}
		return v.write(c.Values, c.Not)
	case ok && v.nonNegative(c.Values):
		v.name, v.signed = p.Name, false
	default:
		v = valueWriter{name: operandName(c.X, whole), top: c.Mask}
	}
	if whole {
		return v.write(c.Values, c.Not)
	}
	if c.X.High() {
		v.name = "(" + v.name + ")"
	}
	return v.masked(c)
}

func widthMask(x prove.Operand) uint64 {
	if x.Wide {
		return ^uint64(0)
	}
	return 0xffffffff
}

// operandName writes an operand by its register. A low half looks like the
// whole under a mask.
func operandName(x prove.Operand, whole bool) string {
	name := ""
	switch x.Low {
	case typed.WordNr:
		return "nr"
	case typed.WordArch:
		return "arch"
	case typed.WordIPLow, typed.WordIPHigh:
		name = "ip"
	default:
		index, _ := x.Arg()
		name = fmt.Sprintf("args[%d]", index)
	}
	switch {
	case x.High():
		return name + " >> 32"
	case whole && !x.Wide:
		return "(u32)" + name
	}
	return name
}
