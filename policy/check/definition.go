package check

import (
	"math/big"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// Constant returns the value of an expression of constants on one ABI, such as
// "O_WRONLY | O_CREAT". scope may be nil.
func Constant(abi arch.ABI, scope *Scope, x filter.Expr) (*big.Int, diag.List) {
	c := checker{abi: abi, context: context{scope: scope}}
	v, _ := c.constantExpr(x)
	if c.list != nil {
		c.list.Sort()
	}
	if c.list.Failed() {
		return nil, c.list
	}
	return v, c.list
}

// constantExpr returns the number that an expression stands for, or false if
// it is no constant, which is reported.
func (c *checker) constantExpr(x filter.Expr) (*big.Int, bool) {
	o := c.expr(x)
	v, ok := o.constant()
	if !ok && o.kind != invalid {
		d := c.list.Reportf(diag.NotConstant, x.Span(), "%s is not a constant", text(x))
		switch o.kind {
		case truth:
			d.Labelf("a truth value")
		default:
			d.Labelf("depends on the call")
		}
	}
	return v, ok
}

// A result is what a definition came to on this ABI.
type result struct {
	done    bool // false while it is being evaluated
	bad     bool // of a function: it cannot be applied
	value   operand
	members []operand
}

// maxChain bounds how many constants and sets need each other in a row.
const maxChain = 1000

// evaluate returns what a definition comes to, with its mistakes reported once.
func (c *checker) evaluate(d *definition) *result {
	if r, ok := c.results[d]; ok {
		if !r.done {
			around := c.evaluating[slices.Index(c.evaluating, d):]
			c.list.Reportf(diag.DefinitionCycle, d.at, "the definition of %s needs itself: %s", d.name, circle(around))
			r.done = true
		}
		return r
	}
	r := c.begin(d)
	if len(c.evaluating) == maxChain {
		c.list.Reportf(diag.ConditionTooLarge, d.at, "%s stands at the end of more than %d definitions that need each other", d.name, maxChain)
		r.done = true
		return r
	}
	outside, size, held, negated := c.context, c.size, c.held, c.negated
	c.context = context{scope: d.home, frame: len(c.locals)}
	c.held, c.negated = nil, false
	c.evaluating = append(c.evaluating, d)
	if d.kind == aSet {
		for _, member := range d.members {
			r.members = append(r.members, c.definedConstant(member))
		}
	} else {
		r.value = c.definedConstant(d.value)
	}
	c.evaluating = c.evaluating[:len(c.evaluating)-1]
	c.context, c.size, c.held, c.negated = outside, size, held, negated
	r.done = true
	return r
}

// circle shows definitions of which each needs the next, and the last the
// first.
func circle(around []*definition) string {
	const enough = 8 // names
	var b strings.Builder
	for i, d := range around {
		switch {
		case i < enough:
			b.WriteString(d.name + " -> ")
		case i == len(around)-1:
			b.WriteString("... -> ")
		}
	}
	return b.String() + around[0].name
}

// begin files the result of a definition, still to be filled in.
func (c *checker) begin(d *definition) *result {
	if c.results == nil {
		c.results = make(map[*definition]*result)
	}
	r := new(result)
	c.results[d] = r
	return r
}

// definedConstant is constantExpr with all that is known about the constant.
func (c *checker) definedConstant(x filter.Expr) operand {
	o := c.expr(x)
	if _, ok := o.constant(); !ok && o.kind != invalid {
		c.list.Reportf(diag.NotConstant, x.Span(), "%s is not a constant", text(x))
		return operand{}
	}
	return o
}

// named returns the constant that a name of the scope stands for.
func (c *checker) named(d *definition, x *filter.Name) operand {
	o := c.use(d, x).value
	o.x = x
	return o
}

// use evaluates a definition that a filter names. Its mistakes point at the
// filter, too: a definition may be right on one ABI and wrong on another.
func (c *checker) use(d *definition, x *filter.Name) *result {
	before := len(c.list)
	r := c.evaluate(d)
	if c.layout != nil {
		for i := before; i < len(c.list); i++ {
			c.list[i].Notef(x.At, "needed here")
		}
	}
	return r
}
