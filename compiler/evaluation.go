package compiler

import (
	"errors"
	"maps"
	"slices"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// An evaluation is the straight-line code that brings the words of one test
// into the registers A and X. Words that are used more than once are computed
// once and kept in scratch memory until their last use.
type evaluation struct {
	g         *graph
	bigEndian bool
	code      []bpf.Instruction
	held      word         // what A holds
	uses      map[word]int // uses still to come of words worth keeping; nil if none is
	slots     map[word]uint32
	taken     uint32 // a bit for each word of scratch memory in use
	inOrder   bool   // words are computed in the order of their making
}

var errScratch = errors.New("out of scratch memory")

func newEvaluation(g *graph, bigEndian bool, held word) *evaluation {
	return &evaluation{g: g, bigEndian: bigEndian, held: held}
}

var jumpOps = [...]struct{ constant, register uint16 }{
	testEq:  {bpf.JeqK, bpf.JeqX},
	testGe:  {bpf.JgeK, bpf.JgeX},
	testSet: {bpf.JsetK, bpf.JsetX},
}

// test computes the operands of a test and returns its jump. The only error is
// a want of scratch memory.
func (v *evaluation) test(f *nodeForm, jt, jf uint8) (bpf.Instruction, error) {
	k, constant := v.g.constantOf(f.y)
	if constant && v.simple(f.x) {
		return bpf.Jump(jumpOps[f.test].constant, k, jt, jf), v.value(f.x)
	}
	held := v.held
	err := v.operandsOf(f, constant)
	if err != nil {
		// What is computed on demand is kept from its first use to its last.
		// In the order of their making, words are used soon after.
		*v = evaluation{g: v.g, bigEndian: v.bigEndian, held: held, inOrder: true}
		err = v.operandsOf(f, constant)
	}
	if constant {
		return bpf.Jump(jumpOps[f.test].constant, k, jt, jf), err
	}
	return bpf.Jump(jumpOps[f.test].register, 0, jt, jf), err
}

func (v *evaluation) operandsOf(f *nodeForm, constant bool) error {
	v.uses = make(map[word]int)
	v.slots = make(map[word]uint32)
	v.count(f.x)
	if !constant {
		v.count(f.y)
	}
	if v.inOrder {
		if err := v.computeAll(); err != nil {
			return err
		}
	}
	if constant {
		return v.value(f.x)
	}
	return v.operands(f.x, f.y)
}

// computeAll computes and stores the counted words in the order of their
// making: operands come before what is made of them.
func (v *evaluation) computeAll() error {
	for _, w := range slices.Sorted(maps.Keys(v.uses)) {
		if v.simple(w) {
			continue
		}
		if err := v.compute(w); err != nil {
			return err
		}
		if err := v.store(w); err != nil {
			return err
		}
	}
	return nil
}

// simple reports whether w is a load or a constant with constants applied to
// it: it can be computed in A alone.
func (v *evaluation) simple(w word) bool {
	for {
		f := &v.g.words[w]
		if f.op == opConst || f.op == opLoad {
			return true
		}
		if _, ok := v.g.constantOf(f.b); !ok {
			return false
		}
		w = f.a
	}
}

// count counts the uses of w and of the words within it.
func (v *evaluation) count(w word) {
	f := &v.g.words[w]
	if f.op == opConst || f.op == opLoad {
		return
	}
	v.uses[w]++
	if v.uses[w] > 1 {
		return // what is within is computed once
	}
	v.count(f.a)
	v.count(f.b)
}

// value brings w into A, as one of its uses. It may change X.
func (v *evaluation) value(w word) error {
	slot, stored := v.slots[w]
	switch {
	case v.held == w:
	case stored:
		v.put(bpf.Stmt(bpf.LdMem, slot), w)
	default:
		if err := v.compute(w); err != nil {
			return err
		}
	}
	v.used(w)
	if v.uses[w] > 0 && !stored {
		return v.store(w)
	}
	return nil
}

// compute brings w into A by its operation. It may change X.
func (v *evaluation) compute(w word) error {
	f := &v.g.words[w]
	switch f.op {
	case opConst:
		v.put(bpf.Stmt(bpf.LdImm, f.k), w)
		return nil
	case opLoad:
		v.put(bpf.Stmt(bpf.LdWAbs, offset(typed.Word(f.k), v.bigEndian)), w)
		return nil
	}
	if k, ok := v.g.constantOf(f.b); ok {
		if err := v.value(f.a); err != nil {
			return err
		}
		v.put(bpf.Stmt(aluOps[f.op].constant, k), w)
		return nil
	}
	if err := v.operands(f.a, f.b); err != nil {
		return err
	}
	v.put(bpf.Stmt(aluOps[f.op].register, 0), w)
	return nil
}

// operands brings a into A and b into X.
func (v *evaluation) operands(a, b word) error {
	if slot, stored := v.slots[b]; stored {
		if err := v.value(a); err != nil {
			return err
		}
		v.put(bpf.Stmt(bpf.LdxMem, slot), a)
		v.used(b)
		return nil
	}
	if err := v.value(b); err != nil {
		return err
	}
	if _, stored := v.slots[a]; stored || v.simple(a) {
		v.put(bpf.Stmt(bpf.Tax, 0), b)
		return v.value(a)
	}
	slot, err := v.take()
	if err != nil {
		return err
	}
	v.put(bpf.Stmt(bpf.St, slot), b)
	if err := v.value(a); err != nil {
		return err
	}
	v.put(bpf.Stmt(bpf.LdxMem, slot), a)
	v.taken &^= 1 << slot
	return nil
}

// store keeps w, which is in A, for the uses to come.
func (v *evaluation) store(w word) error {
	slot, err := v.take()
	if err != nil {
		return err
	}
	v.slots[w] = slot
	v.put(bpf.Stmt(bpf.St, slot), w)
	return nil
}

// used notes a use of w, and frees its slot at the last.
func (v *evaluation) used(w word) {
	if v.uses[w] == 0 {
		return // not worth keeping
	}
	v.uses[w]--
	if slot, stored := v.slots[w]; stored && v.uses[w] == 0 {
		v.taken &^= 1 << slot
		delete(v.slots, w)
	}
}

func (v *evaluation) take() (uint32, error) {
	for slot := range uint32(bpf.MemWords) {
		if v.taken&(1<<slot) == 0 {
			v.taken |= 1 << slot
			return slot, nil
		}
	}
	return 0, errScratch
}

// put appends an instruction after which A holds w.
func (v *evaluation) put(in bpf.Instruction, w word) {
	v.code = append(v.code, in)
	v.held = w
}

var aluOps = [...]struct{ constant, register uint16 }{
	opAdd: {bpf.AddK, bpf.AddX},
	opSub: {bpf.SubK, bpf.SubX},
	opMul: {bpf.MulK, bpf.MulX},
	opDiv: {bpf.DivK, bpf.DivX},
	opAnd: {bpf.AndK, bpf.AndX},
	opOr:  {bpf.OrK, bpf.OrX},
	opXor: {bpf.XorK, bpf.XorX},
	opShl: {bpf.LshK, bpf.LshX},
	opShr: {bpf.RshK, bpf.RshX},
}

// offset returns where in struct seccomp_data a word stands.
func offset(w typed.Word, bigEndian bool) uint32 {
	switch w {
	case typed.WordNr:
		return bpf.OffsetNr
	case typed.WordArch:
		return bpf.OffsetArch
	case typed.WordIPLow:
		return bpf.OffsetLow(bpf.OffsetIP, bigEndian)
	case typed.WordIPHigh:
		return bpf.OffsetHigh(bpf.OffsetIP, bigEndian)
	}
	index, high, _ := w.Arg()
	if high {
		return bpf.OffsetHigh(bpf.OffsetArg(index), bigEndian)
	}
	return bpf.OffsetLow(bpf.OffsetArg(index), bigEndian)
}
