package prove

import (
	"math/bits"

	"sandbox/policy/typed"
)

// A block is a stretch of the variable order that holds whole fields: one, or
// several that are interleaved.
type block struct {
	first, behind int32 // places
	fields        []blockField
}

// A blockField is a field of struct seccomp_data in a block.
type blockField struct {
	operand Operand
	places  []int32 // of its bits, the highest first
}

// ascends reports whether the bits of a mask stand in the order of their places.
func (f *blockField) ascends(mask uint64) bool {
	last := int32(-1)
	for k, place := range f.places {
		if mask>>(len(f.places)-1-k)&1 == 0 {
			continue
		}
		if place < last {
			return false
		}
		last = place
	}
	return true
}

// blocks cuts the variable order into blocks.
func (in *inputs) blocks() []block {
	var list []block
	var set wordSet
	first := 0
	for place := range in.order {
		set |= 1 << in.order[place].word
		if place+1-first < 32*bits.OnesCount16(uint16(set)) {
			continue
		}
		if place+1 < len(in.order) && fieldOf(in.order[place+1].word).overlaps(set) {
			continue // the other halves follow
		}
		list = append(list, in.block(first, place+1, set))
		first, set = place+1, 0
	}
	return list
}

// overlaps reports whether a half of the field is in the set.
func (o Operand) overlaps(set wordSet) bool {
	return set.has(o.Low) || o.Wide && set.has(o.Low+1)
}

// fieldOf returns the field that a word is a part of.
func fieldOf(w typed.Word) Operand {
	if w <= typed.WordArch {
		return Operand{Low: w}
	}
	return Operand{Low: w &^ 1, Wide: true}
}

func (in *inputs) block(first, behind int, set wordSet) block {
	b := block{first: int32(first), behind: int32(behind)}
	var seen wordSet
	for w := range typed.Word(words) {
		field := fieldOf(w)
		if !set.has(w) || field.overlaps(seen) {
			continue
		}
		seen |= 1 << w
		f := blockField{operand: field}
		if field.Wide {
			f.places = in.descending(f.places, field.Low+1)
		}
		f.places = in.descending(f.places, field.Low)
		b.fields = append(b.fields, f)
	}
	return b
}

// descending appends the places of a word's bits, the highest first.
func (in *inputs) descending(places []int32, w typed.Word) []int32 {
	for bit := 31; bit >= 0; bit-- {
		places = append(places, in.place[w][bit])
	}
	return places
}
