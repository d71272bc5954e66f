package bpf

// A Cost is the most that a program can do about one system call, whatever its
// arguments are.
type Cost struct {
	Instructions int   // executed on the longest way
	Tests        int   // conditional jumps on the way with most, but for the search by arch and number
	Path         []int // the instructions of the way with most tests, in order
}

// What the accumulator holds, as far as the search for a call needs
// to know.
const (
	holdsOther = iota
	holdsArch
	holdsNr
	holdings
)

// Cost returns what p costs at most for the calls with an AUDIT_ARCH_* value
// and a number. Jumps on these alone are followed as they go; all other jumps
// could go both ways. The zero Program costs nothing.
func (p Program) Cost(audit, nr uint32) Cost {
	type best struct {
		instructions, tests int
		next                int // on the way with most tests; -1 at its end
		held                int // at next
	}
	known := [holdings]uint32{holdsArch: audit, holdsNr: nr}
	ways := make([][holdings]best, len(p.code))
	for pc := len(p.code) - 1; pc >= 0; pc-- {
		in := &p.code[pc]
		for held := range holdings {
			b := best{instructions: 1, next: -1}
			follow := func(next, held, tests int) {
				after := &ways[next][held]
				b.instructions = max(b.instructions, 1+after.instructions)
				if tests+after.tests > b.tests || b.next < 0 {
					b.tests, b.next, b.held = tests+after.tests, next, held
				}
			}
			switch yes, no := pc+1+int(in.Jt), pc+1+int(in.Jf); in.Op {
			case RetK, RetA:
			case Ja:
				follow(pc+1+int(in.K), held, 0)
			case JeqK, JgtK, JgeK, JsetK:
				if held == holdsOther {
					follow(yes, held, 1)
					follow(no, held, 1)
				} else {
					follow(pc+1+in.skip(known[held], 0), held, 0)
				}
			case JeqX, JgtX, JgeX, JsetX:
				follow(yes, held, 1)
				follow(no, held, 1)
			default:
				follow(pc+1, in.holding(held), 0)
			}
			ways[pc][held] = b
		}
	}
	if len(ways) == 0 {
		return Cost{}
	}
	c := Cost{Instructions: ways[0][holdsOther].instructions, Tests: ways[0][holdsOther].tests}
	for pc, held := 0, holdsOther; pc >= 0; {
		c.Path = append(c.Path, pc)
		pc, held = ways[pc][held].next, ways[pc][held].held
	}
	return c
}

// holding returns what the accumulator holds behind an instruction that does
// not jump.
func (in *Instruction) holding(before int) int {
	switch in.Op {
	case LdWAbs:
		switch in.K {
		case OffsetArch:
			return holdsArch
		case OffsetNr:
			return holdsNr
		}
		return holdsOther
	case St, Stx, Tax, LdxImm, LdxMem, LdxLen:
		return before
	}
	return holdsOther
}
