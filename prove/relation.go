package prove

import "sandbox/policy/typed"

// relation looks for a comparison of two fields of a block that a set is.
func (w *writer) relation(b *block, set diagram, support map[int32]struct{}) (Condition, bool) {
	var two []Operand
	masks := uint64(0)
	for i := range b.fields {
		if mask := b.fields[i].mask(support); mask != 0 {
			two = append(two, b.fields[i].operand)
			masks |= mask
		}
	}
	x, y := two[0], two[1]
	switch {
	case masks <= 0xffffffff:
		x.Wide, y.Wide = false, false
	case masks&0xffffffff == 0 && x.Wide && y.Wide:
		x, y = Operand{Low: x.Low + 1}, Operand{Low: y.Low + 1}
	case x.Wide != y.Wide:
		return Condition{}, false
	}
	relations := w.relations(x, y)
	for _, r := range relations {
		if r.set == set {
			return r.condition, true
		}
	}
	if c, ok := w.narrowed(b, relations, set); ok {
		return c, true
	}
	if c, ok := w.narrowed(b, relations, w.d.not(set)); ok { // a || b is !(!a && !b)
		for i := range c.Parts {
			c.Parts[i].negate()
		}
		c.Op = Or
		return c, true
	}
	return Condition{}, false
}

// A relationSet is a comparison of two operands, and where it holds.
type relationSet struct {
	condition Condition
	set       diagram
}

// relations returns all comparisons of two operands, the closest ones first.
func (w *writer) relations(x, y Operand) []relationSet {
	var list []relationSet
	for _, op := range [...]typed.CompareOp{typed.Eq, typed.Lt, typed.Gt, typed.Le, typed.Ge, typed.Ne} {
		for _, signed := range [2]bool{false, true} {
			c := Condition{Op: Relation, X: x, Y: y, Compare: op, Signed: signed}
			list = append(list, relationSet{c, w.in.condition(c.Bool(), everything)})
		}
	}
	return list
}

// narrowed looks for a comparison and values of one of its operands that
// together are a set.
func (w *writer) narrowed(b *block, relations []relationSet, set diagram) (Condition, bool) {
	for _, r := range relations {
		if w.d.exceeds(set, r.set) {
			continue
		}
		for i := range b.fields {
			f := &b.fields[i]
			values := w.d.project(set, b, f)
			mask := f.mask(w.d.support(values))
			if !f.ascends(mask) || values == always || w.d.and(r.set, values) != set {
				continue
			}
			if c, ok := w.field(f, values, mask); ok && c.Op == Test {
				return allOf(r.condition, c), true
			}
		}
	}
	return Condition{}, false
}

// negate makes a test or a relation its opposite.
func (c *Condition) negate() {
	if c.Op == Test {
		c.Not = !c.Not
		return
	}
	c.Compare = [...]typed.CompareOp{
		typed.Eq: typed.Ne, typed.Ne: typed.Eq, typed.Lt: typed.Ge,
		typed.Le: typed.Gt, typed.Gt: typed.Le, typed.Ge: typed.Lt,
	}[c.Compare]
}

// project returns the values of one field of a block that a set has.
func (d *diagrams) project(set diagram, b *block, only *blockField) diagram {
	keep := make(map[int32]struct{}, len(only.places))
	for _, place := range only.places {
		keep[place] = struct{}{}
	}
	memo := make(map[diagram]diagram)
	var walk func(f diagram) diagram
	walk = func(f diagram) diagram {
		v := d.vertices[f]
		if v.variable >= b.behind {
			return f
		}
		if g, ok := memo[f]; ok {
			return g
		}
		low, high := walk(v.low), walk(v.high)
		var g diagram
		if _, ok := keep[v.variable]; ok {
			g = d.vertex(v.variable, low, high)
		} else {
			g = d.or(low, high)
		}
		memo[f] = g
		return g
	}
	return walk(set)
}
