package check

import (
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// lackingParam reports a name that some, but not all, selected calls have as a
// parameter.
func (c *checker) lackingParam(x *filter.Name, params []*arch.Param) {
	var lacking []*arch.Syscall
	for i, p := range params {
		if p == nil {
			lacking = append(lacking, c.selected.calls[i])
		}
	}
	verb := "has"
	if len(lacking) > 1 {
		verb = "have"
	}
	d := c.list.Reportf(diag.LackingParameter, x.At, "%s %s no parameter %s%s", callNames(lacking), verb, x.Text, c.onThisABI(lacking[0], x.Text)).
		Labelf("other selected calls have it")
	if near, ok := diag.Nearest(x.Text, slices.Values(paramNames(lacking[0]))); ok {
		d.Hintf("did you mean %s, for %s?", near, lacking[0].Name)
	}
	d.Hintf("%s", signature(lacking[0]))
	d.Hintf("or give the calls that have no %s a filter of their own", x.Text)
	c.hintOtherABIs(d, lacking[0], x.Text)
}

// fieldOrParam reports "io_submit: nr > 8": nr is that call's parameter, too.
func (c *checker) fieldOrParam(x *filter.Name) {
	call := c.selected.calls[0]
	p, _ := call.Param(x.Text)
	c.list.Reportf(diag.AmbiguousName, x.At, "%s is a parameter of %s, and a field that every call has", x.Text, call.Name).
		Labelf("which one is meant?").
		Hintf("args[%d] is the parameter", p.Low)
}

// namelessParam reports a parameter's name beside a call of which the table
// knows nothing.
func (c *checker) namelessParam(x *filter.Name) {
	c.list.Reportf(diag.NamelessParameter, x.At, "call #%d is not in the table of %s, so its parameters have no names", c.selected.numbers[0], c.abi).
		Hintf("use args[0] to args[5] for it, in a filter of its own")
}

// isBroken reports whether a name without a definition has a broken one.
func (c *checker) isBroken(name string) bool {
	broken := c.scope != nil && c.scope.broken[name]
	c.silenced = c.silenced || broken
	return broken
}

// maxSearches is how often one filter may have the name that was meant looked
// for: each search goes through thousands.
const maxSearches = 10

func (c *checker) maySearch() bool {
	c.searches++
	return c.searches <= maxSearches
}

// unknownName reports a name that is no parameter of any selected call and no
// constant of this ABI.
func (c *checker) unknownName(x *filter.Name) {
	if c.isBroken(x.Text) {
		return
	}
	if arch.ConstantAnywhere(x.Text) {
		if c.foreign {
			return
		}
		d := c.list.Reportf(diag.ElsewhereConstant, x.At, "%s does not exist on %s", x.Text, c.abi)
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
		d := c.list.Reportf(diag.UnknownConstant, x.At, "unknown constant %s", x.Text)
		c.suggestName(d, x.Text)
		return
	}
	if len(c.selected.calls) == 0 {
		c.list.Reportf(diag.NamelessParameter, x.At, "call #%d is not in the table of %s, and %s is no constant", c.selected.numbers[0], c.abi, x.Text).
			Hintf("use args[0] to args[5]: parameters of unknown calls have no names")
		return
	}
	first := c.selected.calls[0]
	if isUpper(x.Text) {
		d := c.list.Reportf(diag.UnknownConstant, x.At, "unknown constant %s", x.Text)
		if action, ok := filter.ForeignAction(x.Text); ok {
			d.Hintf("an action stands before the system calls, or in action: %s", action)
			return
		}
		c.suggestName(d, x.Text)
		return
	}
	verb := "has"
	if len(c.selected.calls) > 1 {
		verb = "have"
	}
	d := c.list.Reportf(diag.UnknownParameter, x.At, "%s %s no parameter %s%s", callNames(c.selected.calls), verb, x.Text, c.onThisABI(first, x.Text)).
		Labelf("and there is no constant of this name")
	switch x.Text {
	case "true", "false":
		d.Hintf("a condition is true or false as it is, and needs no comparison; a filter without a condition matches every call")
		return
	case "once":
		d.Hintf("did you mean %s?", typed.OnceText)
		return
	case "arg0", "arg1", "arg2", "arg3", "arg4", "arg5":
		d.Hintf("the registers are args[0] to args[5]: write args[%s]", x.Text[len("arg"):])
	default:
		c.suggestName(d, x.Text)
	}
	d.Hintf("%s", signature(first))
	if p := structured(first); p != nil {
		hintPointer(d, first, p)
	}
	c.hintOtherABIs(d, first, x.Text)
}

// structured returns the parameter of a call that points at what a name may
// have been meant to be a part of: the flags of clone3 and openat2, or a
// socket address. Or nil.
func structured(call *arch.Syscall) *arch.Param {
	for i := range call.Params {
		p := &call.Params[i]
		switch {
		case call.Name == "clone3" && i == 0, call.Name == "openat2" && p.Name == "how", strings.Contains(p.CType, "struct sockaddr"):
			return p
		}
	}
	return nil
}

// suggestName hints at the parameter, constant or definition that was probably
// meant.
func (c *checker) suggestName(d *diag.Diagnostic, text string) {
	if text == "NULL" {
		d.Hintf("write 0")
		return
	}
	if !c.maySearch() {
		return
	}
	if full := c.withPrefix(text); full != "" {
		d.Hintf("did you mean %s?", full)
		return
	}
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
			if def.kind == aConstant && !yield(def.name) {
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

// prefixes are those of the constants that policies ask for most.
var prefixes = [...]string{"AF_", "SOCK_", "O_", "PROT_", "MAP_", "CLONE_", "SIG", "PR_", "F_", "S_", "MS_", "MADV_", "IPPROTO_"}

// withPrefix returns the constants of this ABI whose names are a text after one
// of the prefixes: AF_INET of INET.
func (c *checker) withPrefix(text string) string {
	if !isUpper(text) {
		return ""
	}
	var names []string
	for _, prefix := range prefixes {
		if _, ok := c.abi.Constant(prefix + text); ok {
			names = append(names, prefix+text)
		}
	}
	return strings.Join(names, " or ")
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
