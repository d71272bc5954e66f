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
	Scope    *Scope // the constants, sets and functions in reach; may be nil
	Position func(diag.Span) typed.Position

	// Copied counts the filters of one policy on all its ABIs, and what groups,
	// "*", functions, loops and locals add to them, which is bounded. Filters
	// adds to it; nil: the filter is alone.
	Copied *int
}

// Filters returns the checked filters that stand for in.Filter on in.ABI, with
// their Rule left nil: one for each group of selected calls that keep the
// parameters at hand in the same places. Their numbers are disjoint, so their
// order has no meaning. None is returned if every selected call is missing on
// this ABI, which is worth a note, or if the diagnostics hold an error.
func Filters(in Input) ([]typed.Filter, diag.List) {
	c := checker{abi: in.ABI, context: context{scope: in.Scope}, position: in.Position, action: in.Action}
	if c.position == nil {
		c.position = func(diag.Span) typed.Position { return typed.Position{} }
	}
	if in.Copied != nil && *in.Copied > maxCopied {
		return nil, nil // which was reported when it came to that
	}
	kernel := in.Kernel
	if kernel == 0 {
		kernel = arch.Latest()
	}
	c.selectors, c.body = in.Filter.Selectors, in.Filter.Body
	c.selected = c.choose(in.Filter, kernel)
	filters := c.filters(in)
	c.copied += filterWork
	if in.Copied != nil {
		if *in.Copied += c.copied; *in.Copied > maxCopied {
			c.list.Reportf(diag.ConditionTooLarge, in.Filter.Span, "the policy is too large with its groups, sets, functions, loops and locals written out").
				Labelf("more than %d operations with this filter", maxCopied).
				Hintf("filters of one rule that are about the same system calls can be joined with ||")
		}
	}
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
	position func(diag.Span) typed.Position
	action   typed.ActionKind
	list     diag.List
	lints    diag.List  // what is said only if nothing is wrong
	held     *heldLints // in place of lints, while the value of a local is typed

	selectors []filter.Selector
	body      filter.Expr
	selected  selection
	numbers   []uint32 // of the selected calls on all ABIs, if numbered
	numbered  bool
	names     []name // what the body's names are, if parameters
	locals    []local
	context

	readsArguments bool // the body looks at a parameter or at args
	negated        bool // an odd number of "!" stands around what is typed now

	// foreign is set while definitions are checked for an ABI on which they may
	// never be used: constants of other ABIs are no errors then.
	foreign  bool
	results  map[*definition]*result // of the definitions used so far
	shipped  map[string]*definition  // the standard functions used so far
	applying []*definition           // the functions whose soundness is being looked into

	evaluating []*definition // the constants and sets being evaluated, outermost first

	searches int // for names that were probably meant

	size      int       // how many operators and operands the condition has come to
	work      int       // how many of them were typed in copies
	copied    int       // how many of them are copies or locals, in all layouts
	copies    int       // how many functions and loops stand around what is typed now
	outermost diag.Span // the first of them
	exhausted bool      // the condition has become too large
	silenced  bool      // the condition needs a broken definition
}

// A context is what names mean at a place.
type context struct {
	scope    *Scope
	layout   *layout     // the layout being typed; nil in constant expressions
	function *definition // whose body this is; nil: a filter's or a constant's
	frame    int         // the locals from here on are in sight

	// standIn is where a standard function is used, which stands for its text
	// in reports.
	standIn *diag.Span
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
		c.size, c.work = 0, 0
		when := c.condition(in.Filter.Body)
		if always, ok := when.(*typed.Truth); ok && !c.list.Failed() && !c.silenced {
			c.list.Reportf(diag.ConstantCondition, in.Filter.Body.Span(), "always %t, whatever the call", always.Value).
				Labelf("decided by constants alone")
		}
		filters = append(filters, typed.Filter{Numbers: c.layout.ranges(), When: when, At: at, Text: in.Text})
	}
	c.layout = nil
	c.warnOfMultiplexers(in.Filter)
	if c.readsArguments {
		c.refuseBroad()
	}
	return filters
}
