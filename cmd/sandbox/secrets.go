package main

import (
	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A filter that holds a process to once() has three addresses in it, and who
// knows them can execute programs there. So what is shown of filters that run
// has no constant that an address among the arguments of an execve is compared
// with. (Others do not know what once() is; theirs are hidden, too.)

// A secrecy says what the constant of an instruction may tell.
type secrecy int8

const (
	harmless secrecy = iota
	wordMark         // and the five after it: a half of args[0] to args[2] is compared with it
	mixed    secrecy = wordMark + 6
)

// secrets returns a mark for each instruction of a filter on the machine of a
// 64-bit ABI, and whether any is not harmless. A filter is a graph that leads
// forward, so that one walk for each ABI sees all that an execve can get to.
func secrets(code []bpf.Instruction, machine arch.ABI) (marks []secrecy, some bool) {
	marks = make([]secrecy, len(code))
	for _, abi := range arch.ABIs() {
		execve, ok := abi.Syscall("execve")
		if !ok || abi.Machine() != machine {
			continue
		}
		w := secretWalk{code: code, marks: marks, arch: abi.Audit(), nr: execve.Number, states: make([]walkState, len(code)+1)}
		w.walk()
	}
	for _, m := range marks {
		some = some || m != harmless
	}
	return marks, some
}

// A walkValue is what is known of a register or a word of scratch memory.
type walkValue struct {
	kind     walkKind
	constant uint32
	mark     secrecy // of an address: which half, or mixed
}

type walkKind uint8

const (
	someValue walkKind = iota
	aConstant
	anAddress // made from args[0] to args[2]
)

func (v walkValue) join(other walkValue) walkValue {
	switch {
	case v == other:
		return v
	case v.kind == anAddress || other.kind == anAddress:
		return walkValue{kind: anAddress, mark: mixed}
	}
	return walkValue{}
}

// scratchWords is BPF_MEMWORDS (include/uapi/linux/filter.h).
const scratchWords = 16

// A walkState is what is known before an instruction runs.
type walkState struct {
	reached bool
	a, x    walkValue
	memory  [scratchWords]walkValue
}

// A secretWalk follows the execve of one ABI through a filter.
type secretWalk struct {
	code     []bpf.Instruction
	marks    []secrecy
	states   []walkState
	arch, nr uint32

	loaded  []int // the instructions that load a constant
	crossed bool  // an address met another register, which may be such a constant
}

func (w *secretWalk) walk() {
	w.states[0].reached = true
	for i := range w.code {
		if w.states[i].reached {
			w.step(i)
		}
	}
	if w.crossed {
		for _, i := range w.loaded {
			w.set(i, mixed)
		}
	}
}

// set marks an instruction whose constant may tell something.
func (w *secretWalk) set(i int, m secrecy) {
	switch {
	case w.code[i].K == 0 || w.marks[i] == m:
	case w.marks[i] == harmless:
		w.marks[i] = m
	default:
		w.marks[i] = mixed
	}
}

// enter joins a state to what is known before an instruction.
func (w *secretWalk) enter(i int, s walkState) {
	if i >= len(w.states) {
		return
	}
	to := &w.states[i]
	if !to.reached {
		*to = s
		return
	}
	to.a, to.x = to.a.join(s.a), to.x.join(s.x)
	for k := range to.memory {
		to.memory[k] = to.memory[k].join(s.memory[k])
	}
}

// step runs one instruction.
func (w *secretWalk) step(i int) {
	in, s := w.code[i], w.states[i]
	switch in.Op {
	case bpf.LdWAbs:
		s.a = w.load(in.K)
	case bpf.LdImm:
		s.a = walkValue{kind: aConstant, constant: in.K}
		w.loaded = append(w.loaded, i)
	case bpf.LdxImm:
		s.x = walkValue{kind: aConstant, constant: in.K}
		w.loaded = append(w.loaded, i)
	case bpf.LdMem:
		s.a = s.memory[in.K%scratchWords]
	case bpf.LdxMem:
		s.x = s.memory[in.K%scratchWords]
	case bpf.LdLen:
		s.a = walkValue{}
	case bpf.LdxLen:
		s.x = walkValue{}
	case bpf.St:
		s.memory[in.K%scratchWords] = s.a
	case bpf.Stx:
		s.memory[in.K%scratchWords] = s.x
	case bpf.Tax:
		s.x = s.a
	case bpf.Txa:
		s.a = s.x
	case bpf.RetK, bpf.RetA:
		return
	case bpf.Ja:
		w.enter(skip(i, in.K, w.code), s)
		return
	case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
		w.jump(i, s)
		return
	default:
		w.compute(i, &s)
	}
	w.enter(i+1, s)
}

// load returns what a load of the call reads.
func (w *secretWalk) load(offset uint32) walkValue {
	first, behind := bpf.OffsetArg(0), bpf.OffsetArg(3)
	switch {
	case offset == bpf.OffsetNr:
		return walkValue{kind: aConstant, constant: w.nr}
	case offset == bpf.OffsetArch:
		return walkValue{kind: aConstant, constant: w.arch}
	case first <= offset && offset < behind:
		return walkValue{kind: anAddress, mark: wordMark + secrecy((offset-first)/4)}
	}
	return walkValue{}
}

// compute runs an instruction that computes with the accumulator.
func (w *secretWalk) compute(i int, s *walkState) {
	in := w.code[i]
	switch in.Op {
	case bpf.Neg:
	case bpf.AddX, bpf.SubX, bpf.MulX, bpf.DivX, bpf.OrX, bpf.AndX, bpf.LshX, bpf.RshX, bpf.XorX:
		if s.x.kind == anAddress || s.a.kind == anAddress {
			w.crossed = true
			s.a.kind = anAddress
		}
	case bpf.XorK: // and then a comparison with 0
		if s.a.kind == anAddress {
			w.set(i, s.a.mark)
		}
	default:
		if s.a.kind == anAddress {
			w.set(i, mixed)
		}
	}
	if s.a.kind == anAddress {
		s.a = walkValue{kind: anAddress, mark: mixed}
		return
	}
	s.a = walkValue{}
	if in.Op == bpf.AndK && w.states[i].a.kind == aConstant { // as filters do to the number
		s.a = walkValue{kind: aConstant, constant: w.states[i].a.constant & in.K}
	}
}

// jump follows a comparison, both ways unless the outcome is known.
func (w *secretWalk) jump(i int, s walkState) {
	in := w.code[i]
	yes, no := true, true
	switch in.Op {
	case bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
		if s.a.kind == anAddress || s.x.kind == anAddress {
			w.crossed = true
		}
	default:
		switch {
		case s.a.kind == aConstant:
			yes = in.Holds(s.a.constant, 0)
			no = !yes
		case s.a.kind == anAddress && in.Op == bpf.JeqK:
			w.set(i, s.a.mark)
		case s.a.kind == anAddress:
			w.set(i, mixed)
		}
	}
	if yes {
		w.enter(skip(i, uint32(in.Jt), w.code), s)
	}
	if no {
		w.enter(skip(i, uint32(in.Jf), w.code), s)
	}
}

// withPlaceholders returns a filter with addresses that mean nothing in the
// place of its own, so that it can be compared: those of once() as policies
// have it, moved up for each younger filter that has some. It fails unless the
// filter has one constant for each half of the three, as those for once() do.
func withPlaceholders(code []bpf.Instruction, marks []secrecy, bigEndian bool, younger int) ([]bpf.Instruction, bool) {
	var found [6]bool
	var values [6]uint32
	changed := append([]bpf.Instruction(nil), code...)
	placeholders := typed.OncePlaceholders()
	for i, m := range marks {
		if m == harmless {
			continue
		}
		if m == mixed {
			return nil, false
		}
		half := int(m - wordMark)
		if found[half] && values[half] != code[i].K {
			return nil, false
		}
		found[half], values[half] = true, code[i].K
		address := placeholders[half/2] + uint64(younger)<<32
		if (half%2 == 1) != bigEndian {
			address >>= 32
		}
		changed[i].K = uint32(address)
	}
	return changed, found == [6]bool{true, true, true, true, true, true}
}
