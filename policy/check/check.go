// Package check gives filters their meaning: it resolves the names of a parsed
// filter against the tables of one ABI, types every operation, and returns the
// checked form of sandbox/policy/typed.
//
// An integer is a constant without a type, unbounded, until it meets a
// parameter or a cast; from then on it has one of the four types of the typed
// form. What goes wrong is collected, so that one run reports every mistake.
package check

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// An Input is one filter to check for one ABI.
type Input struct {
	Filter   *filter.Filter
	Text     string // the filter as written, for reports
	ABI      arch.ABI
	Kernel   arch.Version // the policy's baseline; zero: the newest in the tables
	Action   typed.ActionKind
	Scope    *Scope // the constants and sets in reach; may be nil
	Position func(diag.Span) typed.Position
}

// Filters returns the checked filters that stand for in.Filter on in.ABI, with
// their Rule left nil: one for each group of selected calls that keep the
// parameters at hand in the same places. Their numbers are disjoint, so their
// order has no meaning. None is returned if every selected call is missing on
// this ABI, which is worth a note, or if the diagnostics hold an error.
func Filters(in Input) ([]typed.Filter, diag.List) {
	c := checker{abi: in.ABI, scope: in.Scope, position: in.Position, action: in.Action}
	if c.position == nil {
		c.position = func(diag.Span) typed.Position { return typed.Position{} }
	}
	kernel := in.Kernel
	if kernel == 0 {
		kernel = arch.Latest()
	}
	c.selected = c.choose(in.Filter, kernel)
	filters := c.filters(in)
	if !c.list.Failed() {
		c.list = append(c.list, c.lints...)
	}
	if c.list != nil {
		c.list.Sort()
	}
	if c.list.Failed() {
		return nil, c.list
	}
	return filters, c.list
}

// A checker checks one filter, or one constant expression, for one ABI.
type checker struct {
	abi      arch.ABI
	scope    *Scope
	position func(diag.Span) typed.Position
	action   typed.ActionKind
	list     diag.List
	lints    diag.List // what is said only if nothing is wrong

	selected selection
	names    []name  // what the body's names are, if parameters
	layout   *layout // the layout being typed; nil in constant expressions

	readsArguments bool // the body looks at a parameter or at args
	negated        bool // an odd number of "!" stands around what is typed now

	// foreign is set while definitions are checked for an ABI on which they may
	// never be used: constants of other ABIs are no errors then.
	foreign bool
	results map[*definition]*result // of the definitions used so far

	searches int // for names that were probably meant
}

func (c *checker) filters(in Input) []typed.Filter {
	if c.selected.empty() {
		return nil
	}
	at := c.position(in.Filter.Span)
	if in.Filter.Body == nil {
		c.warnOfMultiplexers(in.Filter)
		all := layout{calls: c.selected.calls, numbers: c.selected.numbers}
		return []typed.Filter{{Numbers: all.ranges(), At: at, Text: in.Text}}
	}
	c.resolve(in.Filter.Body)
	var filters []typed.Filter
	layouts := c.layouts()
	for i := range layouts {
		c.layout = &layouts[i]
		when := c.condition(in.Filter.Body)
		filters = append(filters, typed.Filter{Numbers: c.layout.ranges(), When: when, At: at, Text: in.Text})
	}
	c.layout = nil
	c.warnOfMultiplexers(in.Filter)
	if c.readsArguments {
		c.refuseBroad()
	}
	return filters
}
