package compiler

// decides returns what a fact tells about a test of the same words.
func (g *graph) decides(known fact, op testOp, x, y word) (holds, decided bool) {
	if known.x != x {
		return g.decidesOf(known, op, x, y)
	}
	if known.y == y {
		switch {
		case known.test == op:
			return known.holds, true
		case known.test == testEq && op == testGe && known.holds:
			return true, true
		case known.test == testGe && op == testEq && !known.holds:
			return false, true
		}
	}
	k, ok1 := g.constantOf(known.y)
	j, ok2 := g.constantOf(y)
	if !ok1 || !ok2 {
		return false, false
	}
	if known.test == testSet {
		return decidedByBits(k, known.holds, op, j)
	}
	low, high := uint32(0), ^uint32(0)
	switch {
	case known.test == testEq && known.holds:
		low, high = k, k
	case known.test == testEq:
		return false, false // that x is not k rules out nothing else
	case known.holds:
		low = k
	default:
		high = k - 1 // a test for x >= 0 is never made
	}
	return decidedByRange(low, high, op, j)
}

// decidesOf returns what a known value tells about a test of a word made from
// it and constants.
func (g *graph) decidesOf(known fact, op testOp, x, y word) (holds, decided bool) {
	k, ok1 := g.constantOf(known.y)
	j, ok2 := g.constantOf(y)
	if known.test != testEq || !known.holds || !ok1 || !ok2 {
		return false, false
	}
	v, ok := g.valueWhere(x, known.x, k)
	if !ok {
		return false, false
	}
	return g.constantTest(op, g.constant(v), g.constant(j))
}

// valueWhere returns the value of w where x is k, if w is made from x and
// constants.
func (g *graph) valueWhere(w, x word, k uint32) (uint32, bool) {
	f := g.words[w]
	if w == x {
		return k, true
	}
	b, ok := g.constantOf(f.b)
	if f.op <= opLoad || !ok {
		return 0, false
	}
	a, ok := g.valueWhere(f.a, x, k)
	if !ok {
		return 0, false
	}
	switch f.op {
	case opAdd:
		return a + b, true
	case opMul:
		return a * b, true
	case opDiv:
		return a / b, true
	case opAnd:
		return a & b, true
	case opOr:
		return a | b, true
	case opXor:
		return a ^ b, true
	case opShl:
		return a << b, true
	case opShr:
		return a >> b, true
	}
	return 0, false
}

// decidedByRange decides a test with j of a word that lies between low and
// high.
func decidedByRange(low, high uint32, op testOp, j uint32) (holds, decided bool) {
	switch {
	case op == testEq && (j < low || j > high):
		return false, true
	case op == testEq:
		return true, low == high
	case op == testGe && low >= j:
		return true, true
	case op == testGe:
		return false, high < j
	}
	return low&j != 0, low == high
}

// decidedByBits decides a test with j of a word of which some of the bits of
// mask are set, or none.
func decidedByBits(mask uint32, some bool, op testOp, j uint32) (holds, decided bool) {
	switch {
	case op == testSet && some:
		return true, mask&^j == 0
	case op == testSet:
		return false, j&^mask == 0
	case op == testEq && some:
		return false, j&mask == 0
	case op == testEq:
		return false, j&mask != 0
	}
	return false, false
}
