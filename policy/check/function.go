package check

import (
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// apply types f(x, y): the body of the function with the arguments in place of
// the parameters, typed anew for each use. The arguments are the caller's: what
// the function's text calls its own cannot get in their way.
func (c *checker) apply(x *filter.Apply) operand {
	if x.Func.Text == onceName {
		return c.once(x)
	}
	before := c.said()
	d := c.callee(x)
	sound := d != nil && c.sound(d)
	if d != nil {
		c.since(before, func(said *diag.Diagnostic) { c.usedHere(said, d, x) })
	}
	bound := make([]local, len(x.Args))
	for i, arg := range x.Args {
		if c.exhausted {
			return operand{}
		}
		name := ""
		if sound {
			name = d.params[i].Text
		}
		bound[i] = c.bind(name, arg)
		bound[i].generic = true
		bound[i].shown, _ = c.shown(arg)
	}
	if !sound {
		return operand{}
	}
	inside := c.said()
	caller := c.context
	c.context = context{scope: d.home, layout: c.layout, function: d, frame: len(c.locals), standIn: c.standIn}
	if d.standard && c.standIn == nil {
		c.standIn = &x.At
	}
	c.enterCopy(x.At)
	c.locals = append(c.locals, bound...)
	o := c.expr(d.value)
	c.locals = c.locals[:c.frame]
	c.leaveCopy()
	c.context = caller
	c.since(inside, func(said *diag.Diagnostic) { c.usedHere(said, d, x) })
	o.x = x
	return o
}

// usedHere says where a function is used whose body has a mistake. Of a
// standard function it is the use that must change.
func (c *checker) usedHere(said *diag.Diagnostic, d *definition, x *filter.Apply) {
	if said.Span == c.outermost {
		return
	}
	if !d.standard {
		said.Notef(x.At, "%s is used here", d.name)
		return
	}
	said.Notef(said.Span, "in the standard function %s", d.name)
	said.Span = x.At
}

// callee returns the function that x applies, or nil if there is none that
// takes these arguments, which is reported.
func (c *checker) callee(x *filter.Apply) *definition {
	d := c.scope.lookup(x.Func.Text)
	if d == nil {
		d = c.standardFunction(x.Func.Text)
	}
	if d == nil || d.kind != aFunction {
		c.noSuchFunction(x, d)
		return nil
	}
	if len(x.Args) == len(d.params) {
		return d
	}
	plural := "s"
	if len(d.params) == 1 {
		plural = ""
	}
	c.list.Reportf(diag.ArgumentCount, x.At, "%s takes %d argument%s, not %d", d.name, len(d.params), plural, len(x.Args)).
		Notef(d.at, "defined here").
		Hintf("write %s", d.signature())
	return nil
}

func (c *checker) noSuchFunction(x *filter.Apply, d *definition) {
	if d != nil {
		e := c.list.Reportf(diag.WrongKindOfName, x.Func.At, "%s is %s, not a function", d.name, d.kind).Notef(d.at, "defined here")
		if d.kind == aSet && len(x.Args) == 1 {
			e.Hintf("write %s in %s", text(x.Args[0]), d.name)
		}
		return
	}
	if c.isBroken(x.Func.Text) {
		return
	}
	e := c.list.Reportf(diag.UnknownFunction, x.Func.At, "there is no function %s", x.Func.Text)
	if x.Func.Text == fieldArgs {
		e.Hintf("registers are written args[0] to args[5]")
		return
	}
	switch x.Func.Text {
	case "calls", "count", "rate", "limit":
		e.Hintf("calls cannot be counted, as a filter has no memory")
		return
	}
	if !c.maySearch() {
		return
	}
	functions := func(yield func(string) bool) {
		for _, def := range c.scope.all() {
			if def.kind == aFunction && !yield(def.name) {
				return
			}
		}
		for i := range standard {
			if !yield(standardName(i)) {
				return
			}
		}
		yield(onceName)
	}
	// C's macros are in capitals: _IOC_TYPE(cmd).
	meant := strings.ToLower(strings.TrimLeft(x.Func.Text, "_"))
	near, ok := diag.Nearest(meant, functions)
	switch {
	case isStandard(meant):
		e.Hintf("did you mean %s?", meant)
	case ok:
		e.Hintf("did you mean %s?", near)
	default:
		e.Hintf("functions are defined under [func]")
	}
}

// sound reports whether a function can be applied at all: its names exist, and
// it does not apply itself. What it means is seen only where it is used.
func (c *checker) sound(d *definition) bool {
	if r, ok := c.results[d]; ok {
		return !r.bad
	}
	r := c.begin(d)
	before := c.said()
	outside := c.context
	c.context = context{scope: d.home, function: d, frame: len(c.locals)}
	c.applying = append(c.applying, d)

	w := walker{
		name:     func(x *filter.Name) { c.nameInFunction(x) },
		unused:   c.neverUsed,
		set:      func(x *filter.Name) { c.findSet(x) },
		apply:    c.applyInFunction,
		register: func(x *filter.Index) { c.outOfSight(x.At, text(x)) },
	}
	w.introduce = func(x *filter.Name) { c.introduce(x, w.bound) }
	for _, param := range d.params {
		c.introduce(param, w.bound)
		w.bound = append(w.bound, boundName{name: param})
	}
	w.walk(d.value)
	for _, param := range w.bound {
		if !param.used {
			c.neverUsed(param.name)
		}
	}
	c.applying = c.applying[:len(c.applying)-1]
	c.context = outside
	r.done = true
	r.bad = r.bad || c.failedSince(before)
	return !r.bad
}

// applyInFunction looks at a function that another one applies.
func (c *checker) applyInFunction(x *filter.Apply) {
	if x.Func.Text == onceName {
		c.onceInPlace(x)
		return
	}
	d := c.callee(x)
	if d == nil {
		return
	}
	if r, ok := c.results[d]; !ok || r.done {
		c.sound(d)
		return
	}
	around := c.applying[slices.Index(c.applying, d):]
	for _, on := range around {
		c.results[on].bad = true
	}
	c.list.Reportf(diag.DefinitionCycle, x.Func.At, "functions use each other in a circle: %s", circle(around)).
		Notef(d.at, "%s is defined here", d.name).
		Hintf("a function is written out where it is used, so it cannot use itself")
}

// nameInFunction looks up a name of a function's body that is none of its own.
func (c *checker) nameInFunction(x *filter.Name) {
	if isField(x.Text) {
		c.outOfSight(x.At, x.Text)
		return
	}
	if d := c.scope.lookup(x.Text); d != nil {
		if d.kind != aConstant {
			c.notConstant(x, d)
		}
		return
	}
	if c.isBroken(x.Text) {
		return
	}
	if _, ok := c.abi.Constant(x.Text); ok {
		return
	}
	if arch.ConstantAnywhere(x.Text) || isUpper(x.Text) {
		c.unknownName(x)
		return
	}
	d := c.list.Reportf(diag.OutOfSight, x.At, "%s has no parameter %s", c.function.name, x.Text).
		Labelf("a function sees its parameters and constants")
	names := func(yield func(string) bool) {
		for _, param := range c.function.params {
			if !yield(param.Text) {
				return
			}
		}
	}
	if near, ok := diag.Nearest(x.Text, names); ok {
		d.Hintf("did you mean %s?", near)
	} else {
		d.Hintf("give it to the function: add %s to the parameters of %s", x.Text, c.function.signature())
	}
}

// outOfSight reports a register or field in the body of a function.
func (c *checker) outOfSight(at diag.Span, written string) {
	c.list.Reportf(diag.OutOfSight, at, "%s cannot be used in a function", written).
		Labelf("a function sees its parameters and constants").
		Hintf("give it to the function as an argument")
}
