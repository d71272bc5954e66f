package prove

import (
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A strategy is a way to compare a policy and a program in one square. Where
// one takes too many nodes another may do with few.
type strategy struct {
	// induction shows, filter by filter from the last one, that some place in
	// the program decides as the policy does from that filter on. A place that
	// was found stands for the filters after it, so that conditions which
	// multiply with each other never meet. Quotients, remainders and products
	// by constants stand for themselves. It proves, or tells nothing.
	induction bool

	// runs has the induction take filters together that compare one integer with
	// constants: what compilers make one search of.
	runs bool

	// forward executes the program for those inputs only that get to each
	// instruction; the other way is to find what each instruction's
	// continuation returns for all inputs.
	forward bool

	// halves has the order pay no attention to shifts.
	halves bool

	// ascending puts low bits before high ones, which suits products.
	ascending bool
}

// strategies are tried in this order.
var strategies = [...]strategy{{induction: true, runs: true}, {induction: true}, {}, {forward: true}, {halves: true}, {ascending: true}}

// A proof compares a policy and a program square by square, each in an arena of
// its own.
type proof struct {
	policy    *typed.Policy
	program   bpf.Program
	bigEndian bool
	m         *meaning
	x         *execution
	d         *diagrams
	limit     int
	spent     int // steps, of all squares and strategies together
	stats     Stats
	details   Details
}

// maxWork bounds the steps of a proof that is made square by square: giving up
// must not take much longer than succeeding, for which the hardest policies of the
// tests take 4.8 million.
const maxWork = 6 << 20

// squares compares everything. What it returns is nil if all is equal.
func (p *proof) squares() error {
	grid, err := squares([]component{&policyComponent{p.m}, &programComponent{p.x}})
	if err != nil {
		return &GivenUp{}
	}
	p.d = newDiagrams(p.limit)
	proved := make(map[string]struct{})
	for i := range grid {
		s := &grid[i]
		p.stats.Regions++
		p.details.add(s.region)
		way, shared := s.way()
		if _, ok := proved[way]; ok && shared {
			continue
		}
		if err := p.square(s); err != nil {
			return err
		}
		if shared {
			proved[way] = struct{}{}
		}
	}
	return nil
}

// square tries one strategy after the other. If all are given up, what the plain
// one says counts.
func (p *proof) square(s *square) error {
	var givenUp error
	for _, how := range strategies {
		if how.runs && !p.m.hasRuns(s.region) {
			continue
		}
		equal, known, err := p.try(s, how)
		p.stats.Nodes += len(p.d.vertices)
		switch {
		case known && equal:
			return nil
		case known || err == errComputedReturn:
			return err
		case how == strategy{}:
			givenUp = err
		}
	}
	return givenUp
}

// try compares the sides in a square. If it does not come to know whether they
// are equal, the error says what it gave up; else that they differ.
func (p *proof) try(s *square, how strategy) (equal, known bool, err error) {
	g := noGroups()
	g.halves = how.halves
	(&policyComponent{p.m}).compared(s.cells[0], &g)
	p.d.reset(p.limit)
	work := min(p.d.work, maxWork-p.spent)
	p.d.work = work
	in := newOrderedInputs(p.d, g, how.ascending)
	p.m.use(p.d, in)
	p.x.use(p.d, in)
	in.opaque = how.induction
	defer func() {
		p.spent += work - p.d.work
		switch r := recover(); r {
		case nil:
		case errLimit:
			equal, known, err = false, false, &GivenUp{Filter: p.m.at, Instruction: p.x.at}
		case errComputedReturn:
			equal, known, err = false, false, errComputedReturn
		default:
			panic(r)
		}
	}()
	d, within := p.d, s.region.unknowns(p.d, in)
	if how.induction {
		p.m.induction = newInduction(p.d, how.runs)
		p.x.induction = p.m.induction
	}
	p.m.at = nil
	want := p.m.decision(s.region)
	var got diagram
	if how.forward {
		want = d.choose(within, want, never)
		got = p.x.forward(&s.cells[1].entry, s.region, within)
	} else {
		got = p.x.enter(&s.cells[1].entry, s.region)
	}
	if want == got {
		return true, true, nil
	}
	if how.induction {
		equal = p.m.induction.recognize(got, true) == want
		return equal, equal, nil
	}
	if want, got = d.choose(within, want, never), d.choose(within, got, never); want == got {
		return true, true, nil
	}
	call := d.difference(want, got, in)
	for _, part := range s.region.parts() {
		switch {
		case !part.single():
		case part.word == typed.WordArch:
			call.Arch = part.first
		default:
			call.Nr = part.first
		}
	}
	return false, true, mismatch(p.policy, p.program, p.bigEndian, call)
}
