package check

import (
	"math/big"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// sockTypeMask are the bits of socket's type that are the type; the others are
// flags such as SOCK_CLOEXEC (SOCK_TYPE_MASK in include/linux/net.h).
const sockTypeMask = 0xf

// narrows reports whether a comparison with a number is true of few numbers,
// so that one more bit makes it false; otherwise the opposite comparison is.
func narrows(op typed.CompareOp) bool { return op == typed.Eq || op == typed.Lt || op == typed.Le }

// lintEqual warns of a rule that refuses calls whose flags are exactly v: the
// caller passes it by setting one bit more.
func (c *checker) lintEqual(at comparison, o *operand, v *big.Int) {
	if at.bare || !c.refuses(narrows(at.op)) {
		return
	}
	c.lintWidth(at.x, o)
	if at.op != typed.Eq && at.op != typed.Ne {
		return
	}
	call, param := c.originOf(o)
	written, other := text(o.x), text(at.other)
	switch {
	case isSocketType(call, param):
		c.lints.Reportf(diag.FlagsAsWhole, at.x.Span(), "misses callers that set a flag such as SOCK_CLOEXEC in %s", written).
			Hintf("write %s & %#x %s %s", written, sockTypeMask, symbol(at.op), other)
	case !isFlags(param):
	case other == "O_RDONLY" || other == "O_WRONLY" || other == "O_RDWR":
		c.lints.Reportf(diag.FlagsAsWhole, at.x.Span(), "misses callers that set one more bit of %s, even one that the kernel ignores", written).
			Hintf("write %s & O_ACCMODE %s %s", written, symbol(at.op), other)
	case v.Sign() == 0:
		c.lints.Reportf(diag.FlagsAsWhole, at.x.Span(), "misses callers that set any bit of %s, even one that the kernel ignores", written).
			Hintf("name the bits that matter: %s & (A | B) %s 0", written, symbol(at.op))
	default:
		c.lints.Reportf(diag.FlagsAsWhole, at.x.Span(), "misses callers that set one more bit of %s, even one that the kernel ignores", written).
			Hintf("write %s & %s %s %s", written, atom(at.other), symbol(at.op), other)
	}
}

// lintMember is lintEqual for a set.
func (c *checker) lintMember(x *filter.In, o *operand) {
	if !c.refuses(!x.Not) {
		return
	}
	c.lintWidth(x, o)
	call, param := c.originOf(o)
	written := text(o.x)
	switch {
	case isSocketType(call, param):
		c.lints.Reportf(diag.FlagsAsWhole, x.At, "misses callers that set a flag such as SOCK_CLOEXEC in %s", written).
			Hintf("write %s & %#x in ...", written, sockTypeMask)
	case isFlags(param):
		c.lints.Reportf(diag.FlagsAsWhole, x.At, "misses callers that set one more bit of %s, even one that the kernel ignores", written).
			Hintf("name the bits that matter: %s & (A | B) in ...", written)
	}
}

// refuses reports whether the rule refuses the calls for which a condition at
// this place is as given.
func (c *checker) refuses(condition bool) bool {
	return c.action >= typed.Errno && (c.held != nil || condition != c.negated)
}

// heldLints are lints about a condition that is the value of a local: those
// that hold where being true, or false, makes the rule refuse a call.
type heldLints struct{ whenFalse, whenTrue diag.List }

func (h *heldLints) list(when bool) *diag.List {
	if when {
		return &h.whenTrue
	}
	return &h.whenFalse
}

// lint calls f, which warns about a rule that refuses calls for which a
// condition is as given. What the value of a local will do is not known yet.
func (c *checker) lint(condition bool, f func()) {
	before := len(c.lints)
	f()
	if c.held != nil {
		list := c.held.list(condition != c.negated)
		*list = append(*list, c.lints[before:]...)
		c.lints = c.lints[:before]
	}
}

// release says what was held about a truth value that is used here.
func (c *checker) release(held *heldLints) {
	if held == nil {
		return
	}
	for _, when := range [...]bool{false, true} {
		if list := *held.list(when); c.held != nil {
			into := c.held.list(when != c.negated)
			*into = append(*into, list...)
		} else if c.refuses(when) {
			c.lints = append(c.lints, list...)
		}
	}
}

// isFlags reports whether a parameter is bits that are set one by one.
func isFlags(p *arch.Param) bool {
	if p == nil || p.Type.Pointer {
		return false
	}
	switch p.Name {
	case "prot", "oflag", "mode", "mask":
		return true
	}
	return strings.HasSuffix(p.Name, "flags") || strings.HasSuffix(p.Name, "flg") || p.Name == "flag"
}

func isSocketType(call *arch.Syscall, p *arch.Param) bool {
	return call != nil && (call.Name == "socket" || call.Name == "socketpair") && p.Name == "type"
}
