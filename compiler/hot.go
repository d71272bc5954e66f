package compiler

import (
	"math/bits"
	"slices"
)

// A hot is a value to be tested before all others, or several that differ in
// nothing but free bits. Where it is asked for more often than most around it,
// that is better than any splitting.
type hot struct {
	weight float64
	to     node
	base   uint32
	free   uint32
	size   uint32 // of the segments that the values fill
}

// maxTrials is how many values, one after the other, are tried before all others.
const maxTrials = 4

// findHot finds out whether a value of list[i:j] is worth a test before all
// others, or several that one test of bits finds, where cost is that of a search
// without. What remains to be searched is estimated: a plan for each would take
// most of the time of a compilation.
func (p *plan) findHot(i, j int, cost float64) (best hot, found bool) {
	best, found, _ = p.tryHot(i, j, cost, maxTrials)
	return best, found
}

func (p *plan) tryHot(i, j int, without float64, trials int) (best hot, found bool, cost float64) {
	cost = without
	if j-i < 3 || trials == 0 {
		return best, false, cost
	}
	const share = 8 // of the weight, below which it is not tried
	try := func(h hot) {
		if share*h.weight < p.weight(i, j) {
			return
		}
		if p.trial == nil {
			p.trial = p.plan(0, nil)
		}
		rest := p.trial
		rest.reset(p.start(i), h.remaining(rest.list[:0], p.start(i), p.list[i:j]))
		n := len(rest.list)
		_, _, more := rest.tryHot(0, n, rest.estimate(0, n), trials-1)
		if with := p.weight(i, j) + p.perTest + more; with < cost {
			best, found, cost = h, true, with
		}
	}
	at := i
	for k := i; k < j; k++ {
		if p.single(k) && (!p.single(at) || p.list[k].weight > p.list[at].weight) {
			at = k
		}
	}
	if p.single(at) {
		try(hot{weight: p.list[at].weight, to: p.list[at].to, base: p.list[at].last, size: 1})
	}
	if h, ok := p.combinations(i, j); ok {
		try(h)
	}
	return best, found, cost
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
func (p *plan) combinations(i, j int) (h hot, ok bool) {
	// 0 is a combination of any bits, and so are the values up to the lowest ones.
	h = hot{to: p.list[i].to, size: p.list[i].last + 1}
	if p.start(i) != 0 || h.size&(h.size-1) != 0 || h.size == 0 {
		return h, false
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
			h.free, h.weight = free, sum
		}
	}
	return h, h.free > h.size-1
}

// remaining appends to rest, which is empty, a list without the values that are
// tested first. Nothing will ask for them then: their neighbours may have them.
func (h *hot) remaining(rest []segment, first uint32, list []segment) []segment {
	rest = slices.Grow(rest, len(list))
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
