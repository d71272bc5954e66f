package check

import (
	"math/big"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

var compareOps = [...]typed.CompareOp{
	filter.Eq: typed.Eq,
	filter.Ne: typed.Ne,
	filter.Lt: typed.Lt,
	filter.Le: typed.Le,
	filter.Gt: typed.Gt,
	filter.Ge: typed.Ge,
}

// mirrored holds what x op y is as y op' x.
var mirrored = [...]typed.CompareOp{
	typed.Eq: typed.Eq,
	typed.Ne: typed.Ne,
	typed.Lt: typed.Gt,
	typed.Le: typed.Ge,
	typed.Gt: typed.Lt,
	typed.Ge: typed.Le,
}

// comparison types == != < <= > >=. Both sides are compared as the numbers
// that they are, whatever their types.
func (c *checker) comparison(x *filter.Binary) operand {
	l, r := c.expr(x.X), c.expr(x.Y)
	if l.kind == truth || r.kind == truth {
		c.truthCompared(x, &l, &r)
		return operand{}
	}
	op := compareOps[x.Op]
	if l.kind == pointer || r.kind == pointer {
		return c.pointerCompared(x, op, &l, &r)
	}
	if l.kind == invalid || r.kind == invalid {
		return operand{}
	}
	lv, leftFixed := l.constant()
	rv, rightFixed := r.constant()
	var cond typed.Bool
	switch {
	case leftFixed && rightFixed && c.generic(x):
		lv, rv = sameSense(op, &l, &r)
		return truthOf(x, &typed.Truth{Value: ordered(op, lv.Cmp(rv))})
	case leftFixed && rightFixed:
		c.list.Reportf(diag.ConstantCondition, x.At, "always %t: both sides are constants", ordered(op, lv.Cmp(rv))).
			Labelf("%s %s %s", lv, x.Op, rv)
		return truthOf(x, &typed.Truth{})
	case rightFixed:
		cond = c.compareConstant(comparison{x: x, op: op, other: x.Y}, &l, rv, r.sense)
	case leftFixed:
		cond = c.compareConstant(comparison{x: x, op: mirrored[op], other: x.X}, &r, lv, l.sense)
	default:
		cond = c.compareVariables(x, op, &l, &r)
	}
	if _, always := cond.(*typed.Truth); always {
		return truthOf(x, cond)
	}
	return truthOf(x, c.predicate(x, cond, &l, &r))
}

// A comparison is one of an integer with a constant, for messages.
type comparison struct {
	x     filter.Expr // all of it
	op    typed.CompareOp
	other filter.Expr // the constant
	bare  bool        // an integer where a truth value is needed, without a constant
}

// compareConstant compares an integer with a number. What comes out the same
// for every call is a mistake.
func (c *checker) compareConstant(at comparison, o *operand, v *big.Int, sense adaption) typed.Bool {
	t := o.int.Type()
	v = adapt(v, sense, t, at.op)
	low, high := order(t, o.known.least(t), v), order(t, o.known.greatest(t), v)
	if outcome, always := decided(at.op, low, high); always {
		c.alwaysSame(at, o, v, outcome)
		return &typed.Truth{Value: outcome}
	}
	bits := wrap(v, t)
	if (at.op == typed.Eq || at.op == typed.Ne) && (bits&o.known.zero != 0 || o.known.one&^bits != 0) {
		c.alwaysSame(at, o, v, at.op == typed.Ne)
		return &typed.Truth{Value: at.op == typed.Ne}
	}
	if c.fieldAlways(at, o, v) {
		return &typed.Truth{}
	}
	c.lint(narrows(at.op), func() { c.lintEqual(at, o, v) })
	c.lintCast(at.x, o)
	return &typed.Compare{Op: at.op, X: o.int, Y: &typed.Value{Of: t, Bits: bits}}
}

// sameSense returns two constants as the numbers that they are beside each
// other: one without a type is taken as it would be beside a parameter of the
// other one's type.
func sameSense(op typed.CompareOp, l, r *operand) (*big.Int, *big.Int) {
	lv, _ := l.constant()
	rv, _ := r.constant()
	switch {
	case l.kind == integer && r.kind == constant:
		rv = adapt(rv, r.sense, l.int.Type(), op)
	case l.kind == constant && r.kind == integer:
		lv = adapt(lv, l.sense, r.int.Type(), op)
	}
	return lv, rv
}

// adapt returns a negative constant as the number that its bits are in an
// unsigned type, if it was written to mean bits: "~c" always, "-c" where
// equality is asked for. As a bound, "len < -1" is more likely a mistake.
func adapt(v *big.Int, sense adaption, t typed.Type, op typed.CompareOp) *big.Int {
	if v.Sign() >= 0 || t.Signed || !fitsBits(v, t) {
		return v
	}
	if sense == inverted || sense == negated && (op == typed.Eq || op == typed.Ne) {
		return new(big.Int).SetUint64(wrap(v, t))
	}
	return v
}

// ordered returns the outcome of a comparison from the order of its sides: -1,
// 0 or 1.
func ordered(op typed.CompareOp, order int) bool {
	switch op {
	case typed.Eq:
		return order == 0
	case typed.Ne:
		return order != 0
	case typed.Lt:
		return order < 0
	case typed.Le:
		return order <= 0
	case typed.Gt:
		return order > 0
	}
	return order >= 0
}

// decided reports whether a comparison with a constant comes out the same for
// all of a range of numbers, and how, from the order of its ends.
func decided(op typed.CompareOp, low, high int) (outcome, always bool) {
	switch op {
	case typed.Eq, typed.Ne:
		switch {
		case low == 0 && high == 0:
			return op == typed.Eq, true
		case low > 0 || high < 0:
			return op == typed.Ne, true
		}
		return false, false
	}
	// The others are monotonic: what holds at both ends holds in between.
	outcome = ordered(op, low)
	return outcome, outcome == ordered(op, high)
}

// compareIntegers compares two integers as numbers. Where one type holds both,
// that is one comparison; otherwise a sign test settles what the signed side's
// negative numbers compare like.
func compareIntegers(op typed.CompareOp, l, r operand) typed.Bool {
	if t, ok := commonType(&l, &r); ok {
		return &typed.Compare{Op: op, X: convert(l, t).int, Y: convert(r, t).int}
	}
	// One is signed and may be negative, and the other, unsigned, may exceed
	// the signed type.
	if !l.int.Type().Signed {
		l, r, op = r, l, mirrored[op]
	}
	st := l.int.Type()
	zero := &typed.Value{Of: st}
	wide := typed.Type{Bits: max(st.Bits, r.int.Type().Bits)}
	rest := &typed.Compare{Op: op, X: convert(l, wide).int, Y: convert(r, wide).int}
	if ordered(op, -1) { // true of a negative number and an unsigned one
		return &typed.OrExpr{X: &typed.Compare{Op: typed.Lt, X: l.int, Y: zero}, Y: rest}
	}
	return &typed.AndExpr{X: &typed.Compare{Op: typed.Ge, X: l.int, Y: zero}, Y: rest}
}

// commonType returns the narrowest type, no wider than the wider of both, that
// holds every value of both. A wider one would do for u32 and i32, but a sign
// test costs less than 64 bits.
func commonType(l, r *operand) (typed.Type, bool) {
	lt, rt := l.int.Type(), r.int.Type()
	if lt == rt {
		return lt, true
	}
	for _, t := range [...]typed.Type{typed.U32, typed.I32, typed.U64, typed.I64} {
		if t.Bits <= max(lt.Bits, rt.Bits) && l.known.fits(lt, t) && r.known.fits(rt, t) {
			return t, true
		}
	}
	return typed.Type{}, false
}
