package compiler

import (
	"math/bits"

	"sandbox/policy/typed"
)

// A wide is a 64-bit value in two words. Classic BPF has no 64-bit arithmetic
// and no flags: carries are computed from the sign bits of the operands.
type wide struct{ low, high word }

func (g *graph) wideConstant(v uint64) wide {
	return wide{g.constant(uint32(v)), g.constant(uint32(v >> 32))}
}

func (g *graph) wideConstantOf(x wide) (uint64, bool) {
	low, ok1 := g.constantOf(x.low)
	high, ok2 := g.constantOf(x.high)
	return uint64(high)<<32 | uint64(low), ok1 && ok2
}

func (g *graph) wideAdd(x, y wide) wide {
	sum := g.add(x.low, y.low)
	// The addition carries where both top bits are set, or one of them is and
	// the sum's is not.
	carries := g.or(g.and(x.low, y.low), g.and(g.or(x.low, y.low), g.not(sum)))
	return wide{sum, g.add(g.add(x.high, y.high), g.shr(carries, 31))}
}

func (g *graph) wideSub(x, y wide) wide {
	return wide{g.sub(x.low, y.low), g.sub(g.sub(x.high, y.high), g.borrow(x.low, y.low))}
}

// borrow is 1 where a < b, and 0 elsewhere.
func (g *graph) borrow(a, b word) word {
	if a == b {
		return g.constant(0)
	}
	difference := g.sub(a, b)
	inverse := g.not(a)
	return g.shr(g.or(g.and(inverse, b), g.and(g.or(inverse, b), difference)), 31)
}

// wideMul multiplies by a constant, modulo 2^64.
func (g *graph) wideMul(x wide, k uint64) wide {
	if k&(k-1) == 0 {
		if k == 0 {
			return g.wideConstant(0)
		}
		return g.wideShl(x, uint(bits.TrailingZeros64(k)))
	}
	low, high := g.constant(uint32(k)), g.constant(uint32(k>>32))
	crossed := g.add(g.mul(x.high, low), g.mul(x.low, high))
	return wide{g.mul(x.low, low), g.add(g.highProduct(x.low, uint32(k)), crossed)}
}

// highProduct is the upper half of the 64-bit product of a word and a
// constant, from products of 16 by 16 bits.
func (g *graph) highProduct(a word, k uint32) word {
	half := g.constant(0xffff)
	a0, a1 := g.and(a, half), g.shr(a, 16)
	k0, k1 := g.constant(k&0xffff), g.constant(k>>16)
	p00, p01, p10, p11 := g.mul(a0, k0), g.mul(a0, k1), g.mul(a1, k0), g.mul(a1, k1)
	middle := g.add(g.add(g.shr(p00, 16), g.and(p01, half)), g.and(p10, half))
	return g.add(g.add(p11, g.shr(p01, 16)), g.add(g.shr(p10, 16), g.shr(middle, 16)))
}

func (g *graph) wideShl(x wide, n uint) wide {
	if n >= 32 {
		return wide{g.constant(0), g.shl(x.low, n-32)}
	}
	return wide{g.shl(x.low, n), g.or(g.shl(x.high, n), g.shr(x.low, 32-n))}
}

func (g *graph) wideShr(x wide, n uint) wide {
	if n >= 32 {
		return wide{g.shr(x.high, n-32), g.constant(0)}
	}
	return wide{g.or(g.shr(x.low, n), g.shl(x.high, 32-n)), g.shr(x.high, n)}
}

func (g *graph) wideSar(x wide, n uint) wide {
	if n >= 32 {
		return wide{g.sar(x.high, n-32), g.sar(x.high, 31)}
	}
	return wide{g.or(g.shr(x.low, n), g.shl(x.high, 32-n)), g.sar(x.high, n)}
}

// wideBitwise applies a bit operator to both halves.
func (g *graph) wideBitwise(op typed.BinaryOp, x, y wide) wide {
	return wide{g.bitwise(op, x.low, y.low), g.bitwise(op, x.high, y.high)}
}

func (g *graph) bitwise(op typed.BinaryOp, a, b word) word {
	switch op {
	case typed.BitAnd:
		return g.and(a, b)
	case typed.BitOr:
		return g.or(a, b)
	}
	return g.xor(a, b)
}
