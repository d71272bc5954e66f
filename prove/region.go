package prove

import (
	"math/big"

	"sandbox/policy/typed"
)

// A span is an inclusive range of a word's values.
type span struct{ first, last uint32 }

func (s span) single() bool { return s.first == s.last }

// below returns the part of s under v.
func (s span) below(v uint32) (span, bool) {
	if v <= s.first {
		return span{}, false
	}
	return span{s.first, min(s.last, v-1)}, true
}

// from returns the part of s at v and above.
func (s span) from(v uint32) (span, bool) {
	if v > s.last {
		return span{}, false
	}
	return span{max(s.first, v), s.last}, true
}

// A region is a set of inputs: all that have an arch and a number in two
// ranges. Both sides of a proof are evaluated region by region, so that the
// search for a call costs no diagrams.
type region struct{ arch, nr span }

var everything = region{span{0, ^uint32(0)}, span{0, ^uint32(0)}}

// size returns how many inputs are in the region.
func (r region) size() *big.Int {
	n := new(big.Int).Mul(r.arch.size(), r.nr.size())
	return n.Lsh(n, CallBits)
}

func (s span) size() *big.Int { return new(big.Int).SetUint64(uint64(s.last) - uint64(s.first) + 1) }

// word returns the value of a word within the region: known, if there is only
// one, and symbolic otherwise.
func (r region) word(in *inputs, w typed.Word) number {
	switch {
	case w == typed.WordArch && r.arch.single():
		return constant(uint64(r.arch.first), 32)
	case w == typed.WordNr && r.nr.single():
		return constant(uint64(r.nr.first), 32)
	}
	return in.word(w)
}

// within returns where an input lies in the region.
func (r region) within(d *diagrams, in *inputs) diagram {
	parts := r.parts()
	return d.and(parts[0].within(d, in), parts[1].within(d, in))
}

// unknowns is within, but for what the region leaves no choice of.
func (r region) unknowns(d *diagrams, in *inputs) diagram {
	f := always
	for _, part := range r.parts() {
		if !part.single() {
			f = d.and(f, part.within(d, in))
		}
	}
	return f
}

// A part of a region is the range of one of its words.
type part struct {
	span
	word typed.Word
}

func (r region) parts() [2]part {
	return [2]part{{r.arch, typed.WordArch}, {r.nr, typed.WordNr}}
}

// within returns where the part's word lies in its range.
func (p part) within(d *diagrams, in *inputs) diagram {
	value := in.word(p.word)
	above := d.not(d.below(value, constant(uint64(p.first), 32)))
	return d.and(above, d.not(d.below(constant(uint64(p.last), 32), value)))
}
