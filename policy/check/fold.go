package check

import (
	"math/big"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// fold computes an operator on two constants that have no type.
func (c *checker) fold(x *filter.Binary, l, r operand) operand {
	o := c.foldValues(x, l.value, r.value)
	o.sense = max(l.sense, r.sense)
	return o
}

func (c *checker) foldValues(x *filter.Binary, l, r *big.Int) operand {
	v := new(big.Int)
	switch x.Op {
	case filter.Add:
		v.Add(l, r)
	case filter.Sub:
		v.Sub(l, r)
	case filter.Mul:
		v.Mul(l, r)
	case filter.And:
		v.And(l, r)
	case filter.Xor:
		v.Xor(l, r)
	case filter.Or:
		v.Or(l, r)
	case filter.Div, filter.Rem:
		if r.Sign() == 0 {
			c.list.Reportf(diag.DivisionByZero, x.Y.Span(), "division by zero")
			return operand{}
		}
		if x.Op == filter.Div {
			v.Quo(l, r) // truncates towards zero, as in C
		} else {
			v.Rem(l, r)
		}
	case filter.Shl, filter.Shr:
		if !r.IsInt64() || r.Int64() < 0 || r.Int64() >= maxConstantBits {
			c.list.Reportf(diag.ShiftOutOfRange, x.Y.Span(), "shift count %s is out of range", r).
				Labelf("0 to %d", maxConstantBits-1)
			return operand{}
		}
		if x.Op == filter.Shl {
			v.Lsh(l, uint(r.Int64()))
		} else {
			v.Rsh(l, uint(r.Int64()))
		}
	}
	return c.bounded(x, v)
}

// bounded returns a constant unless it has become too large.
func (c *checker) bounded(x filter.Expr, v *big.Int) operand {
	if v.BitLen() > maxConstantBits {
		c.list.Reportf(diag.NumberTooLarge, x.Span(), "number out of range").Labelf("more than %d bits", maxConstantBits)
		return operand{}
	}
	return constantOf(x, v)
}
