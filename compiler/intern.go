package compiler

// A form is the structure of a word or of a node.
type form interface {
	comparable
	hash() uint32
}

// An index finds forms in their arena, by open addressing: it costs a start less
// than a map, which is built of many small parts.
type index struct {
	slots []int32 // a power of two: the place of a form in the arena plus 1, or 0
}

// intern returns the place of f in an arena that x is the index of, and whether
// it had to be added.
func intern[F form](x *index, arena *[]F, f F) (place int32, added bool) {
	if 2*len(*arena) >= len(x.slots) {
		grow(x, *arena)
	}
	at := slotOf(x, *arena, f)
	if *at == 0 {
		*arena = append(*arena, f)
		*at = int32(len(*arena))
		return *at - 1, true
	}
	return *at - 1, false
}

// slotOf returns the slot of f, or the free one that it is to have.
func slotOf[F form](x *index, arena []F, f F) *int32 {
	mask := uint32(len(x.slots) - 1)
	i := f.hash() & mask
	for x.slots[i] != 0 && arena[x.slots[i]-1] != f {
		i = (i + 1) & mask
	}
	return &x.slots[i]
}

func grow[F form](x *index, arena []F) {
	x.slots = make([]int32, max(256, 2*len(x.slots)))
	for i := range arena {
		*slotOf(x, arena, arena[i]) = int32(i) + 1
	}
}

// mixed spreads what is alike in the forms of one graph over all bits, with the
// odd constant nearest to 2^32 divided by the golden ratio (D. E. Knuth, "The Art
// of Computer Programming", volume 3, section 6.4).
func mixed(parts ...uint32) uint32 {
	var h uint32
	for _, p := range parts {
		h = (h ^ p) * 0x9e3779b1
		h ^= h >> 15
	}
	return h
}

func (f wordForm) hash() uint32 {
	return mixed(uint32(f.op), uint32(f.a), uint32(f.b), f.k)
}

func (f nodeForm) hash() uint32 {
	return mixed(uint32(f.test), uint32(f.x), uint32(f.y), uint32(f.yes), uint32(f.no), uint32(f.action.Kind)<<16|uint32(f.action.Data))
}
