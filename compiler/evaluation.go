package compiler

import (
	"errors"
	"maps"
	"slices"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// An evaluation is the straight-line code that brings the words of one test
// into the registers A and X. Words that are used more than once within the
// test are computed once and stored until their last use; the words of keep are
// stored for later tests, too.
type evaluation struct {
	g         *graph
	bigEndian bool
	keep      *keeping
	start     machine // where the code begins
	store     keptSet // what to store where it is computed

	machine
	code    []bpf.Instruction
	holds   []word       // what A holds behind each of the first instructions that change nothing else
	stored  keptSet      // what was stored
	loaded  keptSet      // what was loaded
	uses    map[word]int // uses still to come of words worth storing; nil if none is
	slots   map[word]uint32
	taken   uint32 // a bit for each word of scratch memory in use
	inOrder bool   // words are computed in the order of their making
}

var errScratch = errors.New("out of scratch memory")

// begin prepares for the next test, which keeps the memory of the last one's
// code.
func (v *evaluation) begin(at machine, store keptSet) {
	*v = evaluation{
		g: v.g, bigEndian: v.bigEndian, keep: v.keep, start: at, store: store,
		machine: at, code: v.code[:0], holds: v.holds[:0], taken: v.keep.taken(at.kept | store),
		uses: v.uses, slots: v.slots,
	}
	clear(v.uses)
	clear(v.slots)
}

var jumpOps = [...]struct{ constant, register uint16 }{
	testEq:  {bpf.JeqK, bpf.JeqX},
	testGe:  {bpf.JgeK, bpf.JgeX},
	testSet: {bpf.JsetK, bpf.JsetX},
}

// test computes the operands of a test and returns its jump, without its
// distances. The only error is a want of scratch memory.
func (v *evaluation) test(f *nodeForm) (bpf.Instruction, error) {
	k, constant := v.g.constantOf(f.y)
	if constant && v.simple(f.x) {
		return bpf.Jump(jumpOps[f.test].constant, k, 0, 0), v.value(f.x)
	}
	err := v.operandsOf(f, constant)
	if err != nil {
		// What is computed on demand is stored from its first use to its last.
		// In the order of their making, words are used soon after.
		v.begin(v.start, v.store)
		v.inOrder = true
		err = v.operandsOf(f, constant)
	}
	if constant {
		return bpf.Jump(jumpOps[f.test].constant, k, 0, 0), err
	}
	return bpf.Jump(jumpOps[f.test].register, 0, 0, 0), err
}

func (v *evaluation) operandsOf(f *nodeForm, constant bool) error {
	if v.uses == nil {
		v.uses = make(map[word]int)
		v.slots = make(map[word]uint32)
	}
	v.count(f.x)
	if !constant {
		v.count(f.y)
	}
	if v.inOrder {
		if err := v.computeAll(); err != nil {
			return err
		}
	}
	switch {
	case constant:
		return v.value(f.x)
	case f.test == testEq:
		return v.either(f.x, f.y)
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
		if err := v.spill(w); err != nil {
			return err
		}
	}
	return nil
}

// simple reports whether w can be computed in A alone: it is a load, a constant
// or a word in scratch memory, with constants applied to it.
func (v *evaluation) simple(w word) bool {
	for {
		f := &v.g.words[w]
		if f.op == opConst || f.op == opLoad || v.isStored(w) {
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
	if f.op == opConst || f.op == opLoad || v.isStored(w) {
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
	if v.a == w {
		v.used(w)
	} else if slot, stored := v.slotOf(w); stored {
		v.put(bpf.Stmt(bpf.LdMem, slot), w)
		v.used(w)
		return nil
	} else {
		if err := v.compute(w); err != nil {
			return err
		}
		v.used(w)
		if i, kept := v.keep.index(w); kept && v.store.has(i) {
			v.put(bpf.Stmt(bpf.St, v.keep.slots[i]), w)
			v.stored |= 1 << i
			v.kept |= 1 << i
			return nil
		}
	}
	if v.uses[w] > 0 && !v.isStored(w) {
		return v.spill(w)
	}
	return nil
}

// slotOf returns where in scratch memory w is, to load it from there.
func (v *evaluation) slotOf(w word) (slot uint32, ok bool) {
	if slot, ok = v.slots[w]; ok {
		return slot, true
	}
	if i, kept := v.keep.index(w); kept && v.kept.has(i) {
		v.loaded |= 1 << i
		return v.keep.slots[i], true
	}
	return 0, false
}

// isStored reports whether w is in scratch memory.
func (v *evaluation) isStored(w word) bool {
	if _, ok := v.slots[w]; ok {
		return true
	}
	i, kept := v.keep.index(w)
	return kept && v.kept.has(i)
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
	join := v.either
	if f.op == opSub {
		join = v.operands
	}
	if err := join(f.a, f.b); err != nil {
		return err
	}
	v.put(bpf.Stmt(aluOps[f.op].register, 0), w)
	return nil
}

// either brings one of a and b into A and the other into X, for an operation
// that does not tell them apart.
func (v *evaluation) either(a, b word) error {
	if v.x != b && (v.x == a || v.a == a && !v.isStored(b)) && v.simple(b) {
		a, b = b, a
	}
	return v.operands(a, b)
}

// operands brings a into A and b into X.
func (v *evaluation) operands(a, b word) error {
	if v.x == b && (v.a == a || v.simple(a)) {
		v.used(b)
		return v.value(a)
	}
	if v.isStored(b) && v.a != b {
		if err := v.value(a); err != nil {
			return err
		}
		slot, _ := v.slotOf(b)
		v.putX(bpf.Stmt(bpf.LdxMem, slot), b)
		v.used(b)
		return nil
	}
	if err := v.value(b); err != nil {
		return err
	}
	if v.simple(a) {
		v.putX(bpf.Stmt(bpf.Tax, 0), b)
		return v.value(a)
	}
	slot, err := v.take()
	if err != nil {
		return err
	}
	v.code = append(v.code, bpf.Stmt(bpf.St, slot))
	if err := v.value(a); err != nil {
		return err
	}
	v.putX(bpf.Stmt(bpf.LdxMem, slot), b)
	v.taken &^= 1 << slot
	return nil
}

// spill stores w, which is in A, for the uses to come in this test.
func (v *evaluation) spill(w word) error {
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
		return // not worth storing
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
	if len(v.holds) == len(v.code) && in.Op != bpf.St {
		v.holds = append(v.holds, w)
	}
	v.code = append(v.code, in)
	v.a = w
}

// putX appends an instruction after which X holds w.
func (v *evaluation) putX(in bpf.Instruction, w word) {
	v.code = append(v.code, in)
	v.x = w
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
