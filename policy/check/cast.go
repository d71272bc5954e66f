package check

import (
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// castTypes returns the type that values of a named type are computed in, and
// how many of its low bits the named type has.
func castTypes(name string) (castType, bool) {
	switch name {
	case "u8":
		return castType{typed.U32, 8}, true
	case "u16":
		return castType{typed.U32, 16}, true
	case "u32":
		return castType{typed.U32, 32}, true
	case "i32":
		return castType{typed.I32, 32}, true
	case "u64":
		return castType{typed.U64, 64}, true
	case "i64":
		return castType{typed.I64, 64}, true
	}
	return castType{}, false
}

type castType struct {
	typed.Type
	keep uint8
}

// cast types (T)x. As in C, the low bits stay what they are.
func (c *checker) cast(x *filter.Cast) operand {
	o := c.expr(x.X)
	to, ok := castTypes(x.Type)
	if !ok {
		c.list.Reportf(diag.ForeignType, x.TypeAt, "unknown type %s", x.Type).
			Hintf("the types are u8, u16, u32, i32, u64 and i64")
		return operand{}
	}
	switch o.kind {
	case invalid:
		return operand{}
	case truth:
		c.list.Reportf(diag.NotInteger, x.X.Span(), "a truth value cannot be cast to %s", x.Type).
			Labelf("true or false, not an integer")
		return operand{}
	case pointer:
		if to.Signed || to.keep < 32 {
			c.list.Reportf(diag.PointerCast, x.At, "a pointer cannot be cast to %s", x.Type).
				Hintf("write (u64)%s or (u32)%s, for the address as an integer", text(x.X), text(x.X))
			return operand{}
		}
		c.lintAddress(x, &o)
	case constant:
		bits := wrap(o.value, to.Type)
		if to.keep < 32 {
			bits &= 1<<to.keep - 1
		}
		o = valueOf(x, to.Type, bits)
	}
	o.plain = nil
	if o.kind == integer && to.keep == 64 && o.known.fits(o.int.Type(), to.Type) {
		o.plain = x.X
	}
	if o.origin != nil && to.keep < o.origin.Type.Bits {
		o.origin = nil
	}
	o.kind, o.x, o.param = integer, x, nil
	if to.keep < 32 {
		return c.narrow(o, to.keep)
	}
	o = convert(o, to.Type)
	return o
}

// convert gives an integer another type, with no more conversions than needed.
func convert(o operand, to typed.Type) operand {
	from := o.int.Type()
	if from == to {
		return o
	}
	o.known = o.known.convert(from, to)
	o.narrow = ""
	switch x := o.int.(type) {
	case *typed.Value:
		bits := x.Bits
		if from.Signed {
			bits = uint64(signed(from, bits))
		}
		o.int = &typed.Value{Of: to, Bits: bits & to.Mask()}
		return o
	case *typed.Convert:
		// All bits that are kept come from x.X, or repeat its sign, either way.
		if to.Bits <= from.Bits {
			o.int = x.X
			return reconvert(o, to)
		}
	case *typed.Load:
		if x.Wide && to.Bits == 32 {
			o.int = &typed.Load{Low: x.Low}
			return reconvert(o, to)
		}
	}
	o.int = &typed.Convert{To: to, X: o.int}
	return o
}

// reconvert is convert for an operand whose known bits are those of the result
// already.
func reconvert(o operand, to typed.Type) operand {
	k := o.known
	o = convert(o, to)
	o.known = k
	return o
}
