package compiler

import "sandbox/policy/typed"

// A node is a point of a decision graph, as an index into its arena: a leaf
// with an action, or a test with two successors. Nodes are hash-consed: equal
// graphs are one node, which is what makes tails and returns shared.
type node int32

// A testOp is a comparison that a conditional jump of classic BPF makes, on
// unsigned words.
type testOp uint8

const (
	testEq  testOp = iota // x == y
	testGe                // x >= y
	testSet               // x & y != 0
	isLeaf                // no test
)

// A nodeForm is the structure of a node.
type nodeForm struct {
	test    testOp
	x, y    word // y is a constant, or any word for testEq and testGe
	yes, no node
	action  typed.Action // of a leaf
}

// A graph holds words and nodes. It only grows: a node's successors are older
// than the node, so the arena's order is a topological order.
type graph struct {
	words     []wordForm
	wordIndex index
	nodes     []nodeForm
	nodeIndex index
	origins   [][]*typed.Filter // for each node, the filters that it was built for
	building  *typed.Filter     // the filter that new nodes belong to; nil for dispatch
}

func newGraph() *graph {
	return &graph{
		words:   make([]wordForm, 0, 128),
		nodes:   make([]nodeForm, 0, 128),
		origins: make([][]*typed.Filter, 0, 128),
	}
}

func (g *graph) internNode(f nodeForm) node {
	place, added := intern(&g.nodeIndex, &g.nodes, f)
	if added {
		g.origins = append(g.origins, nil)
	}
	g.attribute(node(place))
	return node(place)
}

// attribute notes that the node serves the filter being built. Filters are
// built one after the other, so looking at the last entry finds repeats; a
// node that serves many filters keeps the first few.
func (g *graph) attribute(n node) {
	const most = 8
	known := g.origins[n]
	if g.building == nil || len(known) == most || len(known) > 0 && known[len(known)-1] == g.building {
		return
	}
	g.origins[n] = append(known, g.building)
}

// leaf returns the node that ends with an action.
func (g *graph) leaf(a typed.Action) node {
	return g.internNode(nodeForm{test: isLeaf, action: a})
}

// branch returns a node that goes to yes where the test holds and to no where
// it does not. It brings each test into one form, so that equal tests meet.
func (g *graph) branch(op testOp, x, y word, yes, no node) node {
	if yes == no {
		return yes
	}
	if holds, known := g.constantTest(op, x, y); known {
		if holds {
			return yes
		}
		return no
	}
	k, constant := g.constantOf(y)
	f := &g.words[x]
	switch {
	case op == testEq && !constant && x > y:
		x, y = y, x
	case op == testGe && constant && k == 1:
		return g.branch(testEq, x, g.constant(0), no, yes)
	case op == testGe && constant && k == ^uint32(0):
		return g.branch(testEq, x, y, yes, no)
	case op == testGe && constant && f.op == opAnd:
		// Low bits that the mask takes away do not tell x from k if k has none.
		if mask, ok := g.constantOf(f.b); ok && -mask&^mask == 0 && k&^mask == 0 {
			return g.branch(testGe, f.a, y, yes, no)
		}
	case op == testEq && constant && f.op == opAnd:
		// (x & m) == 0 and, for a single bit, (x & m) == m are one JSET.
		mask, ok := g.constantOf(f.b)
		switch {
		case !ok:
		case k == 0:
			return g.branch(testSet, f.a, f.b, no, yes)
		case k == mask && mask&(mask-1) == 0:
			return g.branch(testSet, f.a, f.b, yes, no)
		case k&^mask != 0:
			return no
		}
	case op == testEq && constant && f.op == opXor:
		if inner, ok := g.constantOf(f.b); ok {
			return g.branch(testEq, f.a, g.constant(inner^k), yes, no)
		}
	case op == testEq && constant && f.op == opAdd:
		if inner, ok := g.constantOf(f.b); ok {
			return g.branch(testEq, f.a, g.constant(k-inner), yes, no)
		}
	case op == testSet && constant && -k&^k == 0:
		return g.branch(testGe, x, g.constant(k&-k), yes, no) // the highest bits: an order
	case op == testSet && f.op == opAnd && constant:
		if mask, ok := g.constantOf(f.b); ok {
			return g.branch(testSet, f.a, g.constant(mask&k), yes, no)
		}
	}
	if constant {
		if unshifted, by, ok := g.unshift(x); ok {
			if k<<by>>by != k && op != testSet {
				return no // more than x can be
			}
			return g.branch(op, unshifted, g.constant(k<<by), yes, no)
		}
	}
	return g.internNode(nodeForm{test: op, x: x, y: y, yes: yes, no: no})
}

// unshift returns, for a word shifted right and perhaps masked, the word before
// the shift without the bits that get lost. A comparison of it with a constant
// shifted left comes out the same and takes one instruction less. Equality of
// a word without a mask would take a mask instead.
func (g *graph) unshift(x word) (unshifted word, by uint32, ok bool) {
	f := &g.words[x]
	mask := ^uint32(0)
	if k, constant := g.constantOf(f.b); constant && f.op == opAnd {
		mask, f = k, &g.words[f.a]
	}
	by, constant := g.constantOf(f.b)
	if f.op != opShr || !constant {
		return 0, 0, false
	}
	return g.and(f.a, g.constant(mask<<by)), by, true
}

// constantTest decides the tests that do not depend on the call.
func (g *graph) constantTest(op testOp, x, y word) (holds, known bool) {
	a, xKnown := g.constantOf(x)
	b, yKnown := g.constantOf(y)
	switch {
	case xKnown && yKnown:
		switch op {
		case testEq:
			return a == b, true
		case testGe:
			return a >= b, true
		default:
			return a&b != 0, true
		}
	case x == y && op != testSet, yKnown && b == 0 && op == testGe:
		return true, true
	case yKnown && b == 0 && op == testSet:
		return false, true
	}
	return false, false
}
