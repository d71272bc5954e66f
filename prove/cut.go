package prove

import (
	"slices"

	"sandbox/policy/typed"
)

// A cutter cuts a region into parts in each of which the same filters of a policy
// apply, sorted by arch and number.
type cutter struct {
	m    *meaning
	arch span // of the parts at hand
	nr   span // of them, those that are still to come
	rest span // of arch, behind
	more bool // there is a rest
	all  span // the region's numbers
}

// cut returns the parts of a region.
func (m *meaning) cut(r region) cutter {
	c := cutter{m: m, rest: r.arch, more: true, all: r.nr}
	c.nextArch()
	return c
}

// nextArch goes on to the next range of arch: an ABI of the policy, or what lies
// between two of them.
func (c *cutter) nextArch() {
	c.arch, c.nr = c.rest, c.all
	for _, abi := range c.m.abis {
		audit := abi.Audit()
		if below, ok := c.arch.below(audit); ok && audit <= c.arch.last {
			c.arch = below
		}
		if c.arch.first == audit {
			c.arch = span{audit, audit}
		}
	}
	c.more = c.arch.last < c.rest.last
	c.rest.first = c.arch.last + 1
}

// next returns the next part, or false if there is none.
func (c *cutter) next() (region, bool) {
	if c.nr.first > c.nr.last {
		if !c.more {
			return region{}, false
		}
		c.nextArch()
	}
	part := region{c.arch, c.nr}
	if c.arch.single() {
		part.nr.last = min(part.nr.last, c.m.lastAlike(part))
	}
	if part.nr.last == ^uint32(0) {
		c.nr = span{1, 0} // empty: there is no number behind
	} else {
		c.nr.first = part.nr.last + 1
	}
	return part, true
}

// lastAlike returns the last number to which the same filters apply as to the
// first one of a region of one arch.
func (m *meaning) lastAlike(r region) uint32 {
	last := ^uint32(0)
	for _, sections := range m.layers {
		for i := range sections {
			if s := &sections[i]; s.section.ABI.Audit() == r.arch.first {
				last = min(last, s.pieces.lasts[s.pieces.of(r.nr.first)])
			}
		}
	}
	return last
}

// pieces are ranges of numbers to which the same filters of a section apply.
type pieces struct {
	lasts   []uint32 // the last number of each, ascending
	ends    []int32  // where its filters end in filters
	filters []int32  // of all pieces
}

// of returns the piece that a number is in.
func (p *pieces) of(number uint32) int {
	k, _ := slices.BinarySearch(p.lasts, number)
	return k
}

// line returns the filters of a piece, in the order of decision.
func (p *pieces) line(k int) []int32 {
	first := int32(0)
	if k > 0 {
		first = p.ends[k-1]
	}
	return p.filters[first:p.ends[k]:p.ends[k]]
}

// piecesOf cuts the numbers into ranges that the same filters select. If closing,
// filters behind one that matches every call are left out.
func piecesOf(filters []typed.Filter, closing bool) pieces {
	borders := 0
	for i := range filters {
		borders += 2 * len(filters[i].Numbers)
	}
	p := pieces{lasts: make([]uint32, 0, borders)}
	for i := range filters {
		for _, r := range filters[i].Numbers {
			if r.First > 0 {
				p.lasts = append(p.lasts, r.First-1)
			}
			p.lasts = append(p.lasts, r.Last)
		}
	}
	slices.Sort(p.lasts)
	p.lasts = slices.Compact(p.lasts)
	p.ends = make([]int32, len(p.lasts))
	p.each(filters, closing, func(piece int, _ int32) { p.ends[piece]++ })
	total := int32(0)
	for k, n := range p.ends { // where the filters of each begin
		p.ends[k] = total
		total += n
	}
	p.filters = make([]int32, total)
	p.each(filters, closing, func(piece int, filter int32) {
		p.filters[p.ends[piece]] = filter
		p.ends[piece]++
	})
	return p
}

// each visits every piece of every filter.
func (p *pieces) each(filters []typed.Filter, closing bool, visit func(piece int, filter int32)) {
	closed := make([]bool, len(p.lasts))
	for i := range filters {
		for _, r := range filters[i].Numbers {
			for k := p.of(r.First); k < len(p.lasts) && p.lasts[k] <= r.Last; k++ {
				if !closed[k] {
					visit(k, int32(i))
					closed[k] = closing && filters[i].When == nil
				}
			}
		}
	}
}
