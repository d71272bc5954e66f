package check

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A name is an identifier of the filter's body. If it is a parameter, params
// has it for each of the selected calls; otherwise params is nil, and the name
// is one of the fields or a constant.
type name struct {
	text     string
	params   []*arch.Param
	reported bool // a mistake: means nothing, and that has been said
}

// The fields of struct seccomp_data that have names of their own.
const (
	fieldNr   = "nr"
	fieldArch = "arch"
	fieldIP   = "ip"
	fieldArgs = "args"
)

func isField(s string) bool {
	switch s {
	case fieldNr, fieldArch, fieldIP, fieldArgs:
		return true
	}
	return false
}

// resolve finds out which names of the body are parameters, and looks at those
// that it introduces.
func (c *checker) resolve(body filter.Expr) {
	w := walker{unused: c.neverUsed}
	w.introduce = func(x *filter.Name) { c.introduce(x, w.bound) }
	w.name = func(x *filter.Name) {
		if !slices.ContainsFunc(c.names, func(n name) bool { return n.text == x.Text }) {
			c.names = append(c.names, c.resolveName(x))
		}
	}
	w.pair = func(x, y filter.Expr) {
		c.lintDecimalMode(x, y)
		c.lintDecimalMode(y, x)
	}
	w.walk(body)
}

func (c *checker) resolveName(x *filter.Name) name {
	params := make([]*arch.Param, len(c.selected.calls))
	having := 0
	for i, call := range c.selected.calls {
		if p, ok := call.Param(x.Text); ok {
			params[i] = p
			having++
		}
	}
	n := name{text: x.Text}
	all := having == len(params)
	switch {
	case having == 0:
	case isField(x.Text) && x.Text != fieldArgs:
		// A field has its name everywhere, so that "*: nr < 400" means one
		// thing, but not where that could only be a mistake.
		if all {
			c.fieldOrParam(x)
			n.reported = true
		}
	case !all:
		c.lackingParam(x, params)
		n.reported = true
	case len(c.selected.numbers) > 0:
		c.namelessParam(x)
		n.reported = true
	case !c.notShadowing(x):
		n.reported = true
	default:
		n.params = params
	}
	return n
}

// notShadowing reports whether a parameter's name is no constant's name too.
func (c *checker) notShadowing(x *filter.Name) bool {
	if d := c.scope.lookup(x.Text); d != nil && d.kind == aConstant {
		c.list.Reportf(diag.AmbiguousName, x.At, "%s is a parameter and a constant", x.Text).
			Labelf("which one is meant?").
			Notef(d.at, "the constant is defined here").
			Hintf("give the constant another name")
		return false
	}
	if _, ok := c.abi.Constant(x.Text); ok {
		c.list.Reportf(diag.AmbiguousName, x.At, "%s is a parameter and a constant of the kernel", x.Text).
			Hintf("use args[0] to args[5] for the parameter")
		return false
	}
	return true
}

// name returns what an identifier stands for.
func (c *checker) name(x *filter.Name) operand {
	if l := c.local(x.Text); l != nil {
		c.growBy(l.size, x.At)
		o := l.value
		o.x = x
		return o
	}
	if c.layout != nil && c.function == nil {
		for i := range c.names {
			n := &c.names[i]
			switch {
			case n.text != x.Text:
			case n.reported:
				return operand{}
			case n.params != nil:
				c.readsArguments = true
				return c.parameter(x, c.layout.params[i])
			}
		}
	}
	if isField(x.Text) {
		return c.field(x)
	}
	if d := c.scope.lookup(x.Text); d != nil {
		if d.kind != aConstant {
			c.notConstant(x, d)
			return operand{}
		}
		return c.named(d, x)
	}
	if v, ok := c.abi.Constant(x.Text); ok {
		return constantOf(x, kernelValue(v))
	}
	c.unknownName(x)
	if c.layout != nil {
		for i := range c.names {
			if c.names[i].text == x.Text {
				c.names[i].reported = true
			}
		}
	}
	return operand{}
}

// notConstant reports the name of a set or a function where an integer is
// needed.
func (c *checker) notConstant(x *filter.Name, d *definition) {
	e := c.list.Reportf(diag.WrongKindOfName, x.At, "%s is %s", x.Text, d.kind).Notef(d.at, "defined here")
	if d.kind == aSet {
		e.Hintf("ask for membership: x in %s", x.Text)
	} else {
		e.Hintf("write %s", d.signature())
	}
}

// field returns nr, arch or ip.
func (c *checker) field(x *filter.Name) operand {
	if x.Text == fieldArgs {
		c.list.Reportf(diag.UnknownRegister, x.At, "args is six registers").Hintf("name one of them: args[0] to args[5]")
		return operand{}
	}
	if c.layout == nil {
		c.list.Reportf(diag.NotConstant, x.At, "%s is known only when a call is made", x.Text).
			Labelf("a constant is needed here")
		return operand{}
	}
	switch x.Text {
	case fieldNr:
		return integerOf(x, &typed.Load{Low: typed.WordNr}, known{})
	case fieldArch:
		return integerOf(x, &typed.Load{Low: typed.WordArch}, known{})
	}
	return integerOf(x, &typed.Load{Low: typed.WordIPLow, High: typed.WordIPHigh, Wide: true}, known{})
}
