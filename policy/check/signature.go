package check

import (
	"strconv"
	"strings"

	"sandbox/arch"
)

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
