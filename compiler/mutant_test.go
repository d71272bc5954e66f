package compiler

import (
	"errors"
	"flag"
	"math/rand/v2"
	"testing"

	"sandbox/bpf"
	"sandbox/policy/typed"
	"sandbox/prove"
)

var mutants = flag.Int("mutants", 85, "mutants to make of each program in TestMutants")

// TestMutants changes programs, one instruction or jump at a time, and has each
// mutant proved. It must be refused with a call that evaluator and emulator
// confirm, or it must be equal; what is proved is tried with inputs at the
// borders of all that the two programs compare with. Run it for longer with
//
//	go test ./compiler -run TestMutants -mutants 5000 -timeout 0
func TestMutants(t *testing.T) {
	const random = 1000 // inputs that a test without proofs might try
	var killed, equal, givenUp, missed, policies int
	for seed, p := range corpus(t) {
		original := compiled(t, p.typed)
		proved, err := prove.Prove(p.typed, original)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		policies++
		m := mutator{rand.New(rand.NewPCG(uint64(seed), 7)), original, p.typed.ABIs()[0].BigEndian()}
		inputs := make([]bpf.Data, random)
		for i := range inputs {
			inputs[i] = m.randomInput(p.typed)
		}
		count := *mutants
		if proved.Stats().Nodes > 20_000 { // takes its time
			count /= 5
		}
		for made := 0; made < count; {
			mutant, ok := m.mutant()
			if !ok {
				continue
			}
			made++
			_, err := prove.Prove(p.typed, mutant)
			var wrong *prove.Mismatch
			var limit *prove.GivenUp
			switch {
			case errors.As(err, &wrong):
				killed++
				confirm(t, p, mutant, wrong)
				if !m.toldApart(mutant, inputs) {
					missed++
				}
			case errors.As(err, &limit):
				givenUp++
			case err != nil:
				t.Errorf("%s: %v", p.name, err)
			default:
				equal++
				m.tryBorders(t, p, mutant)
			}
		}
	}
	t.Logf("%d mutants of %d programs: %d refused with a call, %d equal, %d proofs given up; %d random inputs each would have missed %d of those refused (%.1f %%)",
		killed+equal+givenUp, policies, killed, equal, givenUp, random, missed, 100*float64(missed)/float64(killed))
	if killed+equal < 2000 || policies < 20 || equal == 0 || missed == 0 || givenUp > killed/20 {
		t.Error("the test does not see enough")
	}
}

// confirm asks evaluator and emulator about a call that is said to tell a
// program from its policy.
func confirm(t *testing.T, p corpusPolicy, program bpf.Program, wrong *prove.Mismatch) {
	t.Helper()
	want := expected(p.typed.Decide(&wrong.Call).Action)
	got := run(program, &wrong.Call, p.typed.ABIs()[0].BigEndian())
	if got.Effective() == want.Effective() {
		t.Errorf("%s: the call %+v does not tell them apart: both say %v", p.name, wrong.Call, got)
	}
}

// A mutator makes mutants of one program.
type mutator struct {
	*rand.Rand
	original  bpf.Program
	bigEndian bool
}

// mutant returns a program that differs in one thing, if the kernel would take
// it.
func (m *mutator) mutant() (bpf.Program, bool) {
	code := m.original.Code()
	i := m.IntN(len(code))
	in := &code[i]
	before := *in
	switch m.IntN(6) {
	case 0:
		in.K = m.constant(in.K)
	case 1:
		in.Jt, in.Jf = in.Jf, in.Jt
	case 2:
		if in.Jt == in.Jf { // no conditional jump
			return bpf.Program{}, false
		}
		if m.IntN(2) == 0 {
			in.Jt = m.distance(in.Jt)
		} else {
			in.Jf = m.distance(in.Jf)
		}
	case 3:
		in.Op = m.opcode(in.Op)
	case 4:
		if in.Op != bpf.LdWAbs {
			return bpf.Program{}, false
		}
		in.K = uint32(4 * m.IntN(bpf.DataSize/4))
	default:
		dropped, ok := without(code, i)
		if !ok {
			return bpf.Program{}, false
		}
		program, err := bpf.Verify(dropped)
		return program, err == nil
	}
	program, err := bpf.Verify(code)
	return program, err == nil && *in != before
}

// constant returns another constant, most often one nearby.
func (m *mutator) constant(k uint32) uint32 {
	switch m.IntN(5) {
	case 0:
		return k + 1
	case 1:
		return k - 1
	case 2:
		return k ^ 1<<m.IntN(32)
	case 3:
		return m.original.At(m.IntN(m.original.Len())).K
	}
	return m.Uint32()
}

