package compiler

import (
	"cmp"
	"slices"

	"sandbox/bpf"
)

// choose selects instructions, and keeps words in scratch memory from one test
// to another where no way through the program gets longer by that.
func (c *compilation) choose() error {
	best := c.newSelection(nil)
	if n, err := best.run(); err != nil {
		return &TooComplexError{Filters: c.graph.origins[n]}
	}
	c.selected = best
	if len(best.code) > bpf.MaxInstructions {
		return nil // which cannot be mended by what it takes to keep words
	}
	var roots []node
	for _, s := range c.sections {
		for _, to := range s.joined {
			roots = append(roots, to.to)
		}
	}
	bill := best.bill()
	for _, w := range c.candidates() {
		if len(best.keep.words) == maxKept {
			break
		}
		s := c.newSelection(append(slices.Clone(best.keep.words), w))
		if !s.keeping() {
			continue
		}
		if b := s.bill(); len(s.code) <= len(best.code) && b.better(&bill, roots) {
			best, bill = s, b
		}
	}
	c.selected = best
	return nil
}

func (c *compilation) newSelection(words []word) *selection {
	return &selection{
		g: c.graph, order: c.order, bigEndian: c.policy.ABIs()[0].BigEndian(),
		keep:  keeping{words: words, slots: make([]uint32, len(words))},
		steps: make([]step, len(c.graph.nodes)),
	}
}

// keeping selects instructions with the words of s.keep kept wherever that is
// of use. It fails if there is too little scratch memory.
func (s *selection) keeping() bool {
	all := keptSet(1)<<len(s.keep.words) - 1
	for i := range s.steps {
		s.steps[i].store, s.steps[i].needed = all, all
	}
	if _, err := s.run(); err != nil {
		return false
	}
	together := s.findNeeded()
	if !s.keep.assign(together) {
		return false
	}
	_, err := s.run()
	return err == nil
}

// findNeeded finds what of the kept words each node needs, and so what is worth
// storing. It returns the sets of words that are kept at the same time.
func (s *selection) findNeeded() (together []keptSet) {
	for _, n := range s.order { // what a node leads to comes first
		f, at := &s.g.nodes[n], &s.steps[n]
		if f.test == isLeaf {
			at.store, at.needed = 0, 0
			continue
		}
		later := s.steps[f.yes].needed | s.steps[f.no].needed
		at.store = at.stored & later
		at.needed = at.entry.kept & (at.loaded | later)
		if set := at.needed | at.store; set != 0 && !slices.Contains(together, set) {
			together = append(together, set)
		}
	}
	return together
}

// candidates returns the words that take more than a load and that more than
// one test computes, the dearest first.
func (c *compilation) candidates() []word {
	g := c.graph
	counts := make(map[word]int) // of the tests that compute a word
	within := make(map[word]bool)
	var found []word
	var count func(w word)
	count = func(w word) {
		f := &g.words[w]
		if f.op == opConst || f.op == opLoad || within[w] {
			return
		}
		within[w] = true
		if counts[w]++; counts[w] == 2 {
			found = append(found, w)
		}
		count(f.a)
		count(f.b)
	}
	for _, n := range c.order {
		if f := &g.nodes[n]; f.test != isLeaf && (g.words[f.x].op > opLoad || g.words[f.y].op > opLoad) {
			clear(within)
			count(f.x)
			count(f.y)
		}
	}
	// What is computed only for another word is not worth trying.
	for i := len(found) - 1; i >= 0; i-- {
		f := &g.words[found[i]]
		for _, part := range [...]word{f.a, f.b} {
			if counts[part] == counts[found[i]] {
				counts[part] = 0
			}
		}
	}
	gain := func(w word) int { return counts[w] * g.dearness(w) }
	found = slices.DeleteFunc(found, func(w word) bool { return counts[w] == 0 })
	slices.SortStableFunc(found, func(a, b word) int { return cmp.Compare(gain(b), gain(a)) })
	// A trial chooses all instructions twice.
	const work = 1 << 16
	return found[:min(len(found), 4+work/(len(c.order)+len(c.selected.code)+1))]
}

// dearness estimates the instructions that computing a word takes, up to a
// limit.
func (g *graph) dearness(w word) int {
	const most = 32
	f := &g.words[w]
	if f.op == opConst || f.op == opLoad {
		return 1
	}
	cost := 1 + g.dearness(f.a)
	if g.words[f.b].op != opConst && cost < most {
		cost += 1 + g.dearness(f.b)
	}
	return min(cost, most)
}
