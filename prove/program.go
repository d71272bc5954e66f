package prove

import (
	"errors"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// execution builds diagrams of what a program returns. Instructions that
// search for a call, which compare arch and number with constants, are
// followed region by region; everything behind them is executed symbolically,
// once for each state in which it can be entered.
type execution struct {
	d         *diagrams
	in        *inputs
	program   bpf.Program
	bigEndian bool
	live      []liveness // by instruction
	ways      []int      // by instruction: how many lead to it
	at        int        // the instruction being executed, for errLimit
	stacked   bool       // another filter may be taken instead: see outcome
	results   map[state]diagram
	states    int                   // executed in arenas before
	numbers   map[[32]diagram]int32 // the indices of known
	known     []number
	rows      []row // of the dispatches at hand

	induction *induction         // nil: there is none
	quotients map[int32]division // which numbers are quotients
	multiples map[int32]division // and which those, times the divisor again
}

// A division is of a number, by its index, by a constant.
type division struct {
	a  int32
	by uint32
}

// maxStates bounds what a proof remembers of a program besides diagrams: a
// foreign program can have states and regions without end in which nothing
// depends on the input.
const maxStates = 1 << 15

// A state is where symbolic execution stands: the registers are indices of
// numbers; those that no later instruction reads are 0, so that tails that
// are reached in many ways are executed once.
type state struct {
	pc     int
	a, x   int32
	memory [bpf.MemWords]int32
	region region // the zero region if neither arch nor number is read
}

// liveness says what of a state the instructions from one onwards may read.
type liveness struct {
	a, x   bool
	memory uint16 // a bit for each word
	reads  wordSet
}

var errComputedReturn = errors.New("the program returns a computed value")

func newExecution(p bpf.Program, bigEndian bool) *execution {
	x := &execution{program: p, bigEndian: bigEndian}
	x.findLiveness()
	return x
}

// use makes the execution use an arena, with nothing executed yet.
func (x *execution) use(d *diagrams, in *inputs) {
	x.states += len(x.results)
	x.d, x.in, x.known, x.rows = d, in, x.known[:0], x.rows[:0]
	x.induction, x.quotients, x.multiples = nil, nil, nil
	x.results = make(map[state]diagram)
	x.numbers = make(map[[32]diagram]int32)
	x.number(constant(0, 32)) // index 0: A and X start as 0
}

// findLiveness goes from the last instruction to the first: jumps only lead
// forward.
func (x *execution) findLiveness() {
	x.live = make([]liveness, x.program.Len()+1)
	x.ways = make([]int, x.program.Len()+1)
	for pc := x.program.Len() - 1; pc >= 0; pc-- {
		in := x.program.At(pc)
		var l liveness
		switch in.Op {
		case bpf.RetK:
		case bpf.RetA:
			l.a = true
		case bpf.Ja:
			l = x.live[pc+1+int(in.K)]
			x.ways[pc+1+int(in.K)]++
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
			yes, no := x.live[pc+1+int(in.Jt)], x.live[pc+1+int(in.Jf)]
			x.ways[pc+1+int(in.Jt)]++
			x.ways[pc+1+int(in.Jf)]++
			l = liveness{
				a: true, x: yes.x || no.x || fromX(in.Op),
				memory: yes.memory | no.memory, reads: yes.reads | no.reads,
			}
		default:
			l = x.live[pc+1].before(in)
			x.ways[pc+1]++
			if in.Op == bpf.LdWAbs {
				l.reads |= 1 << x.wordAt(in.K)
			}
		}
		x.live[pc] = l
	}
}

// before returns what is live before an instruction that does not jump.
func (l liveness) before(in bpf.Instruction) liveness {
	slot := uint16(1) << (in.K % bpf.MemWords)
	switch in.Op {
	case bpf.LdWAbs, bpf.LdLen, bpf.LdImm:
		l.a = false
	case bpf.LdMem:
		if l.a {
			l.memory |= slot
		}
		l.a = false
	case bpf.LdxImm, bpf.LdxLen:
		l.x = false
	case bpf.LdxMem:
		if l.x {
			l.memory |= slot
		}
		l.x = false
	case bpf.St:
		l.a = l.a || l.memory&slot != 0
		l.memory &^= slot
	case bpf.Stx:
		l.x = l.x || l.memory&slot != 0
		l.memory &^= slot
	case bpf.Tax:
		l.a, l.x = l.a || l.x, false
	case bpf.Txa:
		l.x, l.a = l.x || l.a, false
	case bpf.DivX:
		l.a, l.x = true, true // ends the program where X is 0, whoever reads A
	default:
		if l.a && fromX(in.Op) {
			l.x = true
		}
	}
	return l
}

// fromX reports whether an arithmetic or jump opcode has X as its operand
// (BPF_X of linux/bpf_common.h).
func fromX(op uint16) bool { return op&0x08 != 0 && op != bpf.Txa && op != bpf.Tax }

// wordAt returns the word of struct seccomp_data at a byte offset.
func (x *execution) wordAt(offset uint32) typed.Word {
	switch offset {
	case bpf.OffsetNr:
		return typed.WordNr
	case bpf.OffsetArch:
		return typed.WordArch
	}
	second := offset&4 != 0
	w := typed.WordIPLow + typed.Word((offset-bpf.OffsetIP)/8*2)
	if second != x.bigEndian {
		w++ // the high half, which little-endian machines store second
	}
	return w
}

// number returns the index of a 32-bit number; equal numbers have one.
func (x *execution) number(n number) int32 {
	key := [32]diagram(n)
	i, ok := x.numbers[key]
	if !ok {
		i = int32(len(x.known))
		x.numbers[key] = i
		x.known = append(x.known, n)
	}
	return i
}

// from returns what the program returns if it is continued in a state.
func (x *execution) from(s state, r region) diagram {
	s = x.normalize(s, r)
	if f, ok := x.results[s]; ok {
		return f
	}
	if len(x.results) >= maxStates {
		panic(errLimit)
	}
	f := x.run(s, r)
	if x.induction != nil {
		f = x.induction.recognize(f, x.ways[s.pc] > 1)
	}
	x.results[s] = f
	return f
}

// normalize clears what will not be read, so that states which differ only in
// that are one.
func (x *execution) normalize(s state, r region) state {
	l := &x.live[s.pc]
	if !l.a {
		s.a = 0
	}
	if !l.x {
		s.x = 0
	}
	for i := range s.memory {
		if l.memory>>i&1 == 0 {
			s.memory[i] = 0
		}
	}
	s.region = region{}
	if l.reads.has(typed.WordNr) || l.reads.has(typed.WordArch) {
		s.region = r
	}
	return s
}

// run executes from a state to the next jump that the state does not decide,
// and joins what its two ways return.
func (x *execution) run(s state, r region) diagram {
	for {
		in := x.program.At(s.pc)
		x.at = s.pc
		s.pc++
		switch in.Op {
		case bpf.RetK:
			return x.outcome(bpf.Return(in.K))
		case bpf.RetA:
			value, ok := constantOf(x.known[s.a])
			if !ok {
				panic(errComputedReturn)
			}
			return x.outcome(bpf.Return(value))
		case bpf.Ja:
			s.pc += int(in.K)
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
			if (x.induction == nil || x.induction.runs) && in.Op != bpf.JsetK && !fromX(in.Op) {
				s.pc--
				return x.dispatch(s, r)
			}
			yes, no := s, s
			yes.pc += int(in.Jt)
			no.pc += int(in.Jf)
			switch holds := x.test(in, s); holds {
			case always:
				return x.from(yes, r)
			case never:
				return x.from(no, r)
			default:
				return x.d.choose(holds, x.from(yes, r), x.from(no, r))
			}
		case bpf.DivX:
			divisor := x.known[s.x]
			zero := x.d.not(x.d.nonzero(divisor))
			if zero == always {
				return x.d.outcome(uint32(bpf.KillThread))
			}
			s.a = x.arithmetic(in, s)
			if zero != never {
				return x.d.choose(zero, x.d.outcome(uint32(bpf.KillThread)), x.from(s, r))
			}
		default:
			x.step(in, &s, r)
		}
	}
}

// outcome returns a return value: what stands for it, or, if other filters take
// part, the value itself, which decides whether it is taken.
func (x *execution) outcome(value bpf.Return) diagram {
	if !x.stacked {
		value = value.Effective()
	}
	return x.d.outcome(uint32(value))
}

// test returns where a conditional jump's condition holds.
func (x *execution) test(in bpf.Instruction, s state) diagram {
	d, a := x.d, x.known[s.a]
	b := constant(uint64(in.K), 32)
	if fromX(in.Op) {
		b = x.known[s.x]
	}
	switch in.Op {
	case bpf.JeqK, bpf.JeqX:
		return d.equal(a, b)
	case bpf.JgtK, bpf.JgtX:
		return d.below(b, a)
	case bpf.JgeK, bpf.JgeX:
		return d.not(d.below(a, b))
	}
	return d.nonzero(d.bitwise(d.and, a, b))
}

// step executes an instruction that neither jumps nor returns.
func (x *execution) step(in bpf.Instruction, s *state, r region) {
	switch in.Op {
	case bpf.LdWAbs:
		s.a = x.number(r.word(x.in, x.wordAt(in.K)))
	case bpf.LdLen:
		s.a = x.number(constant(bpf.DataSize, 32))
	case bpf.LdImm:
		s.a = x.number(constant(uint64(in.K), 32))
	case bpf.LdMem:
		s.a = s.memory[in.K]
	case bpf.LdxImm:
		s.x = x.number(constant(uint64(in.K), 32))
	case bpf.LdxLen:
		s.x = x.number(constant(bpf.DataSize, 32))
	case bpf.LdxMem:
		s.x = s.memory[in.K]
	case bpf.St:
		s.memory[in.K] = s.a
	case bpf.Stx:
		s.memory[in.K] = s.x
	case bpf.Tax:
		s.x = s.a
	case bpf.Txa:
		s.a = s.x
	default:
		s.a = x.arithmetic(in, *s)
	}
}

// arithmetic returns what an arithmetic instruction leaves in A.
func (x *execution) arithmetic(in bpf.Instruction, s state) int32 {
	d, a := x.d, x.known[s.a]
	b := constant(uint64(in.K), 32)
	if fromX(in.Op) {
		b = x.known[s.x]
	}
	if x.in.opaque {
		if out, ok := x.opaque(in, s.a, a, b); ok {
			return out
		}
	}
	var out number
	switch in.Op {
	case bpf.AddK, bpf.AddX:
		out = d.add(a, b, never)
	case bpf.SubK, bpf.SubX:
		out = d.subtract(a, b)
	case bpf.MulK, bpf.MulX:
		out = d.multiply(a, b)
	case bpf.DivK, bpf.DivX:
		out, _ = d.divide(a, b)
	case bpf.OrK, bpf.OrX:
		out = d.bitwise(d.or, a, b)
	case bpf.AndK, bpf.AndX:
		out = d.bitwise(d.and, a, b)
	case bpf.XorK, bpf.XorX:
		out = d.bitwise(d.xor, a, b)
	case bpf.LshK, bpf.LshX, bpf.RshK, bpf.RshX:
		out = x.shift(in.Op == bpf.LshK || in.Op == bpf.LshX, a, b[:5])
	case bpf.Neg:
		out = d.negate(a)
	default:
		panic("prove: an opcode that no verified program has")
	}
	return x.number(out)
}

// opaque returns the number that a quotient, product or difference is as a term:
// a - a/k*k is the remainder.
func (x *execution) opaque(in bpf.Instruction, at int32, a, b number) (int32, bool) {
	k, ok := constantOf(b)
	by := uint32(k)
	switch in.Op {
	case bpf.DivK, bpf.DivX:
		if !ok || by&(by-1) == 0 {
			return 0, false
		}
		q := x.number(x.in.apply(quotient, a, by))
		if x.quotients == nil {
			x.quotients, x.multiples = make(map[int32]division), make(map[int32]division)
		}
		x.quotients[q] = division{at, by}
		return q, true
	case bpf.MulK, bpf.MulX:
		n, ok := x.in.multiplyOpaquely(a, b)
		if !ok {
			return 0, false
		}
		p := x.number(n)
		if of, ok := x.quotients[at]; ok && of.by == by {
			x.multiples[p] = of
		}
		return p, true
	case bpf.SubX:
		of, ok := x.multiples[x.number(b)]
		if !ok || of.a != at {
			return 0, false
		}
		return x.number(x.in.apply(remainder, a, of.by)), true
	}
	return 0, false
}

// shift shifts by the five bits of count, one after the other.
func (x *execution) shift(left bool, a, count number) number {
	for i, bit := range count {
		if bit == never {
			continue
		}
		moved := shiftRight(a, 1<<i, never)
		if left {
			moved = shiftLeft(a, 1<<i)
		}
		out := make(number, len(a))
		for k := range a {
			out[k] = x.d.choose(bit, moved[k], a[k])
		}
		a = out
	}
	return a
}
