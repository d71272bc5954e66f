package prove

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// Text returns the condition in the filter language, for calls of a number of
// an ABI: a complete one can be read back and then means the same. Arguments
// that the call's table entry has a parameter for, of that width, are called by
// its name. With the zero ABI all arguments are called args[i]. A condition that
// is true of all calls gives "true", which is no filter.
//
// Of an incomplete one the text ends with how many alternatives are left out.
func (c *Condition) Text(abi arch.ABI, number uint32) string {
	t := texter{}
	if abi != 0 {
		t.call, _ = abi.Numbered(number)
	}
	text, _ := t.condition(c)
	return text
}

// Param returns the parameter of a system call that the test of a Test is about:
// the same bits, by the width of its type or because the mask takes no others.
// There is none for pointers and for halves of values in two registers.
func (c *Condition) Param(call *arch.Syscall) (*arch.Param, bool) {
	if c.Op != Test {
		return nil, false
	}
	bits := 32
	if c.X.Wide {
		bits = 64
	}
	p, ok := paramOf(call, c.X, func(t arch.Type) bool {
		if c.Mask == c.X.mask() {
			return int(t.Bits) == bits
		}
		return c.Mask>>(t.Bits-1)>>1 == 0
	})
	return p, ok
}

// paramOf returns the parameter at an operand's register if its type fits.
func paramOf(call *arch.Syscall, x Operand, fits func(t arch.Type) bool) (*arch.Param, bool) {
	index, ok := x.Arg()
	if call == nil || !ok || x.High() {
		return nil, false
	}
	for i := range call.Params {
		p := &call.Params[i]
		if int(p.Low) == index && !p.Split && !p.Type.Pointer && fits(p.Type) {
			return p, true
		}
	}
	return nil, false
}

// A texter writes conditions about one system call.
type texter struct {
	call *arch.Syscall // nil: none that a table has
}

// precedence of a text: how tightly its outermost operator binds.
type precedence uint8

const (
	disjunction precedence = iota
	conjunction
	single
)

func (t *texter) condition(c *Condition) (string, precedence) {
	switch c.Op {
	case And:
		return t.parts(c, " && ", conjunction)
	case Or:
		return t.parts(c, " || ", disjunction)
	case Test:
		return t.test(c)
	case Relation:
		return t.relation(c), single
	}
	return "true", single
}

func (t *texter) parts(c *Condition, operator string, own precedence) (string, precedence) {
	var texts []string
	for i := range c.Parts {
		text, inner := t.condition(&c.Parts[i])
		if inner < own || !c.Parts[i].Complete() && c.Parts[i].Op == Or {
			text = "(" + text + ")"
		}
		texts = append(texts, text)
	}
	return c.WithOmitted(strings.Join(texts, operator)), own
}

// WithOmitted returns the text of a condition's parts with how many were left
// out, for whoever writes conditions.
func (c *Condition) WithOmitted(text string) string {
	switch {
	case c.Omitted == 0:
		return text
	case text == "":
		return "conditions that are too long to write down"
	case c.Omitted == 1:
		return text + ", and 1 more condition"
	case c.Omitted >= 1<<20:
		return text + ", and over a million more conditions"
	}
	return text + fmt.Sprintf(", and %d more conditions", c.Omitted)
}

// relation writes a comparison of two operands.
func (t *texter) relation(c *Condition) string {
	operator := [...]string{"==", "!=", "<", "<=", ">", ">="}[c.Compare]
	return t.side(c, c.X) + " " + operator + " " + t.side(c, c.Y)
}

// side writes one operand of a comparison with the type that it is compared as.
func (t *texter) side(c *Condition, x Operand) string {
	of := typed.Type{Bits: 32, Signed: c.Signed}
	if x.Wide {
		of.Bits = 64
	}
	p, ok := paramOf(t.call, x, func(p arch.Type) bool {
		return p.Bits == of.Bits && p.Signed == of.Signed
	})
	if ok {
		return p.Name
	}
	raw := rawName(x)
	if (x.Wide || x.Low <= typed.WordArch) && !c.Signed {
		return raw
	}
	if x.High() {
		raw = "(" + raw + ")"
	}
	return "(" + of.String() + ")" + raw
}

// rawName writes an operand by its register; a low half looks like the whole.
func rawName(x Operand) string {
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
		name = "args[" + strconv.Itoa(index) + "]"
	}
	if x.High() {
		return name + " >> 32"
	}
	return name
}

// test writes which values a field has.
func (t *texter) test(c *Condition) (string, precedence) {
	whole := c.Mask == c.X.mask()
	name, signed := "", false
	p, named := c.Param(t.call)
	if named {
		signed = p.Type.Signed && c.Mask>>(p.Type.Bits-1)&1 == 1
		named = whole || !signed // the constants of a mask are unsigned
	}
	switch {
	case named:
		name = p.Name
	case whole && !c.X.Wide && c.X.Low > typed.WordArch && !c.X.High():
		name = "(u32)" + rawName(c.X)
	default:
		name = rawName(c.X)
	}
	v := valueText{name: name, top: c.Mask, bits: 64, signed: named && signed}
	if named && signed {
		v.bits = int(p.Type.Bits)
	}
	if !whole {
		v.name = name + " & " + bitsText(c.Mask)
		v.hex = true
		if c.X.High() {
			v.name = "(" + name + ") & " + bitsText(c.Mask)
		}
	}
	values := c.Values
	if v.signed {
		values = typed.SignedOrder(values, int(v.bits))
	}
	if !whole && bits.OnesCount64(c.Mask) == 1 && len(values) == 1 && values[0].Low == c.Mask {
		return v.text([]typed.Interval{{}}, !c.Not)
	}
	return v.text(values, c.Not)
}
