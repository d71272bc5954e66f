package compiler

import "sandbox/policy/typed"

// member tests whether x lies in one of the intervals, which are sorted in the
// order of type t and disjoint.
func (g *graph) member(x wide, t typed.Type, in []typed.Interval, yes, no node) node {
	unsigned := unsignedIntervals(in, t)
	if t.Bits == 64 {
		return g.memberWide(x, unsigned, yes, no)
	}
	return g.memberWord(x.low, unsigned, yes, no)
}

// unsignedIntervals brings intervals of a signed type into the order of the
// same bits read as unsigned: the negative ones come last, and one that spans
// -1 and 0 is cut in two.
func unsignedIntervals(in []typed.Interval, t typed.Type) []typed.Interval {
	if !t.Signed {
		return in
	}
	sign := t.Mask()>>1 + 1
	var positive, negative []typed.Interval
	for _, i := range in {
		switch {
		case i.Low&sign != 0 && i.High&sign == 0:
			negative = append(negative, typed.Interval{Low: i.Low, High: t.Mask()})
			positive = append(positive, typed.Interval{Low: 0, High: i.High})
		case i.Low&sign != 0:
			negative = append(negative, i)
		default:
			positive = append(positive, i)
		}
	}
	return append(positive, negative...)
}

func (g *graph) memberWord(x word, in []typed.Interval, yes, no node) node {
	s := segments{list: make([]segment, 0, 2*len(in)+1)}
	for _, i := range in {
		s.fillTo(uint32(i.Low), no)
		s.put(uint32(i.High), yes, 1)
	}
	s.finish(no)
	return g.search(x, s.list, argumentTest)
}

// memberWide splits by the high word: for each of its values the low words
// that belong are again intervals.
func (g *graph) memberWide(x wide, in []typed.Interval, yes, no node) node {
	s := segments{list: make([]segment, 0, 2*len(in)+1)}
	for len(in) > 0 {
		first := in[0]
		high := uint32(first.Low >> 32)
		if uint32(first.Low) == 0 && first.High>>32 > uint64(high) {
			// All low words belong, for every high word but perhaps the last.
			last := uint32(first.High >> 32)
			if uint32(first.High) != ^uint32(0) {
				last--
			}
			s.fillTo(high, no)
			s.put(last, yes, 1)
			if uint64(last) == first.High>>32 {
				in = in[1:]
				continue
			}
			high = last + 1
			in = append([]typed.Interval{{Low: uint64(high) << 32, High: first.High}}, in[1:]...)
		}
		var lows []typed.Interval
		lows, in = takeHigh(in, high)
		s.fillTo(high, no)
		s.put(high, g.memberWord(x.low, lows, yes, no), 1)
	}
	s.finish(no)
	return g.search(x.high, s.list, argumentTest)
}

// takeHigh returns the low words of the values in the intervals that have the
// given high word, and the intervals of what is above.
func takeHigh(in []typed.Interval, high uint32) (lows, rest []typed.Interval) {
	end := uint64(high)<<32 | 0xffffffff
	for i, v := range in {
		if v.Low > end {
			return lows, in[i:]
		}
		if v.High > end {
			lows = append(lows, typed.Interval{Low: v.Low & 0xffffffff, High: 0xffffffff})
			return lows, append([]typed.Interval{{Low: end + 1, High: v.High}}, in[i+1:]...)
		}
		lows = append(lows, typed.Interval{Low: v.Low & 0xffffffff, High: v.High & 0xffffffff})
	}
	return lows, nil
}
