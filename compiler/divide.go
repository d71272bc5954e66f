package compiler

import "math/bits"

// Division by constants. Classic BPF divides 32-bit words; everything else is
// built from that: signed division from the magnitudes, 64-bit division digit
// by digit, remainders from quotients (BPF_MOD is refused by seccomp).

func (g *graph) divideWord(x word, by uint32, signed bool) (quotient, remainder word) {
	if !signed {
		q := g.div(x, by)
		return q, g.sub(x, g.mul(q, g.constant(by)))
	}
	sign := g.sar(x, 31) // all ones where x is negative
	magnitude := g.sub(g.xor(x, sign), sign)
	divisor, flipped := by, sign
	if int32(by) < 0 {
		divisor, flipped = -by, g.not(sign)
	}
	q := g.div(magnitude, divisor)
	r := g.sub(magnitude, g.mul(q, g.constant(divisor)))
	return g.sub(g.xor(q, flipped), flipped), g.sub(g.xor(r, sign), sign)
}

func (g *graph) divideWide(x wide, by uint64, signed bool) (quotient, remainder wide) {
	if !signed {
		return g.divideMagnitude(x, by)
	}
	sign := g.sar(x.high, 31)
	signs := wide{sign, sign}
	magnitude := g.negateWhere(x, signs)
	divisor, flipped := by, signs
	if int64(by) < 0 {
		divisor, flipped = -by, wide{g.not(sign), g.not(sign)}
	}
	q, r := g.divideMagnitude(magnitude, divisor)
	return g.negateWhere(q, flipped), g.negateWhere(r, signs)
}

// negateWhere returns -x where the sign words are all ones, and x where they
// are all zeros.
func (g *graph) negateWhere(x, signs wide) wide {
	return g.wideSub(wide{g.xor(x.low, signs.low), g.xor(x.high, signs.high)}, signs)
}

func (g *graph) divideMagnitude(x wide, by uint64) (quotient, remainder wide) {
	switch {
	case by&(by-1) == 0:
		n := uint(bits.TrailingZeros64(by))
		low := g.constant(uint32(by - 1))
		high := g.constant(uint32((by - 1) >> 32))
		return g.wideShr(x, n), wide{g.and(x.low, low), g.and(x.high, high)}
	case by < 1<<16:
		return g.divideByDigit(x, uint32(by))
	}
	return g.divideByProduct(x, by)
}

// divideByDigit is long division in base 2^16 by a single digit: every partial
// dividend fits a word.
func (g *graph) divideByDigit(x wide, by uint32) (quotient, remainder wide) {
	divisor := g.constant(by)
	step := func(partial word) (q, r word) {
		q = g.div(partial, by)
		return q, g.sub(partial, g.mul(q, divisor))
	}
	high, rest := step(x.high)
	upper, rest := step(g.or(g.shl(rest, 16), g.shr(x.low, 16)))
	lower, rest := step(g.or(g.shl(rest, 16), g.and(x.low, g.constant(0xffff))))
	return wide{g.or(g.shl(upper, 16), lower), high}, wide{rest, g.constant(0)}
}

// divideByProduct multiplies by a reciprocal of 65 bits, whose top bit is the
// addition of x (T. Granlund and P. Montgomery, "Division by Invariant Integers
// using Multiplication", 1994, figure 4.1). The divisor is no power of two.
func (g *graph) divideByProduct(x wide, by uint64) (quotient, remainder wide) {
	length := uint(bits.Len64(by))
	reciprocal, _ := bits.Div64(1<<length-by, 0, by) // 1<<64 is 0: the difference still is right
	product := g.wideHighProduct(x, reciprocal+1)
	quotient = g.wideShr(g.wideAdd(product, g.wideShr(g.wideSub(x, product), 1)), length-1)
	return quotient, g.wideSub(x, g.wideMul(quotient, by))
}

// wideHighProduct is the upper half of the 128-bit product of x and k.
func (g *graph) wideHighProduct(x wide, k uint64) wide {
	low, high := uint32(k), uint32(k>>32)
	zero := g.constant(0)
	middle := g.wideAdd(g.product(x.low, high), wide{g.highProduct(x.low, low), zero})
	lower := g.wideAdd(g.product(x.high, low), wide{middle.low, zero})
	upper := g.wideAdd(g.product(x.high, high), wide{middle.high, zero})
	return g.wideAdd(upper, wide{lower.high, zero})
}

// product is the 64-bit product of a word and a constant.
func (g *graph) product(a word, k uint32) wide {
	return wide{g.mul(a, g.constant(k)), g.highProduct(a, k)}
}
