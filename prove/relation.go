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
	for _, signed := range [2]bool{false, true} {
		for op := typed.Eq; op <= typed.Ge; op++ {
			c := Condition{Op: Relation, X: x, Y: y, Compare: op, Signed: signed}
			if w.in.condition(c.Bool(), everything) == set {
				return c, true
			}
		}
	}
	return Condition{}, false
}
