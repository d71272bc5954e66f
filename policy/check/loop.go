package check

import (
	"iter"
	"math/big"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// quantifier types any and all: the body once for each member, joined with ||
// or &&. The empty any is false and the empty all is true.
func (c *checker) quantifier(x *filter.Quantifier) operand {
	members, ok := c.members(&x.Set)
	if !ok {
		return operand{}
	}
	join := disjunction
	if x.All {
		join = conjunction
	}
	var cond typed.Bool = &typed.Truth{Value: x.All}
	c.enterCopy(x.At)
	defer c.leaveCopy()
	before := c.said()
	for i := range members {
		m := &members[i]
		for v := range m.values() {
			since := c.said()
			c.locals = append(c.locals, local{name: x.Var.Text, value: v, generic: true, shown: numberExpr(m, &v)})
			one := c.condition(x.Body)
			c.locals = c.locals[:len(c.locals)-1]
			if c.exhausted {
				return operand{}
			}
			c.since(since, func(d *diag.Diagnostic) { d.Notef(x.Var.At, "where %s is %s", x.Var.Text, memberText(m, &v)) })
			if c.failedSince(before) {
				return operand{} // the other members would fail alike
			}
			cond = join(cond, one)
		}
	}
	return truthOf(x, cond)
}

// values yields the numbers of a member of a set as operands.
func (m *member) values() iter.Seq[operand] {
	return func(yield func(operand) bool) {
		if !m.isRange {
			yield(m.low)
			return
		}
		v, _ := m.low.constant()
		last, _ := m.high.constant()
		for ; v.Cmp(last) <= 0; v = new(big.Int).Add(v, big.NewInt(1)) {
			if !yield(constantOf(m.x, v)) {
				return
			}
		}
	}
}

// numberExpr returns what a loop's variable is shown as.
func numberExpr(m *member, o *operand) filter.Expr {
	if !m.isRange {
		return m.x
	}
	v, _ := o.constant()
	if v.Sign() >= 0 {
		return &filter.Number{Text: v.String()}
	}
	return &filter.Unary{Op: filter.Negate, X: &filter.Number{Text: new(big.Int).Neg(v).String()}}
}

func memberText(m *member, o *operand) string {
	v, _ := o.constant()
	if m.isRange {
		return v.String()
	}
	return describe(m.x, v)
}
