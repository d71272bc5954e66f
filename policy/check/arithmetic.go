package check

import (
	"math/big"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// unary types ~x and -x.
func (c *checker) unary(x *filter.Unary) operand {
	o := c.expr(x.X)
	op, sense := typed.Negate, negated
	if x.Op == filter.Complement {
		op, sense = typed.Complement, inverted
	}
	switch o.kind {
	case truth:
		if op == typed.Complement {
			c.invertedTruth(x.X)
		} else {
			c.notInteger(x.X)
		}
		return operand{}
	case pointer:
		c.opaque(&o, "computed with")
		return operand{}
	case constant:
		v := new(big.Int).Neg(o.value)
		if op == typed.Complement {
			v.Not(o.value)
		}
		r := c.bounded(x, v)
		r.sense = sense
		return r
	case integer:
		t := o.int.Type()
		if v, ok := o.int.(*typed.Value); ok {
			return valueOf(x, t, typed.Evaluate(&typed.Unary{Op: op, X: v}, &typed.Call{}))
		}
		return integerOf(x, &typed.Unary{Op: op, X: o.int}, o.known.unary(op).mask(t))
	}
	return operand{}
}

// arithmetic types the operators on integers that give an integer.
func (c *checker) arithmetic(x *filter.Binary) operand {
	l, r := c.expr(x.X), c.expr(x.Y)
	if !c.integers(x, &l, &r) {
		return operand{}
	}
	if l.kind == constant && r.kind == constant {
		return c.fold(x, l, r)
	}
	op := binaryOps[x.Op]
	if op == typed.Shl || op == typed.Shr {
		return c.shift(x, op, l, r)
	}
	if !c.constantFactor(x, op, &l, &r) {
		return operand{}
	}
	ok := true
	switch {
	case l.kind == constant:
		l, ok = c.adopt(op, l, &r)
	case r.kind == constant:
		r, ok = c.adopt(op, r, &l)
	case l.int.Type() != r.int.Type():
		c.typesDiffer(x, &l, &r)
		ok = false
	}
	if !ok {
		return operand{}
	}
	return combine(x, op, l, r)
}

var binaryOps = [...]typed.BinaryOp{
	filter.Mul: typed.Mul,
	filter.Div: typed.Div,
	filter.Rem: typed.Rem,
	filter.Add: typed.Add,
	filter.Sub: typed.Sub,
	filter.Shl: typed.Shl,
	filter.Shr: typed.Shr,
	filter.And: typed.BitAnd,
	filter.Xor: typed.BitXor,
	filter.Or:  typed.BitOr,
}

// combine returns l op r, both of one type, or for shifts with a count that is
// a value.
func combine(x filter.Expr, op typed.BinaryOp, l, r operand) operand {
	t := l.int.Type()
	e := &typed.Binary{Op: op, X: l.int, Y: r.int}
	if _, ok := l.constant(); ok {
		if _, ok := r.constant(); ok {
			return valueOf(x, t, typed.Evaluate(e, &typed.Call{}))
		}
	}
	return integerOf(x, e, l.known.binary(op, t, r.int, r.known).mask(t))
}

// mask keeps what is known within the bits of a type.
func (k known) mask(t typed.Type) known { return known{k.zero & t.Mask(), k.one & t.Mask()} }

// integers reports whether both operands are integers, and what is wrong if
// not.
func (c *checker) integers(x *filter.Binary, l, r *operand) bool {
	if l.kind == truth || r.kind == truth {
		c.truthInArithmetic(x, l, r)
		return false
	}
	for _, o := range [...]*operand{l, r} {
		if o.kind == pointer {
			c.opaque(o, "computed with")
		}
	}
	isInteger := func(o *operand) bool { return o.kind == constant || o.kind == integer }
	return isInteger(l) && isInteger(r)
}

// adopt gives a constant the type of the integer beside it. It may be written
// as signed or as unsigned; a divisor has to be the number that it looks like.
func (c *checker) adopt(op typed.BinaryOp, o operand, beside *operand) (operand, bool) {
	t := beside.int.Type()
	ok := fitsBits(o.value, t)
	if op == typed.Div || op == typed.Rem {
		ok = fits(o.value, t)
	}
	if !ok {
		d := c.list.Reportf(diag.ConstantTooWide, o.x.Span(), "%s does not fit %s, the type of %s", describe(o.x, o.value), t, text(beside.x))
		switch {
		case fitsBits(o.value, t):
			least, greatest := bounds(t)
			d.Labelf("as a divisor, a number from %s to %s", least, greatest)
		case fitsBits(o.value, typed.U64) && !c.suggestRegister(d, beside):
			d.Hintf("to compute with 64 bits, write (%s)%s", typed.Type{Bits: 64, Signed: t.Signed}, atom(beside.x))
		}
		return operand{}, false
	}
	return valueOf(o.x, t, wrap(o.value, t)), true
}

// shift types << and >> of an integer that has a type.
func (c *checker) shift(x *filter.Binary, op typed.BinaryOp, l, r operand) operand {
	count, ok := r.constant()
	if !ok {
		c.list.Reportf(diag.VariableOperand, x.Y.Span(), "a shift count must be a constant").Labelf("depends on the call")
		return operand{}
	}
	if l.kind == constant {
		// The count has a type: a cast. The constant has none to be shifted in.
		return c.foldValues(x, l.value, count)
	}
	t := l.int.Type()
	if count.Sign() < 0 || count.Cmp(big.NewInt(int64(t.Bits))) >= 0 {
		c.list.Reportf(diag.ShiftOutOfRange, x.Y.Span(), "shift count %s is out of range", count).
			Labelf("%s is %s: 0 to %d", text(l.x), l.typeName(), t.Bits-1)
		return operand{}
	}
	return combine(x, op, l, valueOf(r.x, t, count.Uint64()))
}

// constantFactor reports whether the operator has the constant operand that it
// needs: classic BPF multiplies and divides 32 bits, and a product or quotient
// of unknowns has no bound on what it costs.
func (c *checker) constantFactor(x *filter.Binary, op typed.BinaryOp, l, r *operand) bool {
	_, left := l.constant()
	divisor, right := r.constant()
	switch {
	case op == typed.Mul && !left && !right:
		c.list.Reportf(diag.VariableOperand, x.OpAt, "a product needs a constant factor").Labelf("both sides depend on the call")
	case (op == typed.Div || op == typed.Rem) && !right:
		c.list.Reportf(diag.VariableOperand, x.Y.Span(), "a divisor must be a constant").Labelf("depends on the call")
	case (op == typed.Div || op == typed.Rem) && divisor.Sign() == 0:
		c.list.Reportf(diag.DivisionByZero, x.Y.Span(), "division by zero")
	default:
		return true
	}
	return false
}

// typesDiffer reports two integers of different types.
func (c *checker) typesDiffer(x *filter.Binary, l, r *operand) {
	d := c.list.Reportf(diag.TypesDiffer, x.OpAt, "%s is %s and %s is %s", text(l.x), l.typeName(), text(r.x), r.typeName()).
		Labelf("needs operands of one type")
	lt, rt := l.int.Type(), r.int.Type()
	switch {
	case lt.Bits > rt.Bits:
		d.Hintf("write (%s)%s", lt, atom(r.x))
	case lt.Bits < rt.Bits:
		d.Hintf("write (%s)%s", rt, atom(l.x))
	default:
		d.Hintf("write (%s)%s or (%s)%s", lt, atom(r.x), rt, atom(l.x))
	}
}

// atom returns an expression as text that a cast or "!" can stand before.
func atom(x filter.Expr) string {
	switch unparen(x).(type) {
	case *filter.Binary, *filter.In:
		return "(" + text(x) + ")"
	}
	return text(x)
}
