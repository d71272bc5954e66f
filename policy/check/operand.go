package check

import (
	"cmp"
	"math/big"

	"sandbox/arch"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// kind tells what an expression came to.
type kind uint8

const (
	invalid  kind = iota // a mistake that has been reported
	constant             // an integer that has met no type yet
	integer              // an integer of a type
	truth                // a truth value
	pointer              // an address, as a parameter
)

// An operand is what an expression came to.
type operand struct {
	kind kind
	x    filter.Expr // as written, without parentheses around it

	value *big.Int    // of a constant
	sense adaption    // of a constant
	int   typed.Int   // an integer; for a pointer, the address as an integer
	known known       // about an integer
	param *arch.Param // which the operand is, if it is one
	cond  typed.Bool
	held  *heldLints // about a truth value

	// origin is the parameter of which an integer has every bit that the kernel
	// looks at, casts aside.
	origin *arch.Param
	plain  filter.Expr // the same number without the cast to 64 bits that o.x is

	// narrow is the name of a type of fewer bits than 32 that an integer was
	// promoted from, or "".
	narrow string
}

// An adaption says how a negative constant came about, which decides what it
// means beside an unsigned operand. "~c" and "-c" are taken at the width of
// the type that they meet; a constant of the kernel that is negative, such as
// AT_FDCWD, is just that.
type adaption uint8

const (
	exact    adaption = iota
	negated           // -c
	inverted          // ~c
)

func constantOf(x filter.Expr, v *big.Int) operand {
	return operand{kind: constant, x: x, value: v}
}

func integerOf(x filter.Expr, v typed.Int, k known) operand {
	return operand{kind: integer, x: x, int: v, known: k}
}

func truthOf(x filter.Expr, b typed.Bool) operand {
	return operand{kind: truth, x: x, cond: b}
}

// valueOf returns a constant that has a type.
func valueOf(x filter.Expr, t typed.Type, bits uint64) operand {
	bits &= t.Mask()
	return integerOf(x, &typed.Value{Of: t, Bits: bits}, known{zero: t.Mask() &^ bits, one: bits})
}

// constant returns the value of an operand that is the same for every call.
func (o *operand) constant() (*big.Int, bool) {
	switch o.kind {
	case constant:
		return o.value, true
	case integer:
		if v, ok := o.int.(*typed.Value); ok {
			return mathematical(v.Of, v.Bits), true
		}
	}
	return nil, false
}

// typeName returns the name of an integer's type, as its parameter or cast has
// it.
func (o *operand) typeName() string {
	if o.narrow != "" {
		return o.narrow
	}
	return o.int.Type().String()
}

// mathematical returns the number that the bits of a type stand for.
func mathematical(t typed.Type, bits uint64) *big.Int {
	if t.Signed {
		return big.NewInt(signed(t, bits))
	}
	return new(big.Int).SetUint64(bits)
}

// signed returns the number that the bits of a signed type stand for.
func signed(t typed.Type, bits uint64) int64 {
	if t.Bits == 32 {
		return int64(int32(bits))
	}
	return int64(bits)
}

// kernelValue returns a constant of the tables as a number.
func kernelValue(v arch.Value) *big.Int {
	if v.Signed {
		return big.NewInt(int64(v.Bits))
	}
	return new(big.Int).SetUint64(v.Bits)
}

// wrap returns the low bits of a number, as many as the type has.
func wrap(v *big.Int, t typed.Type) uint64 {
	switch {
	case v.IsInt64():
		return uint64(v.Int64()) & t.Mask()
	case v.IsUint64():
		return v.Uint64() & t.Mask()
	}
	return new(big.Int).And(v, new(big.Int).SetUint64(t.Mask())).Uint64()
}

// order compares the number that the bits of a type stand for with v: -1, 0 or
// 1.
func order(t typed.Type, bits uint64, v *big.Int) int {
	switch {
	case t.Signed && v.IsInt64():
		return cmp.Compare(signed(t, bits), v.Int64())
	case !t.Signed && v.IsUint64():
		return cmp.Compare(bits, v.Uint64())
	}
	return -v.Sign() // out of the type's reach
}

// bounds returns the least and the greatest number of a type.
func bounds(t typed.Type) (least, greatest *big.Int) {
	if !t.Signed {
		return new(big.Int), new(big.Int).SetUint64(t.Mask())
	}
	top := int64(t.Mask() >> 1)
	return big.NewInt(-top - 1), big.NewInt(top)
}

// fits reports whether a number is one of the type's.
func fits(v *big.Int, t typed.Type) bool {
	if !t.Signed {
		return v.IsUint64() && v.Uint64() <= t.Mask()
	}
	top := int64(t.Mask() >> 1)
	return v.IsInt64() && -top-1 <= v.Int64() && v.Int64() <= top
}

// fitsBits reports whether a number is a pattern of as many bits as the type
// has: whether it fits as signed or as unsigned.
func fitsBits(v *big.Int, t typed.Type) bool {
	return fits(v, typed.Type{Bits: t.Bits, Signed: true}) || fits(v, typed.Type{Bits: t.Bits})
}
