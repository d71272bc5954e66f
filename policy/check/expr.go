package check

import (
	"math/big"
	"strconv"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// maxConstantBits bounds the numbers that constants may come to: far above any
// use, and low enough that no chain of shifts fills the memory.
const maxConstantBits = 256

// condition types an expression where a truth value is needed. An integer
// there means "!= 0".
func (c *checker) condition(x filter.Expr) typed.Bool {
	c.grow(1)
	switch x := x.(type) {
	case *filter.Paren:
		return c.condition(x.X)
	case *filter.Let:
		return let(c, x, c.condition)
	case *filter.Unary:
		if x.Op == filter.Not {
			c.negated = !c.negated
			inner := c.condition(x.X)
			c.negated = !c.negated
			return negation(inner)
		}
	case *filter.Binary:
		switch x.Op {
		case filter.AndAnd:
			left := c.condition(x.X)
			return conjunction(left, c.condition(x.Y))
		case filter.OrOr:
			left := c.condition(x.X)
			reported := len(c.list)
			right := c.condition(x.Y)
			c.hintAlternative(x, reported)
			return disjunction(left, right)
		}
	}
	o := c.expr(x)
	switch o.kind {
	case truth:
		c.release(o.held)
		return o.cond
	case pointer:
		c.list.Reportf(diag.OpaquePointer, x.Span(), "%s is a pointer, not a truth value", text(x)).
			Hintf("write %s != 0, or %s == 0 for the opposite", text(x), text(x))
	case constant, integer:
		return c.nonZero(x, &o)
	}
	return &typed.Truth{}
}

// nonZero types an integer where a truth value is needed.
func (c *checker) nonZero(x filter.Expr, o *operand) typed.Bool {
	if v, ok := o.constant(); ok {
		if c.generic(x) {
			return &typed.Truth{Value: v.Sign() != 0}
		}
		d := c.list.Reportf(diag.ConstantCondition, x.Span(), "always %t: %s is a constant", v.Sign() != 0, text(x)).
			Labelf("depends on no call")
		if name, ok := unparen(x).(*filter.Name); ok {
			d.Hintf("compare it: PARAMETER == %s, or PARAMETER & %s for bits", name.Text, name.Text)
		}
		return &typed.Truth{}
	}
	cond := c.compareConstant(comparison{x: x, op: typed.Ne, bare: true}, o, new(big.Int), exact)
	return c.predicate(x, cond, o)
}

// predicate wraps what somebody wrote as one condition, so that an explanation
// can show it with the values of its operands.
func (c *checker) predicate(x filter.Expr, cond typed.Bool, operands ...*operand) typed.Bool {
	at := x.Span()
	if c.standIn != nil {
		at = *c.standIn
	}
	p := &typed.Predicate{X: cond, At: c.position(at), Text: c.printed(x)}
	for _, o := range operands {
		if _, fixed := o.constant(); !fixed && o.int != nil {
			p.Operands = append(p.Operands, typed.Operand{Text: c.printed(o.x), Value: o.int})
		}
	}
	return p
}

// expr types any expression.
func (c *checker) expr(x filter.Expr) operand {
	if c.grow(1); c.exhausted {
		return operand{}
	}
	switch x := x.(type) {
	case *filter.Paren:
		return c.expr(x.X)
	case *filter.Number:
		return c.number(x)
	case *filter.Name:
		return c.name(x)
	case *filter.Index:
		return c.register(x)
	case *filter.Cast:
		return c.cast(x)
	case *filter.In:
		return c.membership(x)
	case *filter.Unary:
		if x.Op == filter.Not {
			return truthOf(x, c.condition(x))
		}
		return c.unary(x)
	case *filter.Binary:
		switch x.Op {
		case filter.AndAnd, filter.OrOr:
			return truthOf(x, c.condition(x))
		case filter.Eq, filter.Ne, filter.Lt, filter.Le, filter.Gt, filter.Ge:
			return c.comparison(x)
		}
		return c.arithmetic(x)
	case *filter.Apply:
		return c.apply(x)
	case *filter.Quantifier:
		return c.quantifier(x)
	case *filter.Let:
		return let(c, x, c.expr)
	}
	return operand{} // there are no others
}

// number returns the constant that a literal stands for.
func (c *checker) number(x *filter.Number) operand {
	v, ok := new(big.Int), false
	if len(x.Text) <= maxConstantBits+len("0b") {
		if small, err := strconv.ParseUint(x.Text, 0, 64); err == nil { // nearly all; SetString is slow
			return constantOf(x, v.SetUint64(small))
		}
		v, ok = v.SetString(x.Text, 0)
		ok = ok && v.BitLen() <= maxConstantBits
	}
	if !ok {
		c.list.Reportf(diag.NumberTooLarge, x.At, "number out of range").Labelf("more than %d bits", maxConstantBits)
		return operand{}
	}
	return constantOf(x, v)
}

// text returns an expression for a message: without parentheses around it, and
// cut if it is long.
func text(x filter.Expr) string {
	const most = 100
	s := filter.Print(unparen(x))
	if len(s) > most {
		return s[:most-3] + "..."
	}
	return s
}
