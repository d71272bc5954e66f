package compiler

// A segment sends the values of a word from the end of the segment before it
// up to and including last to a node.
type segment struct {
	last uint32
	to   node
}

// segments is a list of segments under construction: from 0 upwards, without
// gaps, neighbours with different targets.
type segments struct {
	list []segment
	next uint64 // the first value that has no segment yet
}

// put sends all values from next to last.
func (s *segments) put(last uint32, to node) {
	if n := len(s.list); n > 0 && s.list[n-1].to == to {
		s.list[n-1].last = last
	} else {
		s.list = append(s.list, segment{last, to})
	}
	s.next = uint64(last) + 1
}

// fillTo sends the values from next up to, but not including, first.
func (s *segments) fillTo(first uint32, to node) {
	if s.next < uint64(first) {
		s.put(first-1, to)
	}
}

// finish sends all values that are left.
func (s *segments) finish(to node) {
	if s.next <= 0xffffffff {
		s.put(0xffffffff, to)
	}
}

// search returns a node that finds the segment of x: a balanced tree of range
// tests, in which a value that stands alone within a longer range costs one
// test for equality.
func (g *graph) search(x word, list []segment) node {
	return g.searchFrom(x, 0, list)
}

// searchFrom is search for values of x that are known to be at least first.
func (g *graph) searchFrom(x word, first uint32, list []segment) node {
	switch {
	case len(list) == 1:
		return list[0].to
	case len(list) == 2:
		return g.split(x, first, list, 1)
	case len(list) == 3 && list[0].to == list[2].to && list[1].last == list[0].last+1:
		return g.branch(testEq, x, g.constant(list[1].last), list[1].to, list[0].to)
	}
	return g.split(x, first, list, balance(list))
}

// split tests on which side of list[i]'s start x lies.
func (g *graph) split(x word, first uint32, list []segment, i int) node {
	border := list[i-1].last + 1
	above := g.searchFrom(x, border, list[i:])
	below := g.searchFrom(x, first, list[:i])
	if i == 1 && list[0].last == first {
		return g.branch(testEq, x, g.constant(first), below, above)
	}
	if i == len(list)-1 && border == list[i].last {
		return g.branch(testEq, x, g.constant(border), above, below)
	}
	return g.branch(testGe, x, g.constant(border), above, below)
}

// balance chooses where to split: near the middle, and so that both parts are
// cheap. A part of three segments whose middle is a single value within one
// range costs one test, which makes odd parts that begin with a range cheap.
func balance(list []segment) int {
	middle := len(list) / 2
	best, bestCost := middle, int(^uint(0)>>1)
	for i := max(1, middle-1); i <= min(len(list)-1, middle+1); i++ {
		if cost := max(depth(list[:i]), depth(list[i:])); cost < bestCost {
			best, bestCost = i, cost
		}
	}
	return best
}

// depth estimates how many tests searching the segments takes at worst.
func depth(list []segment) int {
	if n := len(list); n != 3 {
		d := 0
		for size := 1; size < n; size *= 2 {
			d++
		}
		return d
	}
	if list[0].to == list[2].to && list[1].last == list[0].last+1 {
		return 1
	}
	return 2
}
