package check

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// parameter returns a parameter as the kernel reads it: the low bits of its
// register, with the sign that the kernel gives them. The high half of a
// 32-bit ABI's register is never read: a 64-bit program that enters the kernel
// by int 0x80 may leave anything there.
func (c *checker) parameter(x *filter.Name, p *arch.Param) operand {
	low := int(p.Low)
	load := &typed.Load{Low: typed.ArgLow(low)}
	switch {
	case p.Split:
		load = &typed.Load{Low: load.Low, High: typed.ArgLow(int(p.High)), Wide: true}
	case p.Type.Bits == 64 && c.abi.Bits() == 64:
		load = &typed.Load{Low: load.Low, High: typed.ArgHigh(low), Wide: true}
	}
	o := integerOf(x, load, known{})
	switch {
	case p.Type.Pointer:
		o.kind = pointer
	case p.Type.Bits < 32:
		o = c.narrow(o, p.Type.Bits)
		if p.Type.Signed {
			o = signExtend(o, p.Type.Bits)
		}
	case p.Type.Signed:
		o = convert(o, typed.Type{Bits: load.Type().Bits, Signed: true})
	}
	o.param, o.origin = p, p
	return o
}

// narrow keeps the low 8 or 16 bits of an integer, as a u32.
func (c *checker) narrow(o operand, bits uint8) operand {
	narrow := "u8"
	if bits == 16 {
		narrow = "u16"
	}
	o = convert(o, typed.U32)
	mask := valueOf(o.x, typed.U32, 1<<bits-1)
	if o.known.zero|mask.known.one != typed.U32.Mask() {
		o = combine(o.x, typed.BitAnd, o, mask)
	}
	o.narrow = narrow
	return o
}

// signExtend reads the low bits of a u32 as a signed number.
func signExtend(o operand, bits uint8) operand {
	by := uint64(32 - bits)
	count := valueOf(o.x, typed.I32, by)
	x := combine(o.x, typed.Shl, convert(o, typed.I32), count)
	x = combine(o.x, typed.Shr, x, count)
	x.narrow = "i8"
	if bits == 16 {
		x.narrow = "i16"
	}
	return x
}

// register returns args[i]: the raw 64 bits.
func (c *checker) register(x *filter.Index) operand {
	if c.layout == nil {
		c.list.Reportf(diag.NotConstant, x.At, "%s is known only when a call is made", text(x)).
			Labelf("a constant is needed here")
		return operand{}
	}
	v, ok := c.constantExpr(x.Index)
	if !ok {
		return operand{}
	}
	if !v.IsInt64() || v.Int64() < 0 || v.Int64() > 5 {
		c.list.Reportf(diag.UnknownRegister, x.Index.Span(), "there is no args[%s]", v).Labelf("a call has args[0] to args[5]")
		return operand{}
	}
	c.readsArguments = true
	i := int(v.Int64())
	c.judgeRegister(x, i)
	return integerOf(x, &typed.Load{Low: typed.ArgLow(i), High: typed.ArgHigh(i), Wide: true}, known{})
}

// judgeRegister reports an argument that some selected call does not have.
// What lies there is the caller's whim, so no call must be let through for it.
func (c *checker) judgeRegister(x *filter.Index, i int) {
	var beyond []*arch.Syscall
	for _, call := range c.selected.calls {
		if call.Params != nil && registers(call) <= i {
			beyond = append(beyond, call)
		}
	}
	if len(beyond) == 0 {
		return
	}
	code := diag.IgnoredRegister
	if c.letsPass() {
		if c.selected.broad != nil {
			return // refuseBroad says more
		}
		code = diag.UnusedRegister
	}
	c.list.Reportf(code, x.At, "args[%d] is beyond the parameters of %s", i, callNames(beyond)).
		Labelf("the kernel ignores it, so the caller can put anything there").
		Hintf("%s", signature(beyond[0]))
}
