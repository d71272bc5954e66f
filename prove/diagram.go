package prove

import (
	"errors"
	"math/bits"
)

// A diagram is a decision diagram: a function of input bits, as the index of
// a node. Variables are tested in one order and equal nodes are one, so that
// two functions are equal exactly if their indices are (R. E. Bryant,
// "Graph-Based Algorithms for Boolean Function Manipulation", 1986).
type diagram int32

// The truth values.
const (
	never  diagram = 0
	always diagram = 1
)

// A vertex is a node of a diagram: it tests one variable. The truth values and
// outcomes are vertices without a test.
type vertex struct {
	variable  int32 // the position in the order; untested for an outcome
	low, high diagram
}

// untested stands behind all variables.
const untested = 1 << 30

// diagrams is the arena of all vertices of a proof.
type diagrams struct {
	vertices []vertex
	unique   []diagram // open hash table of vertices by what they are; 0 is free, and never not in it
	memo     []choice  // results of choose; overwritten when places collide
	limit    int       // vertices that may be made
	work     int       // steps of choose that may still be made
	noted    int       // results that were put into the memo since it has its size
}

type choice struct{ f, g, h, result diagram }

// errLimit ends a proof that would need too many vertices.
var errLimit = errors.New("too many diagram nodes")

// fewVertices are enough for questions about one condition.
const fewVertices = 1 << 8

func newDiagrams(limit int) *diagrams { return newSizedDiagrams(limit, fewVertices) }

// newSizedDiagrams is newDiagrams for about as many vertices as are expected: in
// a process that just started, each page of a table that grows, and of the larger
// one that follows it, costs a page fault.
func newSizedDiagrams(limit, expected int) *diagrams {
	places := 1 << bits.Len(uint(expected+expected/3))
	d := &diagrams{
		vertices: make([]vertex, 0, expected),
		unique:   make([]diagram, places),
		memo:     make([]choice, min(places/4, maxMemo)),
	}
	d.start(limit)
	return d
}

// stepsPerVertex bounds the work that is done for a vertex, on average. Proofs
// of compiled policies take under 10.
const stepsPerVertex = 32

// start makes the two truth values in an empty arena. Never is in no table: nothing
// asks for a vertex like it.
func (d *diagrams) start(limit int) {
	d.limit, d.work, d.noted = limit, stepsPerVertex*limit, 0
	d.vertices = append(d.vertices, vertex{untested, 0, 0}) // never
	d.vertex(untested, 1, 0)                                // always
}

// outcome returns the constant function with a given return value.
func (d *diagrams) outcome(value uint32) diagram {
	return d.vertex(untested, diagram(value), 1)
}

// valueOf returns the return value of an outcome.
func (d *diagrams) valueOf(f diagram) uint32 { return uint32(d.vertices[f].low) }

// symbol returns a constant function that is none of the outcomes.
func (d *diagrams) symbol(i int) diagram { return d.vertex(untested, diagram(i), 2) }

// input returns the function that is the input bit at a place of the order.
func (d *diagrams) input(variable int32) diagram { return d.vertex(variable, never, always) }

// vertex returns the one vertex of its form. It ends the proof by a panic with
// errLimit, which Prove recovers.
func (d *diagrams) vertex(variable int32, low, high diagram) diagram {
	if low == high && variable != untested {
		return low
	}
	v := vertex{variable, low, high}
	mask := uint32(len(d.unique) - 1)
	i := hash(uint32(variable), uint32(low), uint32(high)) & mask
	for d.unique[i] != 0 {
		if d.vertices[d.unique[i]] == v {
			return d.unique[i]
		}
		i = (i + 1) & mask
	}
	if len(d.vertices) >= d.limit {
		panic(errLimit)
	}
	f := diagram(len(d.vertices))
	d.vertices = append(d.vertices, v)
	d.unique[i] = f
	if 4*len(d.vertices) > 3*len(d.unique) {
		d.grow()
	}
	return f
}

// grow makes the table of vertices four times as large.
func (d *diagrams) grow() {
	d.unique = make([]diagram, 4*len(d.unique))
	mask := uint32(len(d.unique) - 1)
	for f := 1; f < len(d.vertices); f++ {
		v := &d.vertices[f]
		i := hash(uint32(v.variable), uint32(v.low), uint32(v.high)) & mask
		for d.unique[i] != 0 {
			i = (i + 1) & mask
		}
		d.unique[i] = diagram(f)
	}
}

// maxMemo bounds the memo to 2 MiB: a larger one misses the processor's caches
// and costs more than it saves.
const maxMemo = 1 << 17

// note puts a result of choose into the memo, which grows with how much is put
// there.
func (d *diagrams) note(f, g, h, result diagram) {
	if d.noted++; d.noted > 2*len(d.memo) && len(d.memo) < maxMemo {
		old := d.memo
		d.memo, d.noted = make([]choice, 4*len(old)), 0
		for _, c := range old {
			d.memo[d.place(c.f, c.g, c.h)] = c
		}
	}
	d.memo[d.place(f, g, h)] = choice{f, g, h, result}
}

// place returns the place in the memo for a result of choose.
func (d *diagrams) place(f, g, h diagram) uint32 {
	return hash(uint32(f), uint32(g), uint32(h)) & uint32(len(d.memo)-1)
}

func hash(a, b, c uint32) uint32 {
	h := a*0x9e3779b1 ^ b*0x85ebca6b ^ c*0xc2b2ae35
	h ^= h >> 15
	h *= 0x2c1b3c6d
	return h ^ h>>13
}

// choose returns the function that is g where f is true, and h elsewhere.
func (d *diagrams) choose(f, g, h diagram) diagram {
	switch {
	case f == always, g == h:
		return g
	case f == never:
		return h
	case g == always && h == never:
		return f
	}
	if m := &d.memo[d.place(f, g, h)]; m.f == f && m.g == g && m.h == h {
		return m.result
	}
	d.spend()
	top := min(d.vertices[f].variable, d.vertices[g].variable, d.vertices[h].variable)
	fl, fh := d.split(f, top)
	gl, gh := d.split(g, top)
	hl, hh := d.split(h, top)
	low := d.choose(fl, gl, hl)
	result := d.vertex(top, low, d.choose(fh, gh, hh))
	d.note(f, g, h, result)
	return result
}

// spend counts one step of work.
func (d *diagrams) spend() {
	if d.work--; d.work < 0 {
		panic(errLimit)
	}
}

// split returns what f is where a variable is 0 and where it is 1, for a
// variable that f tests first or not at all.
func (d *diagrams) split(f diagram, variable int32) (low, high diagram) {
	if v := &d.vertices[f]; v.variable == variable {
		return v.low, v.high
	}
	return f, f
}

func (d *diagrams) not(f diagram) diagram    { return d.choose(f, never, always) }
func (d *diagrams) and(f, g diagram) diagram { return d.choose(f, g, never) }
func (d *diagrams) or(f, g diagram) diagram  { return d.choose(f, always, g) }
func (d *diagrams) xor(f, g diagram) diagram { return d.choose(f, d.not(g), g) }
