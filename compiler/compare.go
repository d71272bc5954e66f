package compiler

import "sandbox/policy/typed"

// compare lowers a comparison of two integers of one type.
func (g *graph) compare(c *typed.Compare, yes, no node) node {
	op, t := c.Op, c.X.Type()
	x, y := g.integer(c.X), g.integer(c.Y)
	if _, constant := c.X.(*typed.Value); constant {
		op, x, y = mirrored[op], y, x
	}
	if k, ok := g.valueOf(y, t); ok && op != typed.Eq && op != typed.Ne {
		in, negated := intervalsOf(op, t, k)
		if negated {
			yes, no = no, yes
		}
		return g.member(x, t, in, yes, no)
	}
	switch op {
	case typed.Eq:
		return g.equal(x, y, t, yes, no)
	case typed.Ne:
		return g.equal(x, y, t, no, yes)
	case typed.Ge:
		return g.atLeast(x, y, t, yes, no)
	case typed.Lt:
		return g.atLeast(x, y, t, no, yes)
	case typed.Le:
		return g.atLeast(y, x, t, yes, no)
	default:
		return g.atLeast(y, x, t, no, yes)
	}
}

// mirrored is the comparison that holds of (y, x) where the index holds of
// (x, y).
var mirrored = [...]typed.CompareOp{
	typed.Eq: typed.Eq,
	typed.Ne: typed.Ne,
	typed.Lt: typed.Gt,
	typed.Le: typed.Ge,
	typed.Gt: typed.Lt,
	typed.Ge: typed.Le,
}

func (g *graph) valueOf(x wide, t typed.Type) (uint64, bool) {
	if t.Bits == 64 {
		return g.wideConstantOf(x)
	}
	k, ok := g.constantOf(x.low)
	return uint64(k), ok
}

// intervalsOf returns the values v for which "v op k" holds, or, if negated,
// does not hold. The op is one of order.
func intervalsOf(op typed.CompareOp, t typed.Type, k uint64) (in []typed.Interval, negated bool) {
	lowest, highest := uint64(0), t.Mask()
	if t.Signed {
		lowest, highest = t.Mask()>>1+1, t.Mask()>>1
	}
	switch op {
	case typed.Ge, typed.Lt:
		return []typed.Interval{{Low: k, High: highest}}, op == typed.Lt
	default:
		return []typed.Interval{{Low: lowest, High: k}}, op == typed.Gt
	}
}

func (g *graph) equal(x, y wide, t typed.Type, yes, no node) node {
	low := g.branch(testEq, x.low, y.low, yes, no)
	if t.Bits == 32 {
		return low
	}
	return g.branch(testEq, x.high, y.high, low, no)
}

// atLeast tests x >= y. Jumps compare unsigned words: flipping the sign bits
// gives signed values the same order.
func (g *graph) atLeast(x, y wide, t typed.Type, yes, no node) node {
	if t.Signed {
		x, y = g.flipSign(x, t), g.flipSign(y, t)
	}
	low := g.branch(testGe, x.low, y.low, yes, no)
	if t.Bits == 32 {
		return low
	}
	return g.branch(testEq, x.high, y.high, low, g.branch(testGe, x.high, y.high, yes, no))
}

func (g *graph) flipSign(x wide, t typed.Type) wide {
	sign := g.constant(1 << 31)
	if t.Bits == 64 {
		return wide{x.low, g.xor(x.high, sign)}
	}
	return wide{low: g.xor(x.low, sign)}
}
