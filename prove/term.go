package prove

import "math/bits"

// A term is a quotient, remainder or product that stands for itself: a number
// of which nothing is known but that equal terms are equal. What is proved with
// such numbers is true whatever they are.
type term struct {
	op termOp
	a  [32]diagram
	k  uint32
}

type termOp uint8

const (
	quotient termOp = iota
	remainder
	product
)

// apply returns a op k as a term, which is computed only if a is constant. The
// result has as many bits as it may need, and zeros above.
func (in *inputs) apply(op termOp, a number, k uint32) number {
	if v, ok := constantOf(a); ok {
		switch op {
		case quotient:
			return constant(uint64(uint32(v)/k), 32)
		case remainder:
			return constant(uint64(uint32(v)%k), 32)
		}
		return constant(uint64(uint32(v)*k), 32)
	}
	key := term{op, [32]diagram(a), k}
	if n, ok := in.terms[key]; ok {
		return n
	}
	if in.terms == nil {
		in.terms, in.remainders = make(map[term]number), make(map[[32]diagram]uint32)
	}
	width := 32
	switch op {
	case quotient:
		width = 33 - bits.Len32(k)
		if in.remainders[[32]diagram(shiftRight(a, 16, never))] == k {
			width = min(width, 16) // a is less than k<<16
		}
	case remainder:
		width = bits.Len32(k - 1)
	}
	n := constant(0, 32)
	for bit := width - 1; bit >= 0; bit-- {
		n[bit] = in.d.input(int32(32*words + in.termBits))
		in.termBits++
	}
	in.terms[key] = n
	if op == remainder {
		in.remainders[[32]diagram(n)] = k
	}
	return n
}

// divideOpaquely divides unsigned numbers by a constant that is no power of two,
// with terms: a word at once, and two words digit by digit in base 2^16 if the
// divisor is a digit. Other divisors have no terms.
func (in *inputs) divideOpaquely(a, b number) (q, r number, ok bool) {
	k, isConstant := constantOf(b)
	switch {
	case !in.opaque, !isConstant, k&(k-1) == 0:
		return nil, nil, false
	case len(a) == 32:
		return in.apply(quotient, a, uint32(k)), in.apply(remainder, a, uint32(k)), true
	case k >= 1<<16:
		return nil, nil, false
	}
	digit := func(partial number) (q, r number) {
		return in.apply(quotient, partial, uint32(k)), in.apply(remainder, partial, uint32(k))
	}
	high, rest := digit(a[32:])
	upper, rest := digit(joinDigits(rest, a[16:32]))
	lower, rest := digit(joinDigits(rest, a[:16]))
	q = append(append(append(make(number, 0, 64), lower[:16]...), upper[:16]...), high...)
	return q, append(append(make(number, 0, 64), rest...), constant(0, 32)...), true
}

// joinDigits returns the word of two digits.
func joinDigits(high, low number) number {
	return append(append(make(number, 0, 32), low...), high[:16]...)
}

// multiplyOpaquely multiplies a word by a constant that is no power of two.
func (in *inputs) multiplyOpaquely(a, b number) (p number, ok bool) {
	k, isConstant := constantOf(b)
	if !isConstant {
		a, b = b, a
		k, isConstant = constantOf(b)
	}
	if !in.opaque || !isConstant || k&(k-1) == 0 || len(a) != 32 {
		return nil, false
	}
	return in.apply(product, a, uint32(k)), true
}
