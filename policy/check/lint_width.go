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
	if _, param := c.paramOf(o); param != nil && param.Partly {
		c.lints.Reportf(diag.UpperBits, at.Span(), "misses callers that set an upper bit of %s, which the kernel drops for some uses", text(o.x)).
			Hintf("write (u32)%s, if this is one of those uses", text(o.x))
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
// bits of the register o, if o is args[i].
func (c *checker) narrowRegister(o *operand) (*arch.Syscall, *arch.Param) {
	if _, raw := unparen(o.x).(*filter.Index); !raw || c.layout == nil {
		return nil, nil
	}
	load, ok := o.int.(*typed.Load)
	if !ok {
		return nil, nil
	}
	register, _, _ := load.Low.Arg()
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
