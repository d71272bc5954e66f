package decode

import (
	"math/bits"
	"strconv"

	"sandbox/arch"
)

// A vocabulary is what the values of a parameter are called.
type vocabulary struct {
	name  string
	parts []part
}

// A part is some bits of a value and how they are named: a table for each ABI,
// as an index into tables.
type part struct {
	how how
	on  [arch.MIPS64EL + 1]uint16
}

// how tells what the words of a part are.
type how uint8

const (
	flags  how = iota // bits that are set independently
	choice            // the bits of the mask have one of some values
	octal             // the bits of the mask are written in octal; no words
	zero              // the name of 0
)

// A table is a part on one ABI. Where the ABI does not have the part, the mask
// is 0.
type table struct {
	mask  uint64
	name  string // the mask's, or ""
	words []word
}

// A word is a constant. Constants above 2^63 are negative: -1 is all bits, at
// any width.
type word struct {
	name  string
	value int64
}

// find returns the word of a value in a table of choices, which is sorted.
func (t *table) find(value int64) (*word, bool) {
	low, high := 0, len(t.words)
	for low < high {
		mid := (low + high) / 2
		switch w := &t.words[mid]; {
		case w.value == value:
			return w, true
		case w.value < value:
			low = mid + 1
		default:
			high = mid
		}
	}
	return nil, false
}

// whole reports whether a choice is of all bits of a value, whatever its width.
func (t *table) whole() bool { return t.mask == ^uint64(0) }

// maxStrange is how many bits without a name may stand beside names: of more,
// the number says as much.
const maxStrange = 4

// text writes a value with names, for a parameter of some bits, and returns
// the number that the text stands for: negative ones, as int64, if they are
// called so. It fails if no part of the value has a name.
func (v *vocabulary) text(abi arch.ABI, value uint64, width uint8) (text string, number uint64, ok bool) {
	if text, number, ok = v.wholeName(abi, value, width); ok {
		return text, number, true
	}
	w := writer{text: make([]byte, 0, 64)}
	rest, all := value, ones(width)
	for i := range v.parts {
		p := &v.parts[i]
		t := &tables[p.on[abi]]
		switch {
		case p.how == choice && t.mask != 0 && !t.whole():
			if word, found := t.find(int64(value & t.mask & all)); found {
				w.name(word.name)
				rest &^= t.mask
			}
		case p.how == flags:
			rest = w.flags(t, rest&^v.fields(abi)) | rest&v.fields(abi)
		case p.how == octal && rest&t.mask != 0:
			w.name("0" + strconv.FormatUint(rest&t.mask, 8))
			rest &^= t.mask
		}
	}
	if w.count == 0 || bits.OnesCount64(rest) > maxStrange {
		return "", 0, false
	}
	if rest != 0 {
		w.name(hex(rest))
	}
	return string(w.text), value, true
}

// wholeName finds the name of a value that has one as it is.
func (v *vocabulary) wholeName(abi arch.ABI, value uint64, width uint8) (name string, number uint64, ok bool) {
	signed := int64(value<<(64-width)) >> (64 - width)
	for i := range v.parts {
		p := &v.parts[i]
		t := &tables[p.on[abi]]
		switch {
		case p.how == zero && value == 0 && len(t.words) > 0:
			return t.words[0].name, 0, true
		case p.how == choice && t.whole():
			if w, found := t.find(int64(value)); found && w.value >= 0 {
				return w.name, value, true
			}
			if w, found := t.find(signed); found && w.value < 0 {
				return w.name, uint64(signed), true
			}
		}
	}
	return "", 0, false
}

// fields returns the bits of the choices that have a mask: the values there
// are numbers, of which a flag may not take its bits.
func (v *vocabulary) fields(abi arch.ABI) uint64 {
	mask := uint64(0)
	for i := range v.parts {
		p := &v.parts[i]
		if t := &tables[p.on[abi]]; p.how == choice && !t.whole() {
			mask |= t.mask
		}
	}
	return mask
}

// isOctal reports whether numbers are written in octal.
func (v *vocabulary) isOctal() bool {
	n := len(v.parts)
	return n > 0 && v.parts[n-1].how == octal
}

// A writer joins names with |.
type writer struct {
	text  []byte
	count int
}

func (w *writer) name(name string) {
	if w.count > 0 {
		w.text = append(w.text, " | "...)
	}
	w.text = append(w.text, name...)
	w.count++
}

// flags writes the flags that are among the bits, and returns the other bits.
func (w *writer) flags(t *table, set uint64) uint64 {
	for i := range t.words {
		f := &t.words[i]
		if bits := uint64(f.value); bits&^set == 0 {
			w.name(f.name)
			set &^= bits
		}
	}
	return set
}

func hex(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

// ones returns the bits of a width from 1 to 64.
func ones(width uint8) uint64 { return ^uint64(0) >> (64 - width) }
