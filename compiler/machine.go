package compiler

import "sandbox/bpf"

// noWord is what a register holds where that depends on the way there.
const noWord word = -1

// A machine is what registers and scratch memory hold at a point of the
// program, however it was reached.
type machine struct {
	a, x word
	kept keptSet
}

// meet keeps what holds of both.
func (m machine) meet(o machine) machine {
	if m.a != o.a {
		m.a = noWord
	}
	if m.x != o.x {
		m.x = noWord
	}
	m.kept &= o.kept
	return m
}

// A keeping is the words that are kept in scratch memory from one test to
// others, and where each is.
type keeping struct {
	words []word // at most maxKept
	slots []uint32
}

// A keptSet is a set of the words of a keeping, a bit for each.
type keptSet uint64

const maxKept = 64

func (s keptSet) has(i int) bool { return s>>i&1 != 0 }

func (k *keeping) index(w word) (i int, ok bool) {
	for i := range k.words {
		if k.words[i] == w {
			return i, true
		}
	}
	return 0, false
}

// taken returns a bit for each word of scratch memory in which one of the set
// is kept.
func (k *keeping) taken(set keptSet) (slots uint32) {
	for i := range k.words {
		if set.has(i) {
			slots |= 1 << k.slots[i]
		}
	}
	return slots
}

// assign gives each word a place in scratch memory, such that words which are
// kept at the same time, as the sets say, have different ones. It reports
// whether there are enough of them.
func (k *keeping) assign(together []keptSet) bool {
	var rivals [maxKept]keptSet
	for _, set := range together {
		for i := range k.words {
			if set.has(i) {
				rivals[i] |= set
			}
		}
	}
	for i := range k.words {
		var used uint32
		for j := range i {
			if rivals[i].has(j) {
				used |= 1 << k.slots[j]
			}
		}
		// From the top: those that a single test needs are counted from 0.
		slot := bpf.MemWords - 1
		for used>>slot&1 != 0 {
			if slot--; slot < 0 {
				return false
			}
		}
		k.slots[i] = uint32(slot)
	}
	return true
}
