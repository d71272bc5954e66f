package compiler

import "math"

// A plan is how to search a list and all its parts best: by splitting them in
// two, again and again, down to chains. It is found by dynamic programming,
// with the bound on where to split that makes it quadratic (D. E. Knuth,
// "Optimum binary search trees", 1971).
type plan struct {
	*searcher
	first uint32
	list  []segment
	sums  []float64 // sums[i] is the weight of list[:i]
	parts []part    // see part
	trial *plan     // memory for what would remain of the list
}

// A part is how to search list[i:j].
type part struct {
	cost  float32
	split int16 // where to split, or 0: a chain
}

// plan returns a plan that is still to be made, by solve.
func (s *searcher) plan(first uint32, list []segment) *plan {
	p := &plan{searcher: s, sums: make([]float64, 0, len(list)+1)}
	p.reset(first, list)
	return p
}

// reset begins a plan for another list.
func (p *plan) reset(first uint32, list []segment) {
	p.first, p.list = first, list
	p.sums = append(p.sums[:0], 0)
	var sum float64
	for i := range list {
		sum += list[i].weight
		p.sums = append(p.sums, sum)
	}
}

// solve finds the best way to search every part of the list.
func (p *plan) solve() {
	n := len(p.list)
	p.parts = make([]part, (n+1)*(n+2)/2)
	for length := 2; length <= n; length++ {
		for i := 0; i+length <= n; i++ {
			*p.part(i, i+length) = p.best(i, i+length)
		}
	}
}

// part returns the part list[i:j]. There are as many that begin at i as there
// are ends from i on.
func (p *plan) part(i, j int) *part { return &p.parts[p.index(i, j)] }

func (p *plan) index(i, j int) int { return i*(len(p.list)+1) - i*(i-1)/2 + j - i }

func (p *plan) weight(i, j int) float64 { return p.sums[j] - p.sums[i] }

// start is the least value of list[i].
func (p *plan) start(i int) uint32 {
	if i == 0 {
		return p.first
	}
	return p.list[i-1].last + 1
}

func (p *plan) single(i int) bool { return p.list[i].last == p.start(i) }

// best finds how to search list[i:j]; it knows that for all smaller parts.
func (p *plan) best(i, j int) part {
	from, to := i+1, j-1
	// Chains bend Knuth's bound a little, hence the 2.
	if left := p.part(i, j-1).split; left > 0 {
		from = max(from, int(left)-2)
	}
	if right := p.part(i+1, j).split; right > 0 {
		to = min(to, int(right)+2)
	}
	to = max(from, to)
	own := float32(p.weight(i, j) + p.perTest)
	best := part{cost: math.MaxFloat32}
	// The parts that begin at i lie one after the other; of those that end at j
	// each one's distance from the next is one less.
	below := p.parts[p.index(i, from) : p.index(i, to)+1]
	above, step := p.index(from, j), len(p.list)-from
	for k := range below {
		if cost := own + below[k].cost + p.parts[above].cost; cost < best.cost {
			best = part{cost, int16(from + k)}
		}
		above += step
		step--
	}
	if c, ok := p.chain(i, j); ok && float32(c.cost) <= best.cost {
		return part{float32(c.cost), 0}
	}
	return best
}

// estimate returns about what it costs to search list[i:j], without a plan: a
// tree that halves the weight at every test is nearly as good as the best.
func (p *plan) estimate(i, j int) float64 {
	if j-i == 1 {
		return 0
	}
	half := (p.sums[i] + p.sums[j]) / 2
	low, high := i+1, j-1
	for low < high {
		if mid := (low + high) / 2; p.sums[mid] < half {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low > i+1 && p.sums[low]-half > half-p.sums[low-1] {
		low--
	}
	cost := p.weight(i, j) + p.perTest + p.estimate(i, low) + p.estimate(low, j)
	if c, ok := p.chain(i, j); ok {
		return min(c.cost, cost)
	}
	return cost
}

// build returns a node that searches list[i:j], for values known to lie there.
func (p *plan) build(i, j int) node {
	if j-i == 1 {
		return p.list[i].to
	}
	if j-i < len(p.list) {
		if h, ok := p.findHot(i, j, float64(p.part(i, j).cost)); ok {
			return p.buildHot(&h, p.find(p.start(i), h.remaining(nil, p.start(i), p.list[i:j])))
		}
	}
	k := int(p.part(i, j).split)
	if k == 0 {
		c, _ := p.chain(i, j)
		return c.build(p)
	}
	return p.split(p.start(i), p.list[i:j], k-i, p.build(i, k), p.build(k, j))
}