func (m *mutator) distance(d uint8) uint8 {
	if m.IntN(2) == 0 {
		return d + uint8(1-2*m.IntN(2))
	}
	return uint8(m.IntN(256))
}

// opcode returns another opcode of the same class.
func (m *mutator) opcode(op uint16) uint16 {
	for _, class := range [][]uint16{
		{bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX},
		{
			bpf.AddK, bpf.SubK, bpf.MulK, bpf.OrK, bpf.AndK, bpf.XorK, bpf.LshK, bpf.RshK, bpf.Neg,
			bpf.AddX, bpf.SubX, bpf.OrX, bpf.AndX, bpf.XorX, bpf.DivK,
		},
		{bpf.LdWAbs, bpf.LdImm, bpf.LdLen},
		{bpf.LdMem, bpf.LdxMem, bpf.St, bpf.Stx},
		{bpf.Tax, bpf.Txa},
	} {
		for _, member := range class {
			if member == op {
				return class[m.IntN(len(class))]
			}
		}
	}
	return op
}

// without returns a program without one instruction, whose jumps lead where
// they led.
func without(code []bpf.Instruction, dropped int) ([]bpf.Instruction, bool) {
	var out []bpf.Instruction
	for i, in := range code {
		if i == dropped {
			continue
		}
		// What a jump passes over gets less if the instruction is among it.
		passes := func(distance int) int {
			if i < dropped && dropped <= i+distance {
				return distance - 1
			}
			return distance
		}
		switch in.Op {
		case bpf.Ja:
			in.K = uint32(passes(int(in.K)))
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
			in.Jt, in.Jf = uint8(passes(int(in.Jt))), uint8(passes(int(in.Jf)))
		}
		out = append(out, in)
	}
	return out, len(out) > 0
}

// randomInput returns a call as a test without knowledge of the policy would
// make it: a number of the table or near, and arguments that are small, or
// random in all bits.
func (m *mutator) randomInput(p *typed.Policy) bpf.Data {
	abis := p.ABIs()
	d := bpf.Data{Arch: abis[m.IntN(len(abis))].Audit(), Nr: m.Uint32N(470), IP: m.Uint64()}
	if m.IntN(20) == 0 {
		d.Arch = m.Uint32()
	}
	if m.IntN(20) == 0 {
		d.Nr = m.Uint32()
	}
	for i := range d.Args {
		d.Args[i] = m.Uint64()
		if m.IntN(2) == 0 {
			d.Args[i] = m.Uint64N(16)
		}
	}
	return d
}

func (m *mutator) toldApart(mutant bpf.Program, inputs []bpf.Data) bool {
	for i := range inputs {
		want, _ := m.original.Run(&inputs[i], m.bigEndian)
		if got, _ := mutant.Run(&inputs[i], m.bigEndian); got.Effective() != want.Effective() {
			return true
		}
	}
	return false
}

// tryBorders fails if a mutant that was proved differs from its policy for an
// input at the borders of what the programs compare with.
func (m *mutator) tryBorders(t *testing.T, p corpusPolicy, mutant bpf.Program) {
	t.Helper()
	word := func() uint32 {
		program := m.original
		if m.IntN(2) == 0 {
			program = mutant
		}
		k := program.At(m.IntN(program.Len())).K
		switch m.IntN(8) {
		case 0:
			return k ^ 1<<m.IntN(32)
		case 1:
			return uint32(m.IntN(4))
		}
		return k + uint32(m.IntN(3)) - 1
	}
	abis := p.typed.ABIs()
	for try := range 2000 {
		d := bpf.Data{Nr: word(), Arch: abis[m.IntN(len(abis))].Audit(), IP: uint64(word())<<32 | uint64(word())}
		if m.IntN(8) == 0 {
			d.Arch = word()
		}
		for i := range d.Args {
			d.Args[i] = uint64(word())
			if m.IntN(2) == 0 {
				d.Args[i] |= uint64(word()) << 32
			}
		}
		want, _ := m.original.Run(&d, m.bigEndian)
		if try < 100 { // the evaluator is slow
			want = expected(p.typed.Decide(&typed.Call{Nr: d.Nr, Arch: d.Arch, IP: d.IP, Args: d.Args}).Action)
		}
		if got, _ := mutant.Run(&d, m.bigEndian); got.Effective() != want.Effective() {
			t.Fatalf("%s: a mutant was proved that returns %v for %+v instead of %v", p.name, got, d, want)
		}
	}
}
