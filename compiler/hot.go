package compiler

import "math/bits"

// A hot is a value to be tested before all others, or several that differ in
// nothing but free bits, and how to search the rest; or, if rest is nil, there
// is none.
type hot struct {
	cost float64 // of the search
	to   node
	base uint32
	free uint32
	size uint32 // of the segments that the values fill
	rest *plan
}

// findHot finds out whether a value of list[i:j] is worth a test before all
// others, or several that one test of bits finds.
func (p *plan) findHot(i, j int) hot {
	best := hot{cost: float64(p.part(i, j).cost)}
	if j-i < 3 {
		return best
	}
	const share = 8 // of the weight, below which it is not tried
	try := func(h hot, weight float64) {
		if share*weight < p.weight(i, j) {
			return
		}
		h.rest = p.searcher.plan(p.start(i), h.remaining(p.start(i), p.list[i:j]))
		if h.cost = p.weight(i, j) + p.perTest + h.rest.hot.cost; h.cost < best.cost {
			best = h
		}
	}
	at := i
	for k := i; k < j; k++ {
		if p.single(k) && (!p.single(at) || p.list[k].weight > p.list[at].weight) {
			at = k
		}
	}
	if p.single(at) {
		try(hot{to: p.list[at].to, base: p.list[at].last, size: 1}, p.list[at].weight)
	}
	if h, weight, ok := p.combinations(i, j); ok {
		try(h, weight)
	}
	return best
}

// takes reports whether the values of a segment are among those tested first.
func (h *hot) takes(start uint32, s *segment) bool {
	return s.last-start == h.size-1 && start&(h.size-1) == 0 && start&^h.free == h.base
}

// buildHot returns a node that tests for the values and goes to others if x has
// none of them.
func (s *searcher) buildHot(h *hot, others node) node {
	return s.g.branch(testEq, s.g.and(s.x, s.g.constant(^h.free)), s.g.constant(h.base), h.to, others)
}

// combinations returns values with one target that are all the combinations of
// some bits, if there are any: one test of all other bits finds them.
func (p *plan) combinations(i, j int) (h hot, weight float64, ok bool) {
	// 0 is a combination of any bits, and so are the values up to the lowest ones.
	h = hot{to: p.list[i].to, size: p.list[i].last + 1}
	if p.start(i) != 0 || h.size&(h.size-1) != 0 || h.size == 0 {
		return h, 0, false
	}
	var sum float64
	free, count := h.size-1, 0
	for k := i; k < j; k++ { // values rise: the first with a new bit comes when all without have been seen
		s, start := &p.list[k], p.start(k)
		if s.to != h.to || s.last-start != h.size-1 || start&(h.size-1) != 0 {
			continue
		}
		complete := free == h.free && count > 0
		if grown := start &^ free; grown != 0 && (!complete || bits.OnesCount32(grown) > 1) {
			continue
		}
		free |= start
		sum += s.weight
		if count++; uint64(count)*uint64(h.size) == 1<<bits.OnesCount32(free) {
			h.free, weight = free, sum
		}
	}
	return h, weight, h.free > h.size-1
}

// remaining returns a list without the values that are tested first. Nothing
// will ask for them then: their neighbours may have them.
func (h *hot) remaining(first uint32, list []segment) []segment {
	rest := make([]segment, 0, len(list))
	for k := range list {
		s, start := list[k], first
		first = s.last + 1
		switch last := len(rest) - 1; {
		case h.takes(start, &s) && (last >= 0 || k < len(list)-1):
			if last >= 0 {
				rest[last].last = s.last
			}
		case last >= 0 && rest[last].to == s.to:
			rest[last].last = s.last
			rest[last].weight += s.weight
		default:
			rest = append(rest, s)
		}
	}
	return rest
}
