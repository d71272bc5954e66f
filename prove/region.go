package prove

import "sandbox/policy/typed"

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
	f := always
	for _, part := range []struct {
		span
		word typed.Word
	}{{r.arch, typed.WordArch}, {r.nr, typed.WordNr}} {
		value := in.word(part.word)
		f = d.and(f, d.not(d.below(value, constant(uint64(part.first), 32))))
		f = d.and(f, d.not(d.below(constant(uint64(part.last), 32), value)))
	}
	return f
}
