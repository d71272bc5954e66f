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
	return g.divideByBits(x, by)
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

// divideByBits is long division in base 2, for divisors above 2^16. The
// quotient has at most 48 bits, so that is how many steps there are; each
// subtracts the divisor where it fits, without a jump. The rest never reaches
// 2^64: it is below the divisor before a step doubles it, and a divisor above
// 2^63 leaves one step, which starts from a rest below 2^63.
func (g *graph) divideByBits(x wide, by uint64) (quotient, remainder wide) {
	divisor := g.wideConstant(by)
	steps := uint(64 - bits.Len64(by) + 1)
	rest := g.wideShr(x, steps)
	quotient = g.wideConstant(0)
	for i := int(steps) - 1; i >= 0; i-- {
		bit := g.and(g.wideShr(x, uint(i)).low, g.constant(1))
		rest = g.wideShl(rest, 1)
		rest.low = g.or(rest.low, bit)
		fits := g.xor(g.wideBorrow(rest, divisor), g.constant(1))
		mask := g.negate(fits)
		rest = g.wideSub(rest, wide{g.and(divisor.low, mask), g.and(divisor.high, mask)})
		quotient = g.wideShl(quotient, 1)
		quotient.low = g.or(quotient.low, fits)
	}
	return quotient, rest
}

// wideBorrow is 1 where x < y, and 0 elsewhere.
func (g *graph) wideBorrow(x, y wide) word {
	low := g.borrow(x.low, y.low)
	inverse := g.not(x.high)
	difference := g.sub(g.sub(x.high, y.high), low)
	return g.shr(g.or(g.and(inverse, y.high), g.and(g.or(inverse, y.high), difference)), 31)
}
