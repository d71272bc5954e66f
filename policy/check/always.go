package check

import (
	"fmt"
	"math/big"
	"strconv"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// alwaysSame reports a comparison with a constant that comes out the same for
// every call.
func (c *checker) alwaysSame(at comparison, o *operand, v *big.Int, outcome bool) {
	d := c.list.Reportf(diag.AlwaysSame, at.x.Span(), "always %t: %s", outcome, c.why(o, v))
	switch {
	case o.known.zero == o.int.Type().Mask():
		suggestMask(d, o.x)
	case at.bare:
	case at.op == typed.Eq || at.op == typed.Ne:
		c.suggestEqual(d, at, o, v)
	case v.Sign() <= 0 && !o.int.Type().Signed && o.narrow == "":
		d.Hintf("to compare as a signed number, write %s", swapped(at, o, at.other))
	case o.int.Type().Signed && o.narrow == "" && !fits(v, o.int.Type()) && fitsBits(v, o.int.Type()):
		d.Hintf("to compare as an unsigned number, write %s", swapped(at, o, at.other))
	case o.int.Type().Bits == 32 && !fitsBits(v, typed.U32) && fitsBits(v, typed.U64):
		c.suggestRegister(d, o)
	}
}

// why says what about an integer makes its comparison with v come out the same
// for every call.
func (c *checker) why(o *operand, v *big.Int) string {
	t := o.int.Type()
	subject := text(o.x)
	least, greatest := bounds(t)
	knownLeast, knownGreatest := mathematical(t, o.known.least(t)), mathematical(t, o.known.greatest(t))
	is := fmt.Sprintf("%s is %s%s", subject, o.typeName(), c.here(o))
	switch {
	case knownLeast.Cmp(knownGreatest) == 0:
		return fmt.Sprintf("%s is always %s", subject, knownLeast)
	case o.narrow != "" && v.Cmp(knownGreatest) >= 0, v.Cmp(greatest) >= 0 && knownGreatest.Cmp(greatest) == 0:
		return fmt.Sprintf("%s, at most %s", is, knownGreatest)
	case v.Cmp(least) <= 0 && knownLeast.Cmp(least) == 0:
		if least.Sign() == 0 {
			return is + ", never negative"
		}
		return fmt.Sprintf("%s, at least %s", is, least)
	case v.Cmp(knownGreatest) >= 0:
		return fmt.Sprintf("%s is at most %s", subject, knownGreatest)
	case v.Cmp(knownLeast) <= 0:
		return fmt.Sprintf("%s is at least %s", subject, knownLeast)
	}
	bits := wrap(v, t)
	if extra := bits & o.known.zero; extra != 0 {
		return fmt.Sprintf("%s never has %s", subject, bitsText(extra))
	}
	return fmt.Sprintf("%s always has %s", subject, bitsText(o.known.one&^bits))
}

func bitsText(bits uint64) string {
	if bits&(bits-1) == 0 {
		return "the bit 0x" + strconv.FormatUint(bits, 16)
	}
	return "the bits 0x" + strconv.FormatUint(bits, 16)
}

// suggestMask hints at why "x & c" is always zero: c is.
func suggestMask(d *diag.Diagnostic, x filter.Expr) {
	b, ok := unparen(x).(*filter.Binary)
	if !ok || b.Op != filter.And {
		return
	}
	if mask := text(b.Y); mask == "O_RDONLY" {
		d.Hintf("O_RDONLY is 0; for the access mode, write %s & O_ACCMODE == O_RDONLY", text(b.X))
	} else if _, isName := unparen(b.Y).(*filter.Name); isName {
		d.Hintf("%s is 0, so it has no bit to test", mask)
	}
}

// here returns " on i386" where a parameter's type is another one on the
// 64-bit ABI of the same machines.
func (c *checker) here(o *operand) string {
	call, param := c.paramOf(o)
	if param == nil || c.abi.Machine() == c.abi {
		return ""
	}
	if other, ok := c.abi.Machine().Syscall(call.Name); ok {
		if there, ok := other.Param(param.Name); !ok || there.Type == param.Type {
			return ""
		}
	}
	return " on " + c.abi.String()
}

// suggestEqual hints at what "x == v" was probably meant to be.
func (c *checker) suggestEqual(d *diag.Diagnostic, at comparison, o *operand, v *big.Int) {
	t := o.int.Type()
	op := symbol(at.op)
	other := text(at.other)
	bits := wrap(v, t)
	switch {
	case suggestBits(d, o, v, op == "=="):
	case o.narrow != "":
	case bits&o.known.zero != 0 || o.known.one&^bits != 0:
		// Read in another way, v would still have bits that cannot be.
	case t.Signed && !fits(v, t) && fitsBits(v, t):
		// 0xffffffff where -1 is meant.
		unsigned := typed.Type{Bits: t.Bits}
		d.Hintf("write %s %s %s, or (%s)%s %s %s", text(o.x), op, mathematical(t, bits), unsigned, atom(o.x), op, other)
	case !t.Signed && !fits(v, t) && fitsBits(v, t):
		d.Hintf("write %s, or %s %s 0x%x", swapped(at, o, at.other), text(o.x), op, bits)
	case t.Bits == 32 && !fits(v, t) && fitsBits(v, typed.U64):
		c.suggestRegister(d, o)
	}
}

// suggestBits hints at how bits are tested, where "x & BIT == 1" or the like was
// written: the result is 0 or the bit itself.
func suggestBits(d *diag.Diagnostic, o *operand, v *big.Int, equal bool) bool {
	can := o.int.Type().Mask() &^ o.known.zero
	and, ok := unparen(o.x).(*filter.Binary)
	if !ok || and.Op != filter.And || can == 0 || o.known.one != 0 {
		return false
	}
	some, all := "!=", "=="
	if !equal {
		some, all = all, some
	}
	switch {
	case can&(can-1) == 0:
		d.Hintf("it is 0 or 0x%x: write %s %s 0", can, text(o.x), some)
	case v.IsInt64() && v.Int64() == 1:
		d.Hintf("for any of the bits, write %s %s 0; for all, %s %s %s", text(o.x), some, text(o.x), all, text(and.Y))
	default:
		return false
	}
	return true
}

// suggestRegister says where the high half of a 32-bit parameter is, if the
// operand is one.
func (c *checker) suggestRegister(d *diag.Diagnostic, o *operand) bool {
	_, param := c.paramOf(o)
	if param == nil {
		return false
	}
	d.Hintf("the kernel reads %d bits of %s; args[%d] is all of the register", param.Type.Bits, text(o.x), param.Low)
	return true
}

// swapped returns the comparison with its integer cast to the other signedness.
func swapped(at comparison, o *operand, other filter.Expr) string {
	t := o.int.Type()
	t.Signed = !t.Signed
	return fmt.Sprintf("(%s)%s %s %s", t, atom(o.x), symbol(at.op), text(other))
}

func symbol(op typed.CompareOp) string {
	for i, o := range compareOps {
		if i >= int(filter.Eq) && o == op {
			return filter.Op(i).String()
		}
	}
	return "=="
}

// memberOutside reports a member of a set that the integer can never be.
func (c *checker) memberOutside(x *filter.In, o *operand, m *member, end *operand, v *big.Int) {
	span, number := m.x.Span(), describe(m.x, v)
	switch {
	case m.isRange:
		span, number = end.x.Span(), v.String()
	case x.Set.Name != nil:
		span = x.Set.At
	}
	d := c.list.Reportf(diag.ImpossibleMember, span, "%s can never be %s: %s", text(x.X), number, c.why(o, v)).
		Labelf("a member of the set that never matches")
	if x.Set.Name != nil {
		d.Notef(m.x.Span(), "the member is here")
	}
	switch t := o.int.Type(); {
	case o.narrow == "" && !fits(v, t) && fitsBits(v, t):
		same := mathematical(t, wrap(v, t)).String()
		if !t.Signed {
			same = "0x" + strconv.FormatUint(wrap(v, t), 16)
		}
		t.Signed = !t.Signed
		if m.isRange || x.Set.Name != nil {
			d.Hintf("write (%s)%s in ...", t, atom(o.x))
		} else {
			d.Hintf("write %s for it, or (%s)%s in ...", same, t, atom(o.x))
		}
	case t.Bits == 32 && !fits(v, t) && fitsBits(v, typed.U64):
		c.suggestRegister(d, o)
	}
}

// describe returns a constant as written, with its value where that says more.
func describe(x filter.Expr, v *big.Int) string {
	written := text(x)
	value := v.String()
	if written == value {
		return written
	}
	if n, ok := unparen(x).(*filter.Number); ok {
		if literal, ok := new(big.Int).SetString(n.Text, 0); ok && literal.Cmp(v) == 0 {
			return written
		}
	}
	if v.Sign() > 0 && v.BitLen() > 16 {
		value = "0x" + v.Text(16)
	}
	return written + " (" + value + ")"
}
