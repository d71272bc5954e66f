package prove

import (
	"fmt"
	"strings"

	"sandbox/policy/typed"
)

// A Condition says which calls belong to a set, by their arguments, instruction
// pointer, and, rarely, number or arch. The zero value is the set of all calls.
type Condition struct {
	Op    ConditionOp
	Parts []Condition // of And and Or: two or more

	// Of Or: there are this many alternatives more, which would be too long to
	// write down. The condition then is true of some calls of the set only, and
	// an Or may have less than two parts.
	Omitted int

	X Operand // of Test and Relation

	// Test: X & Mask lies in one of Values or, if Not, in none of them.
	Mask   uint64
	Values []typed.Interval // unsigned, ascending, disjoint; not all there are
	Not    bool

	// Relation: X Compare Y, which are of one width, as signed integers if
	// Signed.
	Compare typed.CompareOp
	Y       Operand
	Signed  bool
}

// A ConditionOp is a kind of condition.
type ConditionOp uint8

// The kinds.
const (
	Any      ConditionOp = iota // true of all calls
	And                         // all parts are true
	Or                          // a part is true
	Test                        // an operand has certain values
	Relation                    // two operands are compared
)

// An Operand is what is tested of a call: the 32-bit word Low or, if Wide, the
// 64-bit field of which Low is the low half.
type Operand struct {
	Low  typed.Word
	Wide bool
}

// Arg returns the index of the argument that the operand is, or is a half of.
func (o Operand) Arg() (index int, ok bool) {
	index, _, ok = o.Low.Arg()
	return index, ok
}

// High reports whether the operand is the high half of a field.
func (o Operand) High() bool { return o.Low > typed.WordArch && o.Low%2 == 1 }

// mask has the bits that the operand has.
func (o Operand) mask() uint64 {
	if o.Wide {
		return ^uint64(0)
	}
	return 0xffffffff
}

// load returns the operand as an expression.
func (o Operand) load() typed.Int {
	if o.Wide {
		return &typed.Load{Low: o.Low, High: o.Low + 1, Wide: true}
	}
	return &typed.Load{Low: o.Low}
}

// Complete reports whether nothing is omitted, at any depth.
func (c *Condition) Complete() bool {
	for i := range c.Parts {
		if !c.Parts[i].Complete() {
			return false
		}
	}
	return c.Omitted == 0
}

// Bool returns the condition as the evaluator reads it. Of an incomplete one it
// is what is written down.
func (c *Condition) Bool() typed.Bool {
	switch c.Op {
	case And:
		return c.join(func(x, y typed.Bool) typed.Bool { return &typed.AndExpr{X: x, Y: y} })
	case Or:
		if len(c.Parts) == 0 {
			return &typed.Truth{Value: false}
		}
		return c.join(func(x, y typed.Bool) typed.Bool { return &typed.OrExpr{X: x, Y: y} })
	case Test:
		x := c.X.load()
		if c.Mask != c.X.mask() {
			x = &typed.Binary{Op: typed.BitAnd, X: x, Y: &typed.Value{Of: x.Type(), Bits: c.Mask}}
		}
		var b typed.Bool = &typed.In{X: x, Intervals: c.Values}
		if c.Not {
			b = &typed.NotExpr{X: b}
		}
		return b
	case Relation:
		x, y := c.X.load(), c.Y.load()
		if c.Signed {
			to := typed.Type{Bits: x.Type().Bits, Signed: true}
			x, y = &typed.Convert{To: to, X: x}, &typed.Convert{To: to, X: y}
		}
		return &typed.Compare{Op: c.Compare, X: x, Y: y}
	}
	return &typed.Truth{Value: true}
}

func (c *Condition) join(op func(x, y typed.Bool) typed.Bool) typed.Bool {
	b := c.Parts[0].Bool()
	for i := range c.Parts[1:] {
		b = op(b, c.Parts[i+1].Bool())
	}
	return b
}

// key returns a text that is the same for equal conditions only.
func (c *Condition) key() string {
	var b strings.Builder
	c.appendKey(&b)
	return b.String()
}

func (c *Condition) appendKey(b *strings.Builder) {
	fmt.Fprint(b, c.Op, c.Omitted, c.X, c.Mask, c.Values, c.Not, c.Compare, c.Y, c.Signed, "(")
	for i := range c.Parts {
		c.Parts[i].appendKey(b)
	}
	b.WriteByte(')')
}

// allOf returns the conjunction of two conditions.
func allOf(x, y Condition) Condition {
	switch {
	case x.Op == Any:
		return y
	case y.Op == Any:
		return x
	}
	c := Condition{Op: And}
	for _, part := range [2]Condition{x, y} {
		if part.Op == And {
			c.Parts = append(c.Parts, part.Parts...)
		} else {
			c.Parts = append(c.Parts, part)
		}
	}
	return c
}

// anyOf returns the disjunction of conditions, of which omitted are left out.
func anyOf(parts []Condition, omitted int) Condition {
	if len(parts) == 1 && omitted == 0 {
		return parts[0]
	}
	c := Condition{Op: Or, Omitted: omitted}
	for _, part := range parts {
		if part.Op == Or {
			c.Parts = append(c.Parts, part.Parts...)
			c.Omitted += part.Omitted
		} else {
			c.Parts = append(c.Parts, part)
		}
	}
	return c
}

// cost is how much there is to read.
func (c *Condition) cost() int {
	cost := 4 * c.Omitted
	for i := range c.Parts {
		cost += 1 + c.Parts[i].cost()
	}
	switch c.Op {
	case Relation:
		cost += 2
	case Test:
		cost++
		if c.Mask != c.X.mask() {
			cost++
		}
		for _, v := range c.Values {
			cost++
			switch {
			case v.Low == v.High:
			case v.Low == 0 || v.High == c.Mask:
				cost++
			default:
				cost += 2
			}
		}
	}
	return cost
}
