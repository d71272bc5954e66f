package compiler

import "sandbox/bpf"

// A selection is the instructions of every test of the graph but for the
// distances of jumps.
type selection struct {
	g         *graph
	order     []node
	bigEndian bool
	keep      keeping
	code      []bpf.Instruction
	holds     []word // by instruction of code: see evaluation.holds, or noWord
	steps     []step // by node
}

// A step is the instructions of one test.
type step struct {
	from, to       int             // in selection.code
	jump           bpf.Instruction // stands behind them
	entry, exit    machine
	stored, loaded keptSet
	store          keptSet // what to store where it is computed
	needed         keptSet // what is loaded here or later without being computed again
}

// run chooses the instructions of all tests. Tests come before what they lead
// to, so that what they leave behind is known there. If a test wants too much
// scratch memory, run returns its node and an error.
func (s *selection) run() (node, error) {
	s.code, s.holds = s.code[:0], s.holds[:0]
	reached := make([]bool, len(s.g.nodes))
	v := &evaluation{g: s.g, bigEndian: s.bigEndian, keep: &s.keep}
	for i := len(s.order) - 1; i >= 0; i-- {
		n := s.order[i]
		f, at := &s.g.nodes[n], &s.steps[n]
		if i == len(s.order)-1 {
			at.entry = machine{a: noWord, x: noWord}
		}
		if f.test == isLeaf {
			continue
		}
		entry := at.entry
		entry.kept &= at.needed
		v.begin(entry, at.store)
		jump, err := v.test(f)
		if err != nil {
			return n, err
		}
		at.jump, at.exit, at.stored, at.loaded = jump, v.machine, v.stored, v.loaded
		at.from = len(s.code)
		s.code = append(s.code, v.code...)
		at.to = len(s.code)
		s.holds = append(s.holds, v.holds...)
		for len(s.holds) < len(s.code) {
			s.holds = append(s.holds, noWord)
		}
		for _, to := range [...]node{f.yes, f.no} {
			next := &s.steps[to]
			if reached[to] {
				next.entry = next.entry.meet(at.exit)
			} else {
				reached[to], next.entry = true, at.exit
			}
		}
	}
	return 0, nil
}

// skip returns how many instructions of a node a jump from another passes over
// because A holds already what they bring there.
func (s *selection) skip(from, to node) int {
	at, a := &s.steps[to], s.steps[from].exit.a
	if s.g.nodes[to].test == isLeaf {
		return 0
	}
	for i := at.to; i > at.from; i-- {
		if s.holds[i-1] == a {
			return i - at.from
		}
	}
	return 0
}
