package prove

import "math/big"

// What a description may have: alternatives of one or, and tests in all.
const (
	maxAlternatives = 16
	maxTests        = 64
	maxCubes        = 6 // alternatives that fix single bits
)

// describe returns the set of inputs for which f is true as a condition.
func describe(in *inputs, f diagram) (c Condition) {
	w := writer{d: in.d, in: in, blocks: in.blocks(), left: maxTests}
	ok := false
	if !in.attempt(nodesToDescribe, func() { c, ok = w.condition(f) }) || !ok {
		return Condition{Op: Or, Omitted: 1}
	}
	return c
}

// nodesToDescribe are more than a description of some lines takes.
const nodesToDescribe = 1 << 16

// A writer turns diagrams into conditions.
type writer struct {
	d      *diagrams
	in     *inputs
	blocks []block
	left   int // tests that may still be written
}

// condition goes through f block by block: for each way to leave the first
// block, there is an alternative that says which values lead there, and what
// must be true of the rest. It fails if f takes more tests than are left.
func (w *writer) condition(f diagram) (c Condition, ok bool) {
	if f == always {
		return Condition{}, true
	}
	d := w.d
	b := w.blockOf(f)
	exits := d.exits(f, b.behind)
	done := never // the values that are enough for f to be true
	var parts []Condition
	if set := d.leaving(f, b.behind, always); set != never {
		c, ok := w.values(b, set)
		if !ok {
			return c, false
		}
		parts, done = append(parts, c), set
	}
	omitted := 0
	for _, exit := range exits {
		if exit == never || exit == always {
			continue
		}
		if len(parts) == maxAlternatives || w.left <= 0 {
			omitted++
			continue
		}
		c, ok := w.alternative(b, d.leaving(f, b.behind, exit), done, exit)
		if !ok {
			omitted++
			continue
		}
		parts = append(parts, c)
	}
	return anyOf(parts, omitted), len(parts) > 0
}

// alternative says that the block's values are of a set, and the rest is true.
// Values for which f is true anyway may be among them, if that is shorter.
func (w *writer) alternative(b *block, set, done, rest diagram) (Condition, bool) {
	before := w.left
	c, ok := w.values(b, set)
	if done != never {
		after := w.left
		w.left = before
		if all := w.d.or(set, done); all == always {
			c, ok, after = Condition{}, true, before
		} else if wider, fits := w.values(b, all); fits && (!ok || wider.cost() < c.cost()) {
			c, ok, after = wider, true, w.left
		}
		w.left = after
	}
	if ok {
		var more Condition
		if more, ok = w.condition(rest); ok {
			return allOf(c, more), true
		}
	}
	w.left = before
	return Condition{}, false
}

// blockOf returns the block that f tests first.
func (w *writer) blockOf(f diagram) *block {
	place := w.d.vertices[f].variable
	i := 0
	for w.blocks[i].behind <= place {
		i++
	}
	return &w.blocks[i]
}

// values says which values of the block's fields are in a set.
func (w *writer) values(b *block, set diagram) (Condition, bool) {
	if w.left <= 0 {
		return Condition{}, false
	}
	w.left--
	support := w.d.support(set)
	var only *blockField
	fields := 0
	for i := range b.fields {
		if b.fields[i].mask(support) != 0 {
			fields++
			only = &b.fields[i]
		}
	}
	if fields == 1 && only.ascends(only.mask(support)) {
		if c, ok := w.field(only, set, only.mask(support)); ok {
			return c, true
		}
	}
	if fields == 2 {
		if c, ok := w.relation(b, set, support); ok {
			return c, true
		}
	}
	return w.cubes(b, set), true
}

// cubes lists the ways through a set: each fixes some bits.
func (w *writer) cubes(b *block, set diagram) Condition {
	var parts []Condition
	var fixed [32 * words]int8 // by place: 1 more than the value
	var walk func(f diagram)
	walk = func(f diagram) {
		if f == never || len(parts) == maxCubes {
			return
		}
		if f == always {
			parts = append(parts, b.cube(&fixed))
			return
		}
		v := w.d.vertices[f]
		fixed[v.variable] = 1
		walk(v.low)
		fixed[v.variable] = 2
		walk(v.high)
		fixed[v.variable] = 0
	}
	walk(set)
	omitted := 0
	if ways := w.d.ways(set, make(map[diagram]*big.Int)); ways.IsInt64() {
		omitted = int(min(ways.Int64(), 1<<30)) - len(parts)
	} else {
		omitted = 1 << 30
	}
	return anyOf(parts, omitted)
}

// cube says that bits are fixed.
func (b *block) cube(fixed *[32 * words]int8) Condition {
	c := Condition{}
	for i := range b.fields {
		f := &b.fields[i]
		mask, value := uint64(0), uint64(0)
		for k, place := range f.places {
			bit := uint64(1) << (len(f.places) - 1 - k)
			if fixed[place] > 0 {
				mask |= bit
			}
			if fixed[place] == 2 {
				value |= bit
			}
		}
		if mask != 0 {
			c = allOf(c, masked(f.operand, mask, value))
		}
	}
	return c
}
