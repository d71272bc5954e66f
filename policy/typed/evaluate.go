package typed

// Evaluate returns the value of x for a call, as the bits of x's type.
func Evaluate(x Int, c *Call) uint64 {
	switch x := x.(type) {
	case *Value:
		return x.Bits
	case *Load:
		low := uint64(c.Word(x.Low))
		if x.Wide {
			return uint64(c.Word(x.High))<<32 | low
		}
		return low
	case *Convert:
		from := x.X.Type()
		return extend(Evaluate(x.X, c), from) & x.To.Mask()
	case *Unary:
		v := Evaluate(x.X, c)
		if x.Op == Negate {
			return -v & x.Type().Mask()
		}
		return ^v & x.Type().Mask()
	case *Binary:
		return arithmetic(x.Op, x.Type(), Evaluate(x.X, c), Evaluate(x.Y, c))
	}
	panic("typed: an integer expression of no known kind")
}

// extend returns the value of the type's bits v as 64 bits: repeated sign bits
// above a signed value, zeros above an unsigned one.
func extend(v uint64, t Type) uint64 {
	if t == I32 {
		return uint64(int64(int32(v)))
	}
	return v
}

// arithmetic computes a op b in type t, wrapping at its width.
func arithmetic(op BinaryOp, t Type, a, b uint64) uint64 {
	var v uint64
	switch op {
	case Add:
		v = a + b
	case Sub:
		v = a - b
	case Mul:
		v = a * b
	case Div, Rem:
		v = divide(op, t, a, b)
	case Shl:
		v = a << b
	case Shr:
		if t.Signed {
			v = uint64(int64(extend(a, t)) >> b)
		} else {
			v = a >> b
		}
	case BitAnd:
		v = a & b
	case BitOr:
		v = a | b
	case BitXor:
		v = a ^ b
	}
	return v & t.Mask()
}

// divide is C's / and %: the quotient truncates towards zero, and the
// remainder has the sign of the dividend.
func divide(op BinaryOp, t Type, a, b uint64) uint64 {
	if !t.Signed {
		if op == Div {
			return a / b
		}
		return a % b
	}
	x, y := int64(extend(a, t)), int64(extend(b, t))
	if op == Div {
		return uint64(x / y) // the one overflow, MIN / -1, wraps to MIN
	}
	return uint64(x % y)
}

// less orders two values as their type does.
func less(t Type, a, b uint64) bool {
	if t.Signed {
		return int64(extend(a, t)) < int64(extend(b, t))
	}
	return a < b
}

// Holds reports whether b is true of a call.
func Holds(b Bool, c *Call) bool {
	switch b := b.(type) {
	case *Truth:
		return b.Value
	case *NotExpr:
		return !Holds(b.X, c)
	case *AndExpr:
		return Holds(b.X, c) && Holds(b.Y, c)
	case *OrExpr:
		return Holds(b.X, c) || Holds(b.Y, c)
	case *Compare:
		return compare(b.Op, b.X.Type(), Evaluate(b.X, c), Evaluate(b.Y, c))
	case *In:
		v, t := Evaluate(b.X, c), b.X.Type()
		for _, in := range b.Intervals {
			if !less(t, v, in.Low) && !less(t, in.High, v) {
				return true
			}
		}
		return false
	case *Predicate:
		return Holds(b.X, c)
	}
	panic("typed: a condition of no known kind")
}

func compare(op CompareOp, t Type, a, b uint64) bool {
	switch op {
	case Eq:
		return a == b
	case Ne:
		return a != b
	case Lt:
		return less(t, a, b)
	case Le:
		return !less(t, b, a)
	case Gt:
		return less(t, b, a)
	default:
		return !less(t, a, b)
	}
}

// Contains reports whether nr is in one of the ranges, which are sorted.
func Contains(ranges []NumberRange, nr uint32) bool {
	low, high := 0, len(ranges)
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch {
		case nr < ranges[mid].First:
			high = mid
		case nr > ranges[mid].Last:
			low = mid + 1
		default:
			return true
		}
	}
	return false
}
