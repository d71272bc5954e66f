package check

import (
	"math/bits"

	"sandbox/policy/typed"
)

// known is what is certain about the bits of an integer, whatever the call:
// those that are always zero and those that are always one. Both lie within
// the mask of the integer's type.
type known struct{ zero, one uint64 }

// sign returns the bit that makes a value of the type negative, if signed.
func sign(t typed.Type) uint64 { return t.Mask() ^ t.Mask()>>1 }

// least and greatest return the bounds of the integer in its type's order, as
// bits of the type.
func (k known) least(t typed.Type) uint64 {
	if t.Signed && k.zero&sign(t) == 0 {
		return k.one | sign(t)
	}
	return k.one
}

func (k known) greatest(t typed.Type) uint64 {
	v := t.Mask() &^ k.zero
	if t.Signed && k.one&sign(t) == 0 {
		v &^= sign(t)
	}
	return v
}

// fits reports whether every value that an integer of type t can have is a
// number of the type to as well.
func (k known) fits(t, to typed.Type) bool {
	least, greatest := k.least(t), k.greatest(t)
	if t.Signed && signed(t, least) < 0 {
		return to.Signed && signed(t, least) >= -int64(to.Mask()>>1)-1 &&
			(signed(t, greatest) < 0 || uint64(signed(t, greatest)) <= to.Mask()>>1)
	}
	if to.Signed {
		return greatest <= to.Mask()>>1
	}
	return greatest <= to.Mask()
}

// convert returns what is known after a conversion from one type to another.
func (k known) convert(from, to typed.Type) known {
	if to.Bits > from.Bits {
		above := to.Mask() &^ from.Mask()
		switch {
		case !from.Signed || k.zero&sign(from) != 0:
			k.zero |= above
		case k.one&sign(from) != 0:
			k.one |= above
		}
	}
	return known{k.zero & to.Mask(), k.one & to.Mask()}
}

// unary returns what is known of ~x or -x.
func (k known) unary(op typed.UnaryOp) known {
	if op == typed.Complement {
		return known{zero: k.one, one: k.zero}
	}
	return known{}
}

// binary returns what is known of x op y in type t.
func (k known) binary(op typed.BinaryOp, t typed.Type, y typed.Int, l known) known {
	mask := t.Mask()
	constant, isConstant := y.(*typed.Value)
	switch op {
	case typed.BitAnd:
		return known{zero: k.zero | l.zero, one: k.one & l.one}
	case typed.BitOr:
		return known{zero: k.zero & l.zero, one: k.one | l.one}
	case typed.BitXor:
		return known{
			zero: k.zero&l.zero | k.one&l.one,
			one:  k.zero&l.one | k.one&l.zero,
		}
	case typed.Shl:
		if isConstant {
			n := constant.Bits
			return known{zero: (k.zero<<n | (1<<n - 1)) & mask, one: k.one << n & mask}
		}
	case typed.Shr:
		if isConstant {
			n := constant.Bits
			above := mask &^ (mask >> n)
			r := known{zero: k.zero >> n, one: k.one >> n}
			switch {
			case !t.Signed || k.zero&sign(t) != 0:
				r.zero |= above
			case k.one&sign(t) != 0:
				r.one |= above
			}
			return r
		}
	case typed.Div, typed.Rem:
		if isConstant && (!t.Signed || k.zero&sign(t) != 0 && constant.Bits&sign(t) == 0) {
			greatest := k.greatest(t)
			if op == typed.Div {
				greatest /= constant.Bits
			} else {
				greatest = min(greatest, constant.Bits-1)
			}
			return known{zero: mask &^ (1<<bits.Len64(greatest) - 1)}
		}
	}
	return known{}
}
