package check

import (
	"slices"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A name is an identifier of the filter's body. If it is a parameter, params
// has it for each of the selected calls; otherwise params is nil, and the name
// is one of the fields or a constant.
type name struct {
	text   string
	params []*arch.Param
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

// resolve finds out which names of the body are parameters. It reports false
// if a name cannot be understood for every selected call.
func (c *checker) resolve(body filter.Expr) bool {
	ok := true
	eachName(body, func(x *filter.Name) {
		if slices.ContainsFunc(c.names, func(n name) bool { return n.text == x.Text }) {
			return
		}
		n := name{text: x.Text, params: make([]*arch.Param, len(c.selected.calls))}
		lacking := -1
		having := 0
		for i, call := range c.selected.calls {
			p, found := call.Param(x.Text)
			switch {
			case found:
				n.params[i] = p
				having++
			case lacking < 0:
				lacking = i
			}
		}
		switch {
		case having == 0:
			n.params = nil
		case isField(x.Text) && x.Text != fieldArgs:
			// The field has the name everywhere, so that "*: nr < 400" means
			// one thing, but not where it could only be a mistake.
			n.params = nil
			if lacking < 0 {
				c.fieldOrParam(x)
				ok = false
			}
		case lacking >= 0:
			c.lackingParam(x, n)
			ok = false
		case len(c.selected.numbers) > 0:
			c.list.Errorf(x.At, "call #%d is not in the table of %s, so its parameters have no names", c.selected.numbers[0], c.abi).
				Hintf("use args[0] to args[5] for it, in a filter of its own")
			ok = false
		default:
			ok = c.notShadowing(x) && ok
		}
		c.names = append(c.names, n)
	})
	return ok
}

// notShadowing reports whether a parameter's name is no constant's name too.
func (c *checker) notShadowing(x *filter.Name) bool {
	if d := c.scope.lookup(x.Text); d != nil && !d.isSet {
		c.list.Errorf(x.At, "%s is a parameter and a constant", x.Text).
			Labelf("which one is meant?").
			Notef(d.at, "the constant is defined here").
			Hintf("give the constant another name")
		return false
	}
	if _, ok := c.abi.Constant(x.Text); ok {
		c.list.Errorf(x.At, "%s is a parameter and a constant of the kernel", x.Text).
			Hintf("use args[0] to args[5] for the parameter")
		return false
	}
	return true
}

// fieldOrParam reports "io_submit: nr > 8": nr is that call's parameter, too.
func (c *checker) fieldOrParam(x *filter.Name) {
	call := c.selected.calls[0]
	p, _ := call.Param(x.Text)
	c.list.Errorf(x.At, "%s is a parameter of %s, and a field that every call has", x.Text, call.Name).
		Labelf("which one is meant?").
		Hintf("args[%d] is the parameter", p.Low)
}

// name returns what an identifier stands for.
func (c *checker) name(x *filter.Name) operand {
	if c.layout != nil {
		for i := range c.names {
			if c.names[i].text == x.Text && c.names[i].params != nil {
				c.readsArguments = true
				return c.parameter(x, c.layout.params[i])
			}
		}
	}
	if isField(x.Text) {
		return c.field(x)
	}
	if d := c.scope.lookup(x.Text); d != nil {
		if d.isSet {
			c.list.Errorf(x.At, "%s is a set", x.Text).
				Notef(d.at, "defined here").
				Hintf("ask for membership: x in %s", x.Text)
			return operand{}
		}
		return c.named(d, x)
	}
	if v, ok := c.abi.Constant(x.Text); ok {
		return constantOf(x, kernelValue(v))
	}
	c.unknownName(x)
	return operand{}
}

// field returns nr, arch or ip.
func (c *checker) field(x *filter.Name) operand {
	if x.Text == fieldArgs {
		c.list.Errorf(x.At, "args is six registers").Hintf("name one of them: args[0] to args[5]")
		return operand{}
	}
	if c.layout == nil {
		c.list.Errorf(x.At, "%s is known only when a call is made", x.Text).
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

// lackingParam reports a name that some, but not all, selected calls have as a
// parameter.
func (c *checker) lackingParam(x *filter.Name, n name) {
	var lacking []*arch.Syscall
	for i, p := range n.params {
		if p == nil {
			lacking = append(lacking, c.selected.calls[i])
		}
	}
	verb := "has"
	if len(lacking) > 1 {
		verb = "have"
	}
	d := c.list.Errorf(x.At, "%s %s no parameter %s%s", callNames(lacking), verb, x.Text, c.onThisABI(lacking[0], x.Text)).
		Labelf("other selected calls have it")
	if near, ok := diag.Nearest(x.Text, slices.Values(paramNames(lacking[0]))); ok {
		d.Hintf("did you mean %s, for %s?", near, lacking[0].Name)
	}
	d.Hintf("%s", signature(lacking[0]))
	d.Hintf("or give the calls that have no %s a filter of their own", x.Text)
	c.hintOtherABIs(d, lacking[0], x.Text)
}

// unknownName reports a name that is no parameter of any selected call and no
// constant of this ABI.
func (c *checker) unknownName(x *filter.Name) {
	if arch.ConstantAnywhere(x.Text) {
		if c.foreign {
			return
		}
		d := c.list.Errorf(x.At, "%s does not exist on %s", x.Text, c.abi)
		var having []arch.ABI
		for _, abi := range arch.ABIs() {
			if _, ok := abi.Constant(x.Text); ok {
				having = append(having, abi)
			}
		}
		d.Hintf("limit the rule to ABIs that have it: %s", abiKey(having))
		return
	}
	if c.layout == nil {
		d := c.list.Errorf(x.At, "unknown constant %s", x.Text)
		c.suggestName(d, x.Text)
		return
	}
	if len(c.selected.calls) == 0 {
		c.list.Errorf(x.At, "call #%d is not in the table of %s, and %s is no constant", c.selected.numbers[0], c.abi, x.Text).
			Hintf("use args[0] to args[5]: parameters of unknown calls have no names")
		return
	}
	first := c.selected.calls[0]
	if isUpper(x.Text) {
		d := c.list.Errorf(x.At, "unknown constant %s", x.Text)
		c.suggestName(d, x.Text)
		return
	}
	verb := "has"
	if len(c.selected.calls) > 1 {
		verb = "have"
	}
	d := c.list.Errorf(x.At, "%s %s no parameter %s%s", callNames(c.selected.calls), verb, x.Text, c.onThisABI(first, x.Text)).
		Labelf("and there is no constant of this name")
	c.suggestName(d, x.Text)
	d.Hintf("%s", signature(first))
	c.hintOtherABIs(d, first, x.Text)
}

// suggestName hints at the parameter, constant or definition that was probably
// meant.
func (c *checker) suggestName(d *diag.Diagnostic, text string) {
	candidates := func(yield func(string) bool) {
		if c.layout != nil {
			for _, call := range c.selected.calls {
				for _, s := range paramNames(call) {
					if !yield(s) {
						return
					}
				}
			}
			for _, s := range [...]string{fieldNr, fieldArch, fieldIP} {
				if !yield(s) {
					return
				}
			}
		}
		for _, def := range c.scope.all() {
			if !def.isSet && !yield(def.name) {
				return
			}
		}
		for s := range arch.ConstantNames() {
			// What is not in capitals is a constant's name only by its case.
			if (isUpper(text) || strings.EqualFold(s, text)) && !yield(s) {
				return
			}
		}
	}
	if near, ok := diag.Nearest(text, candidates); ok {
		d.Hintf("did you mean %s?", near)
	} else if isUpper(text) {
		d.Hintf("a constant that the tables lack can be written as a number")
	}
}

// onThisABI returns " on i386" if the call has the parameter elsewhere.
func (c *checker) onThisABI(call *arch.Syscall, param string) string {
	if len(otherABIs(call.Name, param)) == 0 {
		return ""
	}
	return " on " + c.abi.String()
}

func (c *checker) hintOtherABIs(d *diag.Diagnostic, call *arch.Syscall, param string) {
	if others := otherABIs(call.Name, param); len(others) > 0 {
		d.Hintf("limit the rule to ABIs where %s has it: %s", call.Name, abiKey(others))
	}
}

// otherABIs returns the ABIs on which the call has a parameter of that name.
func otherABIs(call, param string) []arch.ABI {
	var list []arch.ABI
	for _, abi := range arch.ABIs() {
		if s, ok := abi.Syscall(call); ok {
			if _, ok := s.Param(param); ok {
				list = append(list, abi)
			}
		}
	}
	return list
}

// abiKey returns the line that limits a rule to some ABIs.
func abiKey(abis []arch.ABI) string {
	names := make([]string, len(abis))
	for i, abi := range abis {
		names[i] = `"` + abi.String() + `"`
	}
	return "abi = [" + strings.Join(names, ", ") + "]"
}

// isUpper reports whether s is written as constants of the kernel are.
func isUpper(s string) bool { return s == strings.ToUpper(s) && s != strings.ToLower(s) }

// callNames lists calls: at most three, and how many more there are.
func callNames(calls []*arch.Syscall) string {
	const most = 3
	var b strings.Builder
	for i, call := range calls {
		switch {
		case i == most && len(calls) > most+1:
			b.WriteString(" and ")
			b.WriteString(strconv.Itoa(len(calls) - most))
			b.WriteString(" more")
			return b.String()
		case i > 0 && i == len(calls)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(call.Name)
	}
	return b.String()
}

// paramNames returns every name of every parameter of a call.
func paramNames(call *arch.Syscall) []string {
	var list []string
	for i := range call.Params {
		list = append(list, call.Params[i].Name)
		list = append(list, call.Params[i].Aliases...)
	}
	return list
}

// signature says which parameters a call has.
func signature(call *arch.Syscall) string {
	switch {
	case call.Params == nil:
		return "the parameters of " + call.Name + " are not known: use args[0] to args[5]"
	case len(call.Params) == 0:
		return call.Name + " has no parameters"
	}
	var b strings.Builder
	b.WriteString("the parameters of " + call.Name + ": ")
	for i := range call.Params {
		p := &call.Params[i]
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if len(p.Aliases) > 0 {
			b.WriteString(" (also " + strings.Join(p.Aliases, ", ") + ")")
		}
	}
	return b.String()
}
