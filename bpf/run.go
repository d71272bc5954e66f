package bpf

// Run executes the program as the kernel does on a machine of the given byte
// order, and returns its value and the number of instructions executed. The
// value is as the program gave it: see [Return.Action] and [Return.Effective]
// for what the kernel makes of it. Run allocates nothing; any number of
// goroutines may run a Program. The zero value gives KillProcess and 0.
func (p Program) Run(d *Data, bigEndian bool) (r Return, executed int) {
	var a, x uint32 // the kernel clears both (bpf_convert_filter's prologue)
	var m [MemWords]uint32
	for pc := 0; uint(pc) < uint(len(p.code)); pc++ {
		in := &p.code[pc]
		executed++
		k := in.K
		switch in.Op {
		case LdWAbs:
			a = d.word(k, bigEndian)
		case LdLen:
			a = DataSize
		case LdImm:
			a = k
		case LdMem:
			a = m[k%MemWords]
		case LdxImm:
			x = k
		case LdxMem:
			x = m[k%MemWords]
		case LdxLen:
			x = DataSize
		case St:
			m[k%MemWords] = a
		case Stx:
			m[k%MemWords] = x
		case AddK:
			a += k
		case AddX:
			a += x
		case SubK:
			a -= k
		case SubX:
			a -= x
		case MulK:
			a *= k
		case MulX:
			a *= x
		case DivK:
			a /= k
		case DivX:
			if x == 0 {
				return 0, executed
			}
			a /= x
		case OrK:
			a |= k
		case OrX:
			a |= x
		case AndK:
			a &= k
		case AndX:
			a &= x
		case LshK:
			a <<= k % 32
		case LshX:
			a <<= x % 32
		case RshK:
			a >>= k % 32
		case RshX:
			a >>= x % 32
		case Neg:
			a = -a
		case XorK:
			a ^= k
		case XorX:
			a ^= x
		case Tax:
			x = a
		case Txa:
			a = x
		case RetK:
			return Return(k), executed
		case RetA:
			return Return(a), executed
		case Ja:
			pc += int(k)
		default: // Verify leaves only the conditional jumps
			pc += in.skip(a, x)
		}
	}
	return KillProcess, executed // the zero value only: Verify saw a return at the end
}

// skip returns how many instructions a conditional jump passes over. It also
// serves Cacheable.
func (in *Instruction) skip(a, x uint32) int {
	if in.Holds(a, x) {
		return int(in.Jt)
	}
	return int(in.Jf)
}

// Holds reports whether the comparison of a conditional jump holds, so that it
// goes on at Jt. Of other instructions it says false.
func (in *Instruction) Holds(a, x uint32) bool {
	const fromX = JeqX &^ JeqK // BPF_X
	operand := in.K
	if in.Op&fromX != 0 {
		operand = x
	}
	switch in.Op &^ fromX {
	case JeqK:
		return a == operand
	case JgtK:
		return a > operand
	case JgeK:
		return a >= operand
	case JsetK:
		return a&operand != 0
	}
	return false
}
