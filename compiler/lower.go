package compiler

import "sandbox/policy/typed"

// Lowering turns the typed expressions of a policy into words and tests. It
// keeps the meaning that package typed defines and uses nothing of its
// evaluator.

// integer lowers a 32-bit expression to a word, and a 64-bit one to a pair;
// the high word of a 32-bit expression is not meaningful.
func (g *graph) integer(x typed.Int) wide {
	switch x := x.(type) {
	case *typed.Value:
		return g.wideConstant(x.Bits)
	case *typed.Load:
		w := wide{low: g.load(x.Low)}
		if x.Wide {
			w.high = g.load(x.High)
		}
		return w
	case *typed.Convert:
		return g.convert(x)
	case *typed.Unary:
		return g.unary(x)
	case *typed.Binary:
		if x.Type().Bits == 32 {
			return wide{low: g.binaryWord(x)}
		}
		return g.binaryWide(x)
	}
	panic("compiler: an integer expression of no known kind")
}

func (g *graph) convert(x *typed.Convert) wide {
	v, from := g.integer(x.X), x.X.Type()
	if from.Bits == 32 && x.To.Bits == 64 {
		v.high = g.constant(0)
		if from.Signed {
			v.high = g.sar(v.low, 31)
		}
	}
	return v
}

func (g *graph) unary(x *typed.Unary) wide {
	v, isWide := g.integer(x.X), x.Type().Bits == 64
	switch {
	case x.Op == typed.Negate && isWide:
		return g.wideSub(g.wideConstant(0), v)
	case x.Op == typed.Negate:
		return wide{low: g.negate(v.low)}
	case isWide:
		return wide{g.not(v.low), g.not(v.high)}
	}
	return wide{low: g.not(v.low)}
}

func (g *graph) binaryWord(x *typed.Binary) word {
	a, b := g.integer(x.X).low, g.integer(x.Y).low
	k, _ := g.constantOf(b)
	signed := x.Type().Signed
	switch x.Op {
	case typed.Add:
		return g.add(a, b)
	case typed.Sub:
		return g.sub(a, b)
	case typed.Mul:
		return g.mul(a, b)
	case typed.Div, typed.Rem:
		quotient, remainder := g.divideWord(a, k, signed)
		if x.Op == typed.Div {
			return quotient
		}
		return remainder
	case typed.Shl:
		return g.shl(a, uint(k))
	case typed.Shr:
		if signed {
			return g.sar(a, uint(k))
		}
		return g.shr(a, uint(k))
	}
	return g.bitwise(x.Op, a, b)
}

func (g *graph) binaryWide(x *typed.Binary) wide {
	a, b := g.integer(x.X), g.integer(x.Y)
	k, constant := g.wideConstantOf(b)
	signed := x.Type().Signed
	switch x.Op {
	case typed.Add:
		return g.wideAdd(a, b)
	case typed.Sub:
		return g.wideSub(a, b)
	case typed.Mul:
		if !constant {
			k, _ = g.wideConstantOf(a)
			a = b
		}
		return g.wideMul(a, k)
	case typed.Div, typed.Rem:
		quotient, remainder := g.divideWide(a, k, signed)
		if x.Op == typed.Div {
			return quotient
		}
		return remainder
	case typed.Shl:
		return g.wideShl(a, uint(k))
	case typed.Shr:
		if signed {
			return g.wideSar(a, uint(k))
		}
		return g.wideShr(a, uint(k))
	}
	return g.wideBitwise(x.Op, a, b)
}

// condition returns a node that goes to yes where b holds, and to no where it
// does not.
func (g *graph) condition(b typed.Bool, yes, no node) node {
	switch b := b.(type) {
	case *typed.Truth:
		if b.Value {
			return yes
		}
		return no
	case *typed.NotExpr:
		return g.condition(b.X, no, yes)
	case *typed.AndExpr:
		return g.condition(b.X, g.condition(b.Y, yes, no), no)
	case *typed.OrExpr:
		return g.condition(b.X, yes, g.condition(b.Y, yes, no))
	case *typed.Compare:
		return g.compare(b, yes, no)
	case *typed.In:
		return g.member(g.integer(b.X), b.X.Type(), b.Intervals, yes, no)
	case *typed.Predicate:
		return g.condition(b.X, yes, no)
	}
	panic("compiler: a condition of no known kind")
}
