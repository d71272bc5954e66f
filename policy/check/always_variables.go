package check

import (
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// compareVariables compares two integers that depend on the call. What comes
// out the same for every call, by what is known about each, is a mistake.
func (c *checker) compareVariables(x *filter.Binary, op typed.CompareOp, l, r *operand) typed.Bool {
	if sameInt(l.int, r.int) {
		outcome := ordered(op, 0)
		if !c.generic(x) {
			d := c.list.Reportf(diag.AlwaysSame, x.At, "always %t: both sides are %s", outcome, text(l.x))
			if other := text(r.x); other != text(l.x) {
				d.Labelf("%s is the same", other)
			}
		}
		return &typed.Truth{Value: outcome}
	}
	lt, rt := l.int.Type(), r.int.Type()
	least, greatest := mathematical(rt, r.known.least(rt)), mathematical(rt, r.known.greatest(rt))
	// The signs of the least and of the greatest difference.
	low, high := order(lt, l.known.least(lt), greatest), order(lt, l.known.greatest(lt), least)
	if outcome, always := decided(op, low, high); always {
		d := c.list.Reportf(diag.AlwaysSame, x.At, "always %t: ", outcome)
		if low >= 0 {
			d.Message += text(l.x) + " is at least " + mathematical(lt, l.known.least(lt)).String() +
				" and " + text(r.x) + " at most " + greatest.String()
		} else {
			d.Message += text(l.x) + " is at most " + mathematical(lt, l.known.greatest(lt)).String() +
				" and " + text(r.x) + " at least " + least.String()
		}
		return &typed.Truth{Value: outcome}
	}
	differ := l.known.one&r.known.zero | l.known.zero&r.known.one
	if lt == rt && differ != 0 && (op == typed.Eq || op == typed.Ne) {
		c.list.Reportf(diag.AlwaysSame, x.At, "always %t: %s and %s never agree in %s",
			op == typed.Ne, text(l.x), text(r.x), bitsText(differ))
		return &typed.Truth{Value: op == typed.Ne}
	}
	c.lint(op == typed.Eq, func() {
		if (op == typed.Eq || op == typed.Ne) && c.refuses(op == typed.Eq) {
			c.lintWidth(x, l)
			c.lintWidth(x, r)
		}
	})
	return compareIntegers(op, *l, *r)
}

// sameInt reports whether two integers are computed in the same way from the
// same parts of the call.
func sameInt(x, y typed.Int) bool {
	if x == y {
		return true
	}
	switch x := x.(type) {
	case *typed.Value:
		y, ok := y.(*typed.Value)
		return ok && *x == *y
	case *typed.Load:
		y, ok := y.(*typed.Load)
		return ok && *x == *y
	case *typed.Convert:
		y, ok := y.(*typed.Convert)
		return ok && x.To == y.To && sameInt(x.X, y.X)
	case *typed.Unary:
		y, ok := y.(*typed.Unary)
		return ok && x.Op == y.Op && sameInt(x.X, y.X)
	case *typed.Binary:
		y, ok := y.(*typed.Binary)
		return ok && x.Op == y.Op && sameInt(x.X, y.X) && sameInt(x.Y, y.Y)
	}
	return false
}
