package policygen

import (
	"cmp"
	"slices"

	"sandbox/policy/typed"
)

var types = [...]typed.Type{typed.U32, typed.I32, typed.U64, typed.I64}

// condition returns a random condition of at most the given depth.
func (g *Generator) condition(depth int) typed.Bool {
	if depth > 0 {
		switch g.IntN(5) {
		case 0:
			return &typed.NotExpr{X: g.condition(depth - 1)}
		case 1:
			return &typed.AndExpr{X: g.condition(depth - 1), Y: g.condition(depth - 1)}
		case 2:
			return &typed.OrExpr{X: g.condition(depth - 1), Y: g.condition(depth - 1)}
		}
	}
	t := types[g.IntN(len(types))]
	x := g.integer(t, 2)
	switch g.IntN(20) {
	case 0:
		return &typed.Truth{Value: g.IntN(2) == 0}
	case 1, 2, 3, 4:
		return &typed.In{X: x, Intervals: g.intervals(t)}
	case 5, 6, 7, 8:
		return &typed.Compare{Op: g.comparison(), X: x, Y: g.integer(t, 1)}
	}
	compare := &typed.Compare{Op: g.comparison(), X: x, Y: g.constant(t)}
	return &typed.Predicate{X: compare, Text: "random"}
}

func (g *Generator) comparison() typed.CompareOp { return typed.CompareOp(g.IntN(6)) }

func (g *Generator) constant(t typed.Type) *typed.Value {
	v := g.edge()
	g.constants = append(g.constants, v)
	return &typed.Value{Of: t, Bits: v & t.Mask()}
}

// intervals returns sorted, disjoint intervals of values of type t.
func (g *Generator) intervals(t typed.Type) []typed.Interval {
	order := func(a, b uint64) int {
		if t == typed.I32 {
			return cmp.Compare(int32(a), int32(b))
		}
		if t == typed.I64 {
			return cmp.Compare(int64(a), int64(b))
		}
		return cmp.Compare(a, b)
	}
	var bounds []uint64
	for range 2 * (1 + g.IntN(4)) {
		bounds = append(bounds, g.constant(t).Bits)
	}
	slices.SortFunc(bounds, order)
	bounds = slices.Compact(bounds)
	var in []typed.Interval
	for len(bounds) > 0 {
		i := typed.Interval{Low: bounds[0], High: bounds[0]}
		if len(bounds) > 1 && g.IntN(2) == 0 {
			i.High = bounds[1]
			bounds = bounds[1:]
		}
		bounds = bounds[1:]
		in = append(in, i)
	}
	return in
}

// integer returns a random expression of type t.
func (g *Generator) integer(t typed.Type, depth int) typed.Int {
	if depth == 0 || g.IntN(4) == 0 {
		return g.load(t)
	}
	switch g.IntN(10) {
	case 0:
		if g.Plain {
			break
		}
		return &typed.Unary{Op: typed.UnaryOp(g.IntN(2)), X: g.integer(t, depth-1)}
	case 1:
		from := types[g.IntN(len(types))]
		if from != t {
			return &typed.Convert{To: t, X: g.integer(from, depth-1)}
		}
	case 2, 3, 4:
		return &typed.Binary{Op: typed.BitAnd, X: g.integer(t, depth-1), Y: g.constant(t)}
	}
	x := g.integer(t, depth-1)
	if g.Plain {
		return g.plain(t, x)
	}
	op := typed.BinaryOp(g.IntN(10))
	switch op {
	case typed.Shl, typed.Shr:
		return &typed.Binary{Op: op, X: x, Y: &typed.Value{Of: t, Bits: uint64(g.IntN(int(t.Bits)))}}
	case typed.Mul:
		return &typed.Binary{Op: op, X: x, Y: g.constant(t)}
	case typed.Div, typed.Rem:
		return &typed.Binary{Op: op, X: x, Y: g.divisor(t)}
	}
	if g.IntN(2) == 0 {
		return &typed.Binary{Op: op, X: x, Y: g.constant(t)}
	}
	return &typed.Binary{Op: op, X: x, Y: g.integer(t, depth-1)}
}

// plain applies a constant to x, in a way that real policies do.
func (g *Generator) plain(t typed.Type, x typed.Int) typed.Int {
	ops := [...]typed.BinaryOp{typed.BitAnd, typed.BitAnd, typed.BitOr, typed.BitXor, typed.Add, typed.Sub, typed.Shl, typed.Shr}
	op := ops[g.IntN(len(ops))]
	y := g.constant(t)
	if op == typed.Shl || op == typed.Shr {
		y = &typed.Value{Of: t, Bits: uint64(g.IntN(int(t.Bits)))}
	}
	return &typed.Binary{Op: op, X: x, Y: y}
}

// divisor returns a constant that is not zero, mostly a small one: long
// divisions at 64 bits fill a program.
func (g *Generator) divisor(t typed.Type) *typed.Value {
	v := uint64(1 + g.IntN(1000))
	switch g.IntN(6) {
	case 0:
		v = 1 << g.IntN(int(t.Bits))
	case 1:
		v = -v
	case 2:
		v |= 1 << g.IntN(int(t.Bits))
	}
	return &typed.Value{Of: t, Bits: v & t.Mask()}
}

// load returns an argument, rarely another field, as type t.
func (g *Generator) load(t typed.Type) typed.Int {
	i := g.IntN(3)
	l := &typed.Load{Low: typed.ArgLow(i), High: typed.ArgHigh(i), Wide: t.Bits == 64}
	switch g.IntN(16) {
	case 0:
		l.Low, l.High = typed.WordIPLow, typed.WordIPHigh
	case 1:
		l.High = typed.ArgLow(i + 1) // a value in two registers
	case 2:
		l.Low = typed.WordNr
	}
	if l.Type() != t {
		return &typed.Convert{To: t, X: l}
	}
	return l
}
