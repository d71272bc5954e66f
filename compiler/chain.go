package compiler

import "math/bits"

// A chain searches a part of a list in which all but a few single values have
// one target: it asks for these one by one, the weightiest first, or for all
// at once if they are all combinations of some bits.
type chain struct {
	cost   float64
	values [maxChain]int32 // indices into the list, in the order of asking
	count  int
	others node
	cube   bool // all values at once: those without bits beyond free are base
	free   uint32
	base   uint32
}

// maxChain is how many values a chain has at most.
const maxChain = 8

// chain returns the chain for list[i:j], if there is one.
func (p *plan) chain(i, j int) (c chain, ok bool) {
	if j-i > 2*maxChain+1 {
		return c, false
	}
	c.others = p.mainTarget(i, j)
	var rest float64 // the weight of what has not been asked for
	for k := i; k < j; k++ {
		s := &p.list[k]
		rest += s.weight
		switch {
		case s.to == c.others:
			continue
		case !p.single(k) || c.count == maxChain:
			return c, false
		}
		at := c.count
		for ; at > 0 && p.list[c.values[at-1]].weight < s.weight; at-- {
			c.values[at] = c.values[at-1]
		}
		c.values[at] = int32(k)
		c.count++
	}
	all := rest
	for _, k := range c.values[:c.count] {
		c.cost += rest + p.perTest
		rest -= p.list[k].weight
	}
	if at, ok := p.cube(&c); ok && float64(at)*(all+p.perTest) < c.cost {
		c.cost, c.cube = float64(at)*(all+p.perTest), true
	}
	return c, true
}

// mainTarget returns the target of the first range in list[i:j], or if there
// is none that of its last value.
func (p *plan) mainTarget(i, j int) node {
	for k := i; k < j; k++ {
		if !p.single(k) {
			return p.list[k].to
		}
	}
	return p.list[j-1].to
}

// cube finds out whether the values of a chain are all the combinations of some
// bits with others that are fixed, and returns how many instructions it takes
// to test for them.
func (p *plan) cube(c *chain) (instructions int, ok bool) {
	if c.count < 2 || c.count&(c.count-1) != 0 {
		return 0, false
	}
	first := &p.list[c.values[0]]
	every, some := first.last, first.last
	for _, k := range c.values[1:c.count] {
		if p.list[k].to != first.to {
			return 0, false
		}
		every &= p.list[k].last
		some |= p.list[k].last
	}
	c.base, c.free = every, some&^every
	// The values are different, so as many as there are combinations are all.
	if 1<<bits.OnesCount32(c.free) != c.count {
		return 0, false
	}
	if c.base == 0 {
		return 1, true
	}
	return 2, true
}

// build returns a node that searches the part.
func (c *chain) build(p *plan) node {
	if c.cube {
		to := p.list[c.values[0]].to
		return p.g.branch(testEq, p.g.and(p.x, p.g.constant(^c.free)), p.g.constant(c.base), to, c.others)
	}
	n := c.others
	for at := c.count - 1; at >= 0; at-- {
		v := &p.list[c.values[at]]
		n = p.g.branch(testEq, p.x, p.g.constant(v.last), v.to, n)
	}
	return n
}
