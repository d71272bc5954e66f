package policy

import (
	"fmt"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/check"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// ParseCondition reads a condition about calls of any number, such as
// "arch == x86_64 && nr < 0x40000000": it sees args[0] to args[5], nr, ip and
// arch, the constants of the ABI, and the names of ABIs, which stand for their
// AUDIT_ARCH_* values. The source is called by name in diagnostics.
func ParseCondition(abi arch.ABI, name, text string) (typed.Bool, diag.List) {
	source := &diag.Source{Name: name, Text: text}
	body, list := filter.ParseBody(source.Whole())
	if body == nil || list.Failed() {
		return nil, list
	}
	scope := new(check.Scope)
	for _, a := range arch.ABIs() {
		value := &filter.Number{Text: fmt.Sprintf("%#x", a.Audit()), At: body.Span()}
		list = append(list, scope.DefineConstant(a.String(), body.Span(), value)...)
	}
	every := filter.Selector{Kind: filter.SelectAll}
	filters, found := check.Filters(check.Input{
		Filter:   &filter.Filter{Selectors: []filter.Selector{every}, Body: body, Span: body.Span()},
		Text:     text,
		ABI:      abi,
		Action:   typed.Errno,
		Scope:    scope,
		Position: position,
	})
	for i := range found {
		if found[i].Severity == diag.Error {
			list = append(list, found[i])
		}
	}
	if list.Failed() || len(filters) == 0 {
		return nil, list
	}
	return filters[0].When, list
}
