package check

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// lintWidth warns of a rule that refuses calls whose value at 64 bits is one of
// some, where the kernel looks at fewer bits: the caller passes it by setting
// one of the others (CVE-2019-10063).
func (c *checker) lintWidth(at filter.Expr, o *operand) {
	if _, param := c.originOf(o); param != nil && param.Partly && o.int.Type().Bits == 64 {
		c.lints.Reportf(diag.UpperBits, at.Span(), "misses callers that set an upper bit of %s, which the kernel drops for some uses", text(o.x)).
			Hintf("write (u32)%s, if this is one of those uses", param.Name)
		return
	}
	call, param := c.narrowRegister(o)
	if param == nil {
		return
	}
	bits := min(int(param.Type.Bits), c.abi.Bits())
	c.lints.Reportf(diag.UpperBits, at.Span(), "misses callers that set an upper bit of %s, of which %s looks at %d bits", text(o.x), call.Name, bits).
		Hintf("write %s, which has the kernel's type", param.Name)
}

// narrowRegister returns the first selected call that does not look at all 64
// bits of the register o, if o is args[i], whatever name or 64-bit type that
// was given.
func (c *checker) narrowRegister(o *operand) (*arch.Syscall, *arch.Param) {
	x := o.int
	if as, converted := x.(*typed.Convert); converted && as.To.Bits == 64 && as.X.Type().Bits == 64 {
		x = as.X
	}
	load, ok := x.(*typed.Load)
	if !ok || !load.Wide || c.layout == nil {
		return nil, nil
	}
	register, _, isArg := load.Low.Arg()
	if !isArg || load.High != typed.ArgHigh(register) {
		return nil, nil
	}
	for _, call := range c.layout.calls {
		for i := range call.Params {
			p := &call.Params[i]
			if int(p.Low) == register && !p.Split && (p.Type.Bits < 64 || c.abi.Bits() == 32) {
				return call, p
			}
		}
	}
	return nil, nil
}

// lintCast warns of a cast to 64 bits of what is compared as the same number
// without it: who writes one may think that the whole register is compared. On
// 32-bit ABIs the cast may be for the sake of a 64-bit one that the filter
// serves as well, and so it may for calls with other types.
func (c *checker) lintCast(at filter.Expr, o *operand) {
	cast, ok := unparen(o.x).(*filter.Cast)
	if !ok || o.plain == nil || c.abi.Bits() == 32 || c.generic(at) || len(c.layout.calls) < len(c.selected.calls) {
		return
	}
	if _, narrow := c.narrowRegister(o); narrow != nil && !c.letsPass() {
		return // lintWidth says more
	}
	d := c.lints.Reportf(diag.PointlessCast, cast.At, "the cast to %s changes nothing: the same number is compared without it", cast.Type).
		Hintf("write %s", text(o.plain))
	if _, param := c.originOf(o); param != nil && param.Type.Bits < 64 {
		d.Labelf("the kernel reads %d bits of %s", param.Type.Bits, param.Name)
		d.Hintf("args[%d] is all of the register, with bits that the kernel drops", param.Low)
	}
}

// lintAddress warns of a pointer that is cast to an integer. It is still an
// address, and any other will do for the program.
func (c *checker) lintAddress(x *filter.Cast, o *operand) {
	d := c.lints.Reportf(diag.PointerAsNumber, x.At, "%s is an address, which the program chooses", text(x)).
		Labelf("says nothing about what is there").
		Hintf("to ask for a null pointer, write %s == 0, without a cast", text(x.X))
	if call, param := c.paramOf(o); call != nil {
		hintPointer(d, call, param)
	}
}
