package check

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A local is a name that the text at hand introduces, by let, as the variable
// of a loop or as the parameter of a function, and what it stands for.
type local struct {
	name  string
	value operand
	size  int         // how much larger the condition gets by each use
	shown filter.Expr // what stands for the name in reports; nil: the name does

	// generic is set if the local may stand for something else in another copy
	// of the same text. Conditions that turn out to be constant because of it
	// are no mistakes.
	generic bool
}

// local returns the local of a name, or nil.
func (c *checker) local(name string) *local {
	for i := len(c.locals) - 1; i >= c.frame; i-- {
		if c.locals[i].name == name {
			return &c.locals[i]
		}
	}
	return nil
}

// bind types the value of a local, once for all of its uses.
func (c *checker) bind(name string, value filter.Expr) local {
	size, held, negated := c.size, c.held, c.negated
	c.size, c.held, c.negated = 0, nil, false
	if c.action >= typed.Errno {
		c.held = new(heldLints)
	}
	o := c.expr(value)
	o.held = c.held
	bound := local{name: name, value: o, size: c.size}
	c.size, c.held, c.negated = size, held, negated
	return bound
}

// let types what follows "let x = value;" with f.
func let[T any](c *checker, x *filter.Let, f func(filter.Expr) T) T {
	bound := c.bind(x.Name.Text, x.Value)
	bound.generic = c.generic(x.Value)
	c.locals = append(c.locals, bound)
	result := f(x.Body)
	c.locals = c.locals[:len(c.locals)-1]
	return result
}

// generic reports whether an expression uses a loop's variable or a function's
// parameter, so that it may be constant in one copy of it alone.
func (c *checker) generic(x filter.Expr) bool {
	found := false
	if len(c.locals) > c.frame {
		eachName(x, func(n *filter.Name) {
			l := c.local(n.Text)
			found = found || l != nil && l.generic
		})
	}
	return found
}

// introduce reports a local that would hide something else. around are the
// names introduced around it.
func (c *checker) introduce(x *filter.Name, around []boundName) {
	var d *diag.Diagnostic
	defined := c.scope.lookup(x.Text)
	outer := slices.IndexFunc(around, func(b boundName) bool { return b.name.Text == x.Text })
	switch {
	case outer >= 0:
		d = c.list.Reportf(diag.HiddenName, x.At, "%s is used for something else here", x.Text).
			Notef(around[outer].name.At, "this one would be hidden")
	case isReserved(x.Text):
		d = c.list.Reportf(diag.HiddenName, x.At, "%s has a meaning of its own in filters", x.Text)
	case isStandard(x.Text):
		d = c.list.Reportf(diag.HiddenName, x.At, "%s is a standard function", x.Text).Labelf("would hide it")
	case arch.ConstantAnywhere(x.Text):
		d = c.list.Reportf(diag.HiddenName, x.At, "%s is a constant of the kernel", x.Text).Labelf("would hide it")
	case defined != nil:
		d = c.list.Reportf(diag.HiddenName, x.At, "%s is %s of the policy", x.Text, defined.kind).Labelf("would hide it").
			Notef(defined.at, "defined here")
	default:
		if c.function != nil {
			return // a function sees no parameters of system calls
		}
		i := slices.IndexFunc(c.selected.calls, func(call *arch.Syscall) bool { _, ok := call.Param(x.Text); return ok })
		if i < 0 {
			return
		}
		d = c.list.Reportf(diag.HiddenName, x.At, "%s is a parameter of %s", x.Text, c.selected.calls[i].Name).Labelf("would hide it")
	}
	d.Hintf("choose another name")
}

// neverUsed warns of a local that nothing uses.
func (c *checker) neverUsed(x *filter.Name) {
	c.list.Reportf(diag.UnusedName, x.At, "%s is never used", x.Text)
}
