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
		holds := false
		switch in.Op {
		case LdWAbs:
			a = d.word(k, bigEndian)
			continue
		case LdLen:
			a = DataSize
			continue
		case LdImm:
			a = k
			continue
		case LdMem:
			a = m[k%MemWords]
			continue
		case LdxImm:
			x = k
			continue
		case LdxMem:
			x = m[k%MemWords]
			continue
		case LdxLen:
			x = DataSize
			continue
		case St:
			m[k%MemWords] = a
			continue
		case Stx:
			m[k%MemWords] = x
			continue
		case AddK:
			a += k
			continue
		case AddX:
			a += x
			continue
		case SubK:
			a -= k
			continue
		case SubX:
			a -= x
			continue
		case MulK:
			a *= k
			continue
		case MulX:
			a *= x
			continue
		case DivK:
			a /= k
			continue
		case DivX:
			if x == 0 {
				return 0, executed
			}
			a /= x
			continue
		case OrK:
			a |= k
			continue
		case OrX:
			a |= x
			continue
		case AndK:
			a &= k
			continue
		case AndX:
			a &= x
			continue
		case LshK:
			a <<= k % 32
			continue
		case LshX:
			a <<= x % 32
			continue
		case RshK:
			a >>= k % 32
			continue
		case RshX:
			a >>= x % 32
			continue
		case Neg:
			a = -a
			continue
		case XorK:
			a ^= k
			continue
		case XorX:
			a ^= x
			continue
		case Tax:
			x = a
			continue
		case Txa:
			a = x
			continue
		case RetK:
			return Return(k), executed
		case RetA:
			return Return(a), executed
		case Ja:
			pc += int(k)
			continue
		case JeqK:
			holds = a == k
		case JeqX:
			holds = a == x
		case JgtK:
			holds = a > k
		case JgtX:
			holds = a > x
		case JgeK:
			holds = a >= k
		case JgeX:
			holds = a >= x
		case JsetK:
			holds = a&k != 0
		case JsetX:
			holds = a&x != 0
		}
		if holds {
			pc += int(in.Jt)
		} else {
			pc += int(in.Jf)
		}
	}
	return KillProcess, executed // the zero value only: Verify saw a return at the end
}
