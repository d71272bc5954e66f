package prove

import "sandbox/policy/typed"

// words is the number of 32-bit words in struct seccomp_data.
const words = 16

// A wordSet is a set of words, a bit for each.
type wordSet uint16

func (s wordSet) has(w typed.Word) bool { return s>>w&1 != 0 }

// An inputBit is one bit of struct seccomp_data.
type inputBit struct {
	word typed.Word
	bit  uint8
}

// inputs gives each input bit its place in the variable order: one word after
// the other, high words before low ones and high bits before low ones, which
// keeps comparisons, masks and divisions by constants small. Words that a
// policy compares with each other are interleaved, bits that meet side by side,
// which keeps those comparisons small too.
type inputs struct {
	d     *diagrams
	order []inputBit       // by place
	place [words][32]int32 // by word and bit
	value [words]number    // nil until asked for

	opaque     bool // whether there are terms
	terms      map[term]number
	remainders map[[32]diagram]uint32 // which numbers are remainders, by what
	termBits   int                    // variables of terms, behind those of the input
}

// word returns a word as the symbolic number that it is.
func (in *inputs) word(w typed.Word) number {
	if in.value[w] == nil {
		in.value[w] = make(number, 32)
		for bit, place := range in.place[w] {
			in.value[w][bit] = in.d.input(place)
		}
	}
	return in.value[w]
}

// newInputs orders the input bits for the conditions whose words g unites.
func newInputs(d *diagrams, g groups) *inputs { return newOrderedInputs(d, g, false) }

// newOrderedInputs is newInputs, with low bits before high ones if ascending.
func newOrderedInputs(d *diagrams, g groups, ascending bool) *inputs {
	in := &inputs{d: d, order: make([]inputBit, 0, 32*words)}
	var placed wordSet
	for _, first := range wordsInOrder {
		if placed.has(first) {
			continue
		}
		members, lowest, highest := g.members(first)
		for k := range highest - lowest + 32 {
			significance := highest + 31 - k
			if ascending {
				significance = lowest + k
			}
			for _, m := range members {
				placed |= 1 << m.word
				if bit := significance - m.shift; 0 <= bit && bit < 32 {
					in.place[m.word][bit] = int32(len(in.order))
					in.order = append(in.order, inputBit{m.word, uint8(bit)})
				}
			}
		}
	}
	return in
}

// wordsInOrder has the high half of each field before its low half.
var wordsInOrder = [words]typed.Word{
	typed.WordArch, typed.WordNr, typed.WordIPHigh, typed.WordIPLow,
	5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, // args[0] to args[5]
}

// reads returns the words that a condition depends on.
func reads(b typed.Bool) wordSet {
	var set wordSet
	switch b := b.(type) {
	case *typed.NotExpr:
		return reads(b.X)
	case *typed.AndExpr:
		return reads(b.X) | reads(b.Y)
	case *typed.OrExpr:
		return reads(b.X) | reads(b.Y)
	case *typed.Predicate:
		return reads(b.X)
	case *typed.Compare:
		set = readsOf(b.X) | readsOf(b.Y)
	case *typed.In:
		set = readsOf(b.X)
	}
	return set
}

// readsOf returns the words that an integer depends on.
func readsOf(x typed.Int) wordSet {
	switch x := x.(type) {
	case *typed.Load:
		if x.Wide {
			return 1<<x.Low | 1<<x.High
		}
		return 1 << x.Low
	case *typed.Convert:
		return readsOf(x.X)
	case *typed.Unary:
		return readsOf(x.X)
	case *typed.Binary:
		return readsOf(x.X) | readsOf(x.Y)
	}
	return 0
}
