package prove

import (
	"math/rand/v2"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// TestExecutionIsTheEmulators holds the symbolic execution of programs to the
// emulator's, which is held to the kernel's: random programs with every opcode,
// most of which no compiler emits, on random inputs of both byte orders. Each
// input must lie in one region, and what the diagram says there is what the
// program returns.
func TestExecutionIsTheEmulators(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	programs, inputs, given := 0, 0, 0
	for programs < 80_000 {
		program, err := bpf.Verify(randomCode(r))
		if err != nil {
			continue
		}
		programs++
		bigEndian := r.IntN(2) == 0
		results, in, d, err := execute(program, bigEndian)
		if err != nil {
			given++
			continue
		}
		for range 20 {
			call := randomInput(r, program)
			want, _ := program.Run(&bpf.Data{Nr: call.Nr, Arch: call.Arch, IP: call.IP, Args: call.Args}, bigEndian)
			found := 0
			for _, result := range results {
				if !result.region.contains(&call) {
					continue
				}
				found++
				if got := d.at(result.f, in, &call); got != uint32(want.Effective()) {
					t.Fatalf("program\n%v\ninput %+v: the diagram says %#x, the emulator %v", program.Code(), call, got, want)
				}
			}
			if found != 1 {
				t.Fatalf("program\n%v\ninput %+v lies in %d regions", program.Code(), call, found)
			}
			inputs++
		}
	}
	t.Logf("%d programs, %d inputs; %d programs were given up", programs, inputs, given)
	if given > programs/2 {
		t.Error("too many programs were given up")
	}
}

// execute returns what a program returns, or the sentinel that ended it.
func execute(p bpf.Program, bigEndian bool) (results []result, in *inputs, d *diagrams, err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != errLimit && r != errComputedReturn {
				panic(r)
			}
			err = r.(error)
		}
	}()
	d = newDiagrams(1 << 13)
	in = newInputs(d, noGroups())
	x := newExecution(p, bigEndian)
	x.use(d, in)
	for _, e := range x.search() {
		results = append(results, result{e.region, x.enter(&e, e.region)})
	}
	return results, in, d, nil
}

// A result is what a program returns in a region.
type result struct {
	region region
	f      diagram
}

func (r region) contains(c *typed.Call) bool {
	return r.arch.first <= c.Arch && c.Arch <= r.arch.last && r.nr.first <= c.Nr && c.Nr <= r.nr.last
}

// at evaluates a diagram for one input.
func (d *diagrams) at(f diagram, in *inputs, c *typed.Call) uint32 {
	for {
		v := d.vertices[f]
		if v.variable == untested {
			return d.valueOf(f)
		}
		bit := in.order[v.variable]
		if c.Word(bit.word)>>bit.bit&1 == 1 {
			f = v.high
		} else {
			f = v.low
		}
	}
}

// edges are values at which instructions change their ways.
var edges = []uint32{0, 1, 2, 3, 5, 0x10, 31, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, arch.X86_64.Audit(), arch.X32Bit}

func edge(r *rand.Rand) uint32 {
	if r.IntN(4) == 0 {
		return 1 << r.IntN(32)
	}
	return edges[r.IntN(len(edges))]
}

// randomCode returns up to 24 instructions that are likely to be a program.
func randomCode(r *rand.Rand) []bpf.Instruction {
	jumps := []uint16{bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX}
	others := []uint16{
		bpf.LdLen, bpf.LdImm, bpf.LdMem, bpf.LdxImm, bpf.LdxMem, bpf.LdxLen, bpf.St, bpf.Stx, bpf.Tax, bpf.Txa, bpf.Neg,
		bpf.AddK, bpf.AddX, bpf.SubK, bpf.SubX, bpf.MulK, bpf.DivK, bpf.DivX, bpf.OrK, bpf.OrX, bpf.AndK, bpf.AndX,
		bpf.XorK, bpf.XorX, bpf.LshK, bpf.LshX, bpf.RshK, bpf.RshX,
		bpf.LdxImm, bpf.LdxImm, bpf.LdxImm, bpf.LshX, bpf.RshX, // what shifts by X do shows only if X is small
	}
	offsets := []uint32{bpf.OffsetNr, bpf.OffsetArch, bpf.OffsetNr, bpf.OffsetArch, bpf.OffsetIP, bpf.OffsetIP + 4, 16, 20, 24, 28, 60}
	n := 2 + r.IntN(23)
	code := make([]bpf.Instruction, 0, n)
	for i := range n - 1 {
		left := n - i - 2 // instructions that a jump from here can pass over
		in := bpf.Instruction{K: edge(r)}
		switch r.IntN(8) {
		case 0, 1:
			in.Op, in.K = bpf.LdWAbs, offsets[r.IntN(len(offsets))]
		case 2, 3, 4:
			in.Op = jumps[r.IntN(len(jumps))]
			in.Jt, in.Jf = uint8(r.IntN(left+1)), uint8(r.IntN(left+1))
		case 5:
			in.Op, in.K = bpf.Ja, uint32(r.IntN(left/3+1))
			if r.IntN(3) == 0 {
				in.Op, in.K = bpf.RetK, edge(r)
			}
		default:
			in.Op = others[r.IntN(len(others))]
			switch in.Op {
			case bpf.LdMem, bpf.LdxMem, bpf.St, bpf.Stx:
				in.K = uint32(r.IntN(3))
			case bpf.LshK, bpf.RshK:
				in.K %= 32
			}
		}
		code = append(code, in)
	}
	if r.IntN(6) == 0 {
		return append(code, bpf.Stmt(bpf.RetA, 0))
	}
	return append(code, bpf.Stmt(bpf.RetK, edge(r)))
}

// randomInput returns an input near the constants of a program.
func randomInput(r *rand.Rand, p bpf.Program) typed.Call {
	word := func() uint32 {
		v := p.At(r.IntN(p.Len())).K
		if r.IntN(3) == 0 {
			v = edge(r)
		}
		return v + uint32(r.IntN(3)) - 1
	}
	c := typed.Call{Nr: word(), Arch: word(), IP: uint64(word())<<32 | uint64(word())}
	for i := range c.Args {
		c.Args[i] = uint64(word())<<32 | uint64(word())
	}
	return c
}
