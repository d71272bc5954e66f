package check

import (
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// notInteger reports a truth value where an integer is needed.
func (c *checker) notInteger(x filter.Expr) {
	c.list.Reportf(diag.NotInteger, x.Span(), "%s is true or false, not an integer", text(x))
}

// invertedTruth reports "~condition".
func (c *checker) invertedTruth(x filter.Expr) {
	c.list.Reportf(diag.NotInteger, x.Span(), "%s is true or false, not an integer", text(x)).
		Hintf("~ inverts bits; for the opposite of a condition, write !%s", atom(x))
}

// truthInArithmetic reports "x & y" and the like with a truth value on a side.
func (c *checker) truthInArithmetic(x *filter.Binary, l, r *operand) {
	side := x.X
	if l.kind != truth {
		side = x.Y
	}
	d := c.list.Reportf(diag.NotInteger, side.Span(), "%s is true or false, not an integer", text(side)).
		Labelf("%s needs integers", x.Op)
	// "!flags & X": in most languages ! binds tighter than it reads.
	if not, ok := side.(*filter.Unary); ok && not.Op == filter.Not && side == x.X && x.Op == filter.And {
		d.Hintf("write !(%s %s %s), or %s %s %s == 0", text(not.X), x.Op, text(x.Y), text(not.X), x.Op, text(x.Y))
		return
	}
	if l.kind == truth && r.kind == truth {
		switch x.Op {
		case filter.And:
			d.Hintf("join conditions with &&")
		case filter.Or:
			d.Hintf("join conditions with ||")
		}
	}
}

// truthCompared reports a comparison with a truth value.
func (c *checker) truthCompared(x *filter.Binary, l, r *operand) {
	side, other := x.X, r
	if l.kind != truth {
		side, other = x.Y, l
	}
	d := c.list.Reportf(diag.NotInteger, side.Span(), "%s is true or false, not an integer", text(side)).
		Labelf("%s needs integers", x.Op)
	switch not, isUnary := side.(*filter.Unary); {
	case isUnary && not.Op == filter.Not && other.kind != truth:
		d.Hintf("write !(%s %s %s)", text(not.X), x.Op, text(x.Y))
	case other.kind == truth && x.Op == filter.Eq:
		d.Hintf("write %s && %s || !%s && !%s", atom(x.X), atom(x.Y), atom(x.X), atom(x.Y))
	case other.kind == truth && x.Op == filter.Ne:
		d.Hintf("write %s && !%s || !%s && %s", atom(x.X), atom(x.Y), atom(x.X), atom(x.Y))
	default:
		d.Hintf("use %s as it is, or with ! before it", atom(side))
	}
}

// hintAlternative says how "p == A || B" is written, where B was reported to be
// a condition of its own.
func (c *checker) hintAlternative(x *filter.Binary, reported int) {
	if len(c.list) != reported+1 || c.list[reported].Code != diag.ConstantCondition {
		return
	}
	last := unparen(x.X)
	if or, ok := last.(*filter.Binary); ok && or.Op == filter.OrOr {
		last = unparen(or.Y)
	}
	if equal, ok := last.(*filter.Binary); ok && equal.Op == filter.Eq {
		d := &c.list[reported]
		d.Hints = nil
		d.Hintf("write %s in {%s, %s}", text(equal.X), text(equal.Y), text(x.Y))
	}
}

// pointerCompared types "p == 0" and "p != 0", all that can be asked of a
// pointer.
func (c *checker) pointerCompared(x *filter.Binary, op typed.CompareOp, l, r *operand) operand {
	address, other := l, r
	if l.kind != pointer {
		address, other = r, l
	}
	if other.kind == invalid {
		return operand{}
	}
	v, fixed := other.constant()
	if !fixed || v.Sign() != 0 || op != typed.Eq && op != typed.Ne {
		c.opaque(address, "compared")
		return operand{}
	}
	t := address.int.Type()
	cond := &typed.Compare{Op: op, X: address.int, Y: &typed.Value{Of: t}}
	return truthOf(x, c.predicate(x, cond, l, r))
}

// opaque reports a pointer that is used as if what it points at were known,
// and says what can be done instead.
func (c *checker) opaque(o *operand, used string) {
	written := text(o.x)
	d := c.list.Reportf(diag.OpaquePointer, o.x.Span(), "%s is a pointer and cannot be %s", written, used).
		Labelf("only == 0 and != 0 can be asked")
	call, param := c.paramOf(o)
	if call == nil {
		return
	}
	hintPointer(d, call, param)
	wide := typed.Type{Bits: o.int.Type().Bits}
	d.Hintf("if the address itself is meant, write (%s)%s", wide, written)
}

// hintPointer says what can be done instead of looking behind a pointer.
func hintPointer(d *diag.Diagnostic, call *arch.Syscall, param *arch.Param) {
	switch {
	case call.Name == "clone3":
		d.Hintf("the flags of clone3 are in memory: deny it with errno(ENOSYS), so that libc falls back to clone, and judge that one's flags")
	case call.Name == "openat2":
		d.Hintf("the flags of openat2 are in memory: deny it with errno(ENOSYS), so that programs fall back to openat, and judge that one's flags")
	case strings.Contains(param.CType, "sockaddr"):
		d.Hintf("addresses are in memory: judge domain and type at socket, or use a network namespace")
	case strings.Contains(param.CType, "char") && isPath(param.Name):
		d.Hintf("paths cannot be judged from registers: use Landlock or a mount namespace")
	default:
		d.Hintf("the memory behind it is out of reach, and could change after the check")
	}
}

// paramOf returns the parameter that an operand is, and a call that has it, or
// nil twice.
func (c *checker) paramOf(o *operand) (*arch.Syscall, *arch.Param) {
	if o.param == nil {
		return nil, nil
	}
	return c.layout.calls[0], o.param
}

// originOf is paramOf, casts aside, of an integer that has every bit of the
// parameter that the kernel looks at.
func (c *checker) originOf(o *operand) (*arch.Syscall, *arch.Param) {
	if o.origin == nil {
		return nil, nil
	}
	return c.layout.calls[0], o.origin
}

// isPath reports whether a string parameter of the kernel's is a path.
func isPath(name string) bool {
	return strings.Contains(name, "path") || strings.Contains(name, "file") ||
		strings.HasSuffix(name, "name") || strings.HasSuffix(name, "dir") || name == "special" || name == "target"
}

// noSuchSet reports a name after "in" that is no set.
func (c *checker) noSuchSet(x *filter.Name, d *definition) {
	_, known := c.abi.Constant(x.Text)
	switch {
	case c.local(x.Text) != nil:
		c.list.Reportf(diag.WrongKindOfName, x.At, "%s is one number, not a set", x.Text).
			Hintf("write == %s, or in {%s}", x.Text, x.Text)
	case d != nil && d.kind == aFunction:
		c.list.Reportf(diag.WrongKindOfName, x.At, "%s is a function, not a set", x.Text).
			Notef(d.at, "defined here").
			Hintf("write %s", d.signature())
	case d != nil:
		c.list.Reportf(diag.WrongKindOfName, x.At, "%s is a constant, not a set", x.Text).
			Notef(d.at, "defined here").
			Hintf("write == %s, or in {%s}", x.Text, x.Text)
	case known:
		c.list.Reportf(diag.WrongKindOfName, x.At, "%s is a constant, not a set", x.Text).
			Hintf("write == %s, or in {%s}", x.Text, x.Text)
	case c.isBroken(x.Text):
	default:
		e := c.list.Reportf(diag.UnknownSet, x.At, "there is no set %s", x.Text)
		sets := func(yield func(string) bool) {
			for _, def := range c.scope.all() {
				if def.kind == aSet && !yield(def.name) {
					return
				}
			}
		}
		if near, ok := diag.Nearest(x.Text, sets); ok {
			e.Hintf("did you mean %s?", near)
		} else {
			e.Hintf("sets are defined under [set], or written out: {A, B}")
		}
	}
}
