package prove

import (
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// An entry is where a program goes on, in a region, after its search for a call.
// What it then does depends on more than arch and number, or is to return.
type entry struct {
	region region
	pc     int
	held   typed.Word // what the accumulator has: arch, number, or,
	k      uint32     // if held is not a word, the value k
}

// maxSteps bounds the search. A chain of 4,000 comparisons with as many numbers
// takes half of it.
const maxSteps = 1 << 24

// A searcher follows the instructions that compare arch and number with
// constants, and cuts the inputs into the regions that they tell apart.
type searcher struct {
	x       *execution
	entries []entry
	steps   int
}

// search returns where the program goes on, region by region. The regions are
// disjoint and cover all inputs. It makes no diagrams.
func (x *execution) search() []entry {
	s := &searcher{x: x, entries: make([]entry, 0, min(x.program.Len(), 64))}
	s.follow(0, everything, typed.Word(words), 0)
	return s.entries
}

// enter returns what the program returns from an entry on, in a region that
// lies within the entry's.
func (x *execution) enter(e *entry, r region) diagram { return x.from(x.start(e, r), r) }

// start returns the state at an entry.
func (x *execution) start(e *entry, r region) state {
	s := state{pc: e.pc}
	switch {
	case !x.live[e.pc].a:
	case e.held != words:
		s.a = x.number(r.word(x.in, e.held))
	default:
		s.a = x.number(constant(uint64(e.k), 32))
	}
	return s
}

// follow executes from pc. The accumulator holds a word of the input, arch or
// number, or, if held is not a word, the value k.
func (s *searcher) follow(pc int, r region, held typed.Word, k uint32) {
	if s.steps++; s.steps > maxSteps {
		panic(errLimit)
	}
	for {
		in := s.x.program.At(pc)
		pc++
		switch in.Op {
		case bpf.RetK:
			s.leave(pc-1, r, words, 0)
			return
		case bpf.LdImm:
			held, k = words, in.K
		case bpf.Ja:
			pc += int(in.K)
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK:
			if held == words {
				if holds(in, k) {
					pc += int(in.Jt)
				} else {
					pc += int(in.Jf)
				}
				continue
			}
			if s.jump(in, pc, r, held) {
				return
			}
			s.leave(pc-1, r, held, k)
			return
		case bpf.LdWAbs:
			w := s.x.wordAt(in.K)
			if w != typed.WordNr && w != typed.WordArch {
				s.leave(pc-1, r, held, k)
				return
			}
			held = w
		default:
			s.leave(pc-1, r, held, k)
			return
		}
	}
}

// leave ends the search in a region.
func (s *searcher) leave(pc int, r region, held typed.Word, k uint32) {
	s.entries = append(s.entries, entry{r, pc, held, k})
}

// jump follows both ways of a conditional jump with the parts of the region
// that go there. It reports whether it could cut the region.
func (s *searcher) jump(in bpf.Instruction, pc int, r region, held typed.Word) bool {
	at := r.nr
	if held == typed.WordArch {
		at = r.arch
	}
	goes := func(part span, ok, yes bool) {
		if !ok {
			return
		}
		to, within := pc+int(in.Jf), r
		if yes {
			to = pc + int(in.Jt)
		}
		if held == typed.WordArch {
			within.arch = part
		} else {
			within.nr = part
		}
		s.follow(to, within, held, 0)
	}
	border, overflow := in.K, false
	switch in.Op {
	case bpf.JsetK:
		if !at.single() {
			return false
		}
		goes(at, true, holds(in, at.first))
		return true
	case bpf.JgtK:
		border, overflow = in.K+1, in.K == ^uint32(0)
	}
	if overflow { // nothing is above the highest value
		goes(at, true, false)
		return true
	}
	below, someBelow := at.below(border)
	goes(below, someBelow, false)
	above, someAbove := at.from(border)
	if in.Op != bpf.JeqK || !someAbove {
		goes(above, someAbove, true)
		return true
	}
	goes(span{border, border}, above.first == border, true)
	if border != ^uint32(0) {
		rest, some := above.from(border + 1)
		goes(rest, some, false)
	}
	return true
}

// holds decides a jump with a constant for a known value of A. It is not the
// emulator's: that one may be wrong.
func holds(in bpf.Instruction, a uint32) bool {
	switch in.Op {
	case bpf.JeqK:
		return a == in.K
	case bpf.JgtK:
		return a > in.K
	case bpf.JgeK:
		return a >= in.K
	}
	return a&in.K != 0
}
