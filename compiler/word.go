package compiler

import "sandbox/policy/typed"

// A word is a 32-bit value that a BPF program can compute, as an index into
// the arena of a graph. Equal words have equal indices (hash-consing), so that
// "the same value" is one comparison of integers. 64-bit values are pairs.
type word int32

// A wordOp is how a word is computed. All operations are unsigned and wrap, as
// those of classic BPF do.
type wordOp uint8

const (
	opConst wordOp = iota // k
	opLoad                // the word k of struct seccomp_data
	opAdd
	opSub
	opMul
	opDiv // by a constant that is not 0
	opAnd
	opOr
	opXor
	opShl // by a constant below 32
	opShr // by a constant below 32, zeros shifted in
)

// A wordForm is the structure of a word: an operation on words a and b, or a
// constant k.
type wordForm struct {
	op   wordOp
	a, b word
	k    uint32
}

func (g *graph) intern(f wordForm) word {
	place, _ := intern(&g.wordIndex, &g.words, f)
	return word(place)
}

func (g *graph) constant(k uint32) word { return g.intern(wordForm{op: opConst, k: k}) }

func (g *graph) load(w typed.Word) word { return g.intern(wordForm{op: opLoad, k: uint32(w)}) }

// constantOf returns the value of a word that does not depend on the call.
func (g *graph) constantOf(w word) (uint32, bool) {
	f := &g.words[w]
	return f.k, f.op == opConst
}

func (g *graph) isConstant(w word, k uint32) bool {
	f := &g.words[w]
	return f.op == opConst && f.k == k
}

func (g *graph) not(a word) word { return g.xor(a, g.constant(^uint32(0))) }

func (g *graph) negate(a word) word { return g.sub(g.constant(0), a) }

func (g *graph) add(a, b word) word {
	a, b = g.constantRight(a, b)
	switch {
	case g.isConstant(b, 0):
		return a
	case g.bothConstant(a, b):
		return g.constant(g.words[a].k + g.words[b].k)
	}
	return g.intern(wordForm{op: opAdd, a: a, b: b})
}

func (g *graph) sub(a, b word) word {
	switch {
	case g.isConstant(b, 0):
		return a
	case a == b:
		return g.constant(0)
	case g.bothConstant(a, b):
		return g.constant(g.words[a].k - g.words[b].k)
	}
	if k, ok := g.constantOf(b); ok {
		return g.add(a, g.constant(-k))
	}
	return g.intern(wordForm{op: opSub, a: a, b: b})
}

func (g *graph) mul(a, b word) word {
	a, b = g.constantRight(a, b)
	switch {
	case g.isConstant(b, 0):
		return b
	case g.isConstant(b, 1):
		return a
	case g.bothConstant(a, b):
		return g.constant(g.words[a].k * g.words[b].k)
	}
	return g.intern(wordForm{op: opMul, a: a, b: b})
}

func (g *graph) div(a word, by uint32) word {
	if by == 1 {
		return a
	}
	if k, ok := g.constantOf(a); ok {
		return g.constant(k / by)
	}
	return g.intern(wordForm{op: opDiv, a: a, b: g.constant(by)})
}

func (g *graph) and(a, b word) word {
	a, b = g.constantRight(a, b)
	switch {
	case a == b, g.isConstant(b, ^uint32(0)):
		return a
	case g.isConstant(b, 0):
		return b
	case g.complements(a, b):
		return g.constant(0)
	case g.bothConstant(a, b):
		return g.constant(g.words[a].k & g.words[b].k)
	}
	if k, ok := g.constantOf(b); ok && g.words[a].op == opAnd {
		if inner, ok := g.constantOf(g.words[a].b); ok {
			return g.and(g.words[a].a, g.constant(inner&k))
		}
	}
	return g.intern(wordForm{op: opAnd, a: a, b: b})
}

func (g *graph) or(a, b word) word {
	a, b = g.constantRight(a, b)
	switch {
	case a == b, g.isConstant(b, 0):
		return a
	case g.isConstant(b, ^uint32(0)):
		return b
	case g.bothConstant(a, b):
		return g.constant(g.words[a].k | g.words[b].k)
	}
	return g.intern(wordForm{op: opOr, a: a, b: b})
}

func (g *graph) xor(a, b word) word {
	a, b = g.constantRight(a, b)
	switch {
	case a == b:
		return g.constant(0)
	case g.isConstant(b, 0):
		return a
	case g.bothConstant(a, b):
		return g.constant(g.words[a].k ^ g.words[b].k)
	}
	if k, ok := g.constantOf(b); ok && g.words[a].op == opXor {
		if inner, ok := g.constantOf(g.words[a].b); ok {
			return g.xor(g.words[a].a, g.constant(inner^k))
		}
	}
	return g.intern(wordForm{op: opXor, a: a, b: b})
}

func (g *graph) shl(a word, n uint) word {
	switch k, ok := g.constantOf(a); {
	case n == 0:
		return a
	case n >= 32:
		return g.constant(0)
	case ok:
		return g.constant(k << n)
	}
	return g.intern(wordForm{op: opShl, a: a, b: g.constant(uint32(n))})
}

func (g *graph) shr(a word, n uint) word {
	switch k, ok := g.constantOf(a); {
	case n == 0:
		return a
	case n >= 32:
		return g.constant(0)
	case ok:
		return g.constant(k >> n)
	}
	return g.intern(wordForm{op: opShr, a: a, b: g.constant(uint32(n))})
}

// sar is the arithmetic shift that classic BPF lacks: it shifts zeros in and
// then extends the moved sign bit m, as (x ^ m) - m does.
func (g *graph) sar(a word, n uint) word {
	n = min(n, 31)
	m := g.constant(uint32(1) << 31 >> n)
	return g.sub(g.xor(g.shr(a, n), m), m)
}

// constantRight orders the operands of a commutative operation: a constant
// stands right, and other operands have one order, so that equal words meet.
func (g *graph) constantRight(a, b word) (word, word) {
	_, left := g.constantOf(a)
	_, right := g.constantOf(b)
	if left && !right || left == right && a > b {
		return b, a
	}
	return a, b
}

func (g *graph) bothConstant(a, b word) bool {
	return g.words[a].op == opConst && g.words[b].op == opConst
}

// complements reports whether one word is written as the other's ~.
func (g *graph) complements(a, b word) bool {
	for range 2 {
		if f := &g.words[b]; f.op == opXor && f.a == a && g.isConstant(f.b, ^uint32(0)) {
			return true
		}
		a, b = b, a
	}
	return false
}
