package prove

import "sandbox/policy/typed"

// condition returns where b holds, in a region.
func (in *inputs) condition(b typed.Bool, r region) diagram {
	d := in.d
	switch b := b.(type) {
	case *typed.Truth:
		if b.Value {
			return always
		}
		return never
	case *typed.NotExpr:
		return d.not(in.condition(b.X, r))
	case *typed.AndExpr:
		return d.and(in.condition(b.X, r), in.condition(b.Y, r))
	case *typed.OrExpr:
		return d.or(in.condition(b.X, r), in.condition(b.Y, r))
	case *typed.Predicate:
		return in.condition(b.X, r)
	case *typed.Compare:
		if _, ok := b.Y.(*typed.Value); ok {
			if x := in.integer(b.X, r); in.d.isPlain(x) {
				return in.among(x, values(b, b.X.Type()))
			}
		}
		return in.compare(b, r)
	case *typed.In:
		x, t := in.integer(b.X, r), b.X.Type()
		if in.d.isPlain(x) {
			return in.among(x, values(b, t))
		}
		found := never
		for _, i := range b.Intervals {
			low, high := constant(i.Low, int(t.Bits)), constant(i.High, int(t.Bits))
			outside := d.or(in.less(x, low, t), in.less(high, x, t))
			found = d.or(found, d.not(outside))
		}
		return found
	}
	panic("prove: a condition of no known kind")
}

// among tells where a number has one of some values, which ascend and are neither
// overlapping nor adjacent.
func (in *inputs) among(n number, values []typed.Interval) diagram {
	rows := make([]row, 1, 2*len(values)+1) // never, so far
	for _, v := range values {
		if v.Low == 0 {
			rows = rows[:0]
		}
		rows = append(rows, row{v.Low, always})
		if next := v.High + 1; next != 0 && next>>(len(n)-1)>>1 == 0 {
			rows = append(rows, row{next, never})
		}
	}
	return in.d.table(n, rows)
}

func (in *inputs) compare(c *typed.Compare, r region) diagram {
	d, t := in.d, c.X.Type()
	x, y := in.integer(c.X, r), in.integer(c.Y, r)
	switch c.Op {
	case typed.Eq:
		return d.equal(x, y)
	case typed.Ne:
		return d.not(d.equal(x, y))
	case typed.Lt:
		return in.less(x, y, t)
	case typed.Le:
		return d.not(in.less(y, x, t))
	case typed.Gt:
		return in.less(y, x, t)
	default:
		return d.not(in.less(x, y, t))
	}
}

// less tells where x < y in the order of type t: for signed types the top bits
// count against.
func (in *inputs) less(x, y number, t typed.Type) diagram {
	if t.Signed {
		top := len(x) - 1
		x, y = append(number(nil), x...), append(number(nil), y...)
		x[top], y[top] = in.d.not(x[top]), in.d.not(y[top])
	}
	return in.d.below(x, y)
}

// integer returns the value of x, with as many bits as its type has.
func (in *inputs) integer(x typed.Int, r region) number {
	switch x := x.(type) {
	case *typed.Value:
		return constant(x.Bits, int(x.Of.Bits))
	case *typed.Load:
		low := r.word(in, x.Low)
		if !x.Wide {
			return low
		}
		return append(append(make(number, 0, 64), low...), r.word(in, x.High)...)
	case *typed.Convert:
		return convert(in.integer(x.X, r), x.X.Type(), x.To)
	case *typed.Unary:
		if x.Op == typed.Negate {
			return in.d.negate(in.integer(x.X, r))
		}
		return in.d.complement(in.integer(x.X, r))
	case *typed.Binary:
		return in.binary(x, r)
	}
	panic("prove: an integer expression of no known kind")
}

func convert(v number, from, to typed.Type) number {
	if from.Bits >= to.Bits {
		return v[:to.Bits]
	}
	out := constant(0, int(to.Bits))
	copy(out, v)
	if from.Signed {
		for i := len(v); i < len(out); i++ {
			out[i] = v[len(v)-1]
		}
	}
	return out
}

func (in *inputs) binary(x *typed.Binary, r region) number {
	d := in.d
	a, b := in.integer(x.X, r), in.integer(x.Y, r)
	signed := x.Type().Signed
	switch x.Op {
	case typed.Add:
		return d.add(a, b, never)
	case typed.Sub:
		return d.subtract(a, b)
	case typed.Mul:
		if p, ok := in.multiplyOpaquely(a, b); ok {
			return p
		}
		return d.multiply(a, b)
	case typed.Div, typed.Rem:
		return in.divide(x.Op, a, b, signed)
	case typed.Shl:
		return shiftLeft(a, shiftCount(b))
	case typed.Shr:
		fill := never
		if signed {
			fill = a[len(a)-1]
		}
		return shiftRight(a, shiftCount(b), fill)
	case typed.BitAnd:
		return d.bitwise(d.and, a, b)
	case typed.BitOr:
		return d.bitwise(d.or, a, b)
	}
	return d.bitwise(d.xor, a, b)
}

// shiftCount returns by how much is shifted: in policies, by constants less than
// the width. There is no proof of anything else.
func shiftCount(b number) int {
	n, ok := constantOf(b)
	if !ok || n >= 64 {
		panic(errLimit)
	}
	return int(n)
}

// divide truncates towards zero: signed numbers are divided by their
// magnitudes, and the remainder has the sign of the dividend.
func (in *inputs) divide(op typed.BinaryOp, a, b number, signed bool) number {
	d := in.d
	aNegative, bNegative := never, never
	if signed {
		aNegative, bNegative = a[len(a)-1], b[len(b)-1]
		a, b = in.negateWhere(aNegative, a), in.negateWhere(bNegative, b)
	}
	quotient, remainder, ok := in.divideOpaquely(a, b)
	if !ok {
		quotient, remainder = d.divide(a, b)
	}
	if op == typed.Div {
		return in.negateWhere(d.xor(aNegative, bNegative), quotient)
	}
	return in.negateWhere(aNegative, remainder)
}

func (in *inputs) negateWhere(f diagram, v number) number {
	if f == never {
		return v
	}
	negative := in.d.negate(v)
	out := make(number, len(v))
	for i := range v {
		out[i] = in.d.choose(f, negative[i], v[i])
	}
	return out
}
