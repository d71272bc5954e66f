package check

import (
	"fmt"

	"sandbox/policy/typed"
)

// invalidity returns what is wrong with a checked filter by the rules that
// sandbox/policy/typed states, or "".
func invalidity(f *typed.Filter) string {
	for i, r := range f.Numbers {
		if r.First > r.Last || i > 0 && uint64(r.First) <= uint64(f.Numbers[i-1].Last)+1 {
			return fmt.Sprintf("numbers %v are not sorted, disjoint and apart", f.Numbers)
		}
	}
	if len(f.Numbers) == 0 {
		return "no numbers"
	}
	if f.When == nil {
		return ""
	}
	return invalidBool(f.When)
}

func invalidBool(b typed.Bool) string {
	switch b := b.(type) {
	case *typed.NotExpr:
		return invalidBool(b.X)
	case *typed.AndExpr:
		return first(invalidBool(b.X), invalidBool(b.Y))
	case *typed.OrExpr:
		return first(invalidBool(b.X), invalidBool(b.Y))
	case *typed.Predicate:
		for _, o := range b.Operands {
			if problem := invalidInt(o.Value); problem != "" || o.Text == "" {
				return "operand " + o.Text + ": " + problem
			}
		}
		if b.Text == "" || b.At == (typed.Position{}) {
			return "a predicate without text or place"
		}
		if never, ok := b.X.(*typed.Truth); ok && b.Once && !never.Value {
			return "" // once() on an ABI with which no program is started
		}
		return invalidBool(b.X)
	case *typed.Compare:
		if b.X.Type() != b.Y.Type() {
			return fmt.Sprintf("compares %s with %s", b.X.Type(), b.Y.Type())
		}
		return first(invalidInt(b.X), invalidInt(b.Y))
	case *typed.In:
		t := b.X.Type()
		bias := sign(t)
		if !t.Signed {
			bias = 0
		}
		for i, in := range b.Intervals {
			if in.Low&^t.Mask() != 0 || in.High&^t.Mask() != 0 || in.Low^bias > in.High^bias {
				return fmt.Sprintf("interval %v of %s", in, t)
			}
			if i > 0 && b.Intervals[i-1].High^bias+1 >= in.Low^bias {
				return fmt.Sprintf("intervals %v of %s are not sorted, disjoint and apart", b.Intervals, t)
			}
		}
		if len(b.Intervals) == 0 {
			return "an empty set"
		}
		return invalidInt(b.X)
	}
	return fmt.Sprintf("%T in a checked filter", b)
}

func invalidInt(x typed.Int) string {
	switch x := x.(type) {
	case *typed.Value:
		if x.Bits&^x.Of.Mask() != 0 {
			return fmt.Sprintf("%#x is no %s", x.Bits, x.Of)
		}
		return ""
	case *typed.Load:
		_, lowIsHigh, _ := x.Low.Arg()
		if lowIsHigh {
			return "reads a high half alone"
		}
		return ""
	case *typed.Convert:
		if x.To == x.X.Type() {
			return "a useless conversion to " + x.To.String()
		}
		return invalidInt(x.X)
	case *typed.Unary:
		return invalidInt(x.X)
	case *typed.Binary:
		if x.X.Type() != x.Y.Type() {
			return fmt.Sprintf("computes %s with %s", x.X.Type(), x.Y.Type())
		}
		v, isValue := x.Y.(*typed.Value)
		_, leftIsValue := x.X.(*typed.Value)
		switch x.Op {
		case typed.Shl, typed.Shr:
			if !isValue || v.Bits >= uint64(x.X.Type().Bits) {
				return "a shift out of range"
			}
		case typed.Div, typed.Rem:
			if !isValue || v.Bits == 0 {
				return "a division by what may be zero"
			}
		case typed.Mul:
			if !isValue && !leftIsValue {
				return "a product of two unknowns"
			}
		}
		return first(invalidInt(x.X), invalidInt(x.Y))
	}
	return fmt.Sprintf("%T in a checked filter", x)
}

func first(problems ...string) string {
	for _, p := range problems {
		if p != "" {
			return p
		}
	}
	return ""
}
