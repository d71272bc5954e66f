package prove

import (
	"cmp"
	"slices"

	"sandbox/policy/typed"
)

// subject returns the integer that a condition is about, if it does nothing but
// compare that one integer with constants, or nil.
func subject(b typed.Bool) typed.Int {
	switch b := b.(type) {
	case *typed.Predicate:
		return subject(b.X)
	case *typed.NotExpr:
		return subject(b.X)
	case *typed.AndExpr:
		return common(b.X, b.Y)
	case *typed.OrExpr:
		return common(b.X, b.Y)
	case *typed.In:
		return b.X
	case *typed.Compare:
		if _, ok := b.Y.(*typed.Value); ok {
			return b.X
		}
	}
	return nil
}

// common returns the subject of two conditions, or nil.
func common(a, b typed.Bool) typed.Int {
	x := subject(a)
	if x == nil || !same(x, subject(b)) {
		return nil
	}
	return x
}

// same reports whether two integers are written alike, and so are equal. A nil
// one is like no other.
func same(a, b typed.Int) bool {
	switch a := a.(type) {
	case *typed.Value:
		b, ok := b.(*typed.Value)
		return ok && *a == *b
	case *typed.Load:
		b, ok := b.(*typed.Load)
		return ok && *a == *b
	case *typed.Convert:
		b, ok := b.(*typed.Convert)
		return ok && a.To == b.To && same(a.X, b.X)
	case *typed.Unary:
		b, ok := b.(*typed.Unary)
		return ok && a.Op == b.Op && same(a.X, b.X)
	case *typed.Binary:
		b, ok := b.(*typed.Binary)
		return ok && a.Op == b.Op && same(a.X, b.X) && same(a.Y, b.Y)
	}
	return false
}

// values returns the values of its subject, a type's bits as unsigned numbers,
// for which a condition holds: ascending, disjoint and not adjacent.
func values(b typed.Bool, t typed.Type) []typed.Interval {
	switch b := b.(type) {
	case *typed.Predicate:
		return values(b.X, t)
	case *typed.NotExpr:
		return others(values(b.X, t), t)
	case *typed.AndExpr: // not (not X or not Y)
		x, y := others(values(b.X, t), t), others(values(b.Y, t), t)
		return others(united(append(x, y...)), t)
	case *typed.OrExpr:
		return united(append(values(b.X, t), values(b.Y, t)...))
	case *typed.In:
		var list []typed.Interval
		for _, i := range b.Intervals {
			list = appendOrdered(list, i.Low&t.Mask(), i.High&t.Mask(), t)
		}
		return united(list)
	}
	return compared(b.(*typed.Compare), t)
}

// compared is values for a comparison with a constant.
func compared(c *typed.Compare, t typed.Type) []typed.Interval {
	v, first := c.Y.(*typed.Value).Bits&t.Mask(), uint64(0)
	if t.Signed {
		first = 1 << (t.Bits - 1) // comes before all others
	}
	var list []typed.Interval
	switch c.Op {
	case typed.Eq, typed.Ne:
		list = appendOrdered(nil, v, v, t)
	case typed.Le, typed.Gt:
		list = appendOrdered(nil, first, v, t)
	default:
		if v != first {
			list = appendOrdered(nil, first, (v-1)&t.Mask(), t)
		}
	}
	list = united(list)
	if c.Op == typed.Ne || c.Op == typed.Gt || c.Op == typed.Ge {
		return others(list, t)
	}
	return list
}

// appendOrdered appends an interval in the order of a type: from a negative
// number to one that is not, these are two intervals of unsigned numbers.
func appendOrdered(list []typed.Interval, low, high uint64, t typed.Type) []typed.Interval {
	if low <= high {
		return append(list, typed.Interval{Low: low, High: high})
	}
	return append(list, typed.Interval{Low: 0, High: high}, typed.Interval{Low: low, High: t.Mask()})
}

// united sorts intervals and unites those that meet.
func united(list []typed.Interval) []typed.Interval {
	if len(list) < 2 {
		return list
	}
	slices.SortFunc(list, func(a, b typed.Interval) int { return cmp.Compare(a.Low, b.Low) })
	out := list[:1]
	for _, i := range list[1:] {
		last := &out[len(out)-1]
		if i.Low <= last.High || i.Low == last.High+1 {
			last.High = max(last.High, i.High)
			continue
		}
		out = append(out, i)
	}
	return out
}

// others returns the values of a type that are in none of some intervals, which
// ascend and are neither overlapping nor adjacent.
func others(list []typed.Interval, t typed.Type) []typed.Interval {
	var out []typed.Interval
	next := uint64(0)
	for _, i := range list {
		if i.Low > next {
			out = append(out, typed.Interval{Low: next, High: i.Low - 1})
		}
		next = i.High + 1
		if i.High == t.Mask() {
			return out
		}
	}
	return append(out, typed.Interval{Low: next, High: t.Mask()})
}
