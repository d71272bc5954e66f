package bpf_test

import (
	"math/rand/v2"

	"sandbox/bpf"
)

// Every opcode, by how it is checked and executed.
var (
	loadOps = []uint16{bpf.LdWAbs, bpf.LdLen, bpf.LdImm, bpf.LdxImm, bpf.LdxLen}
	aluKOps = []uint16{bpf.AddK, bpf.SubK, bpf.MulK, bpf.DivK, bpf.OrK, bpf.AndK, bpf.LshK, bpf.RshK, bpf.XorK}
	aluXOps = []uint16{
		bpf.AddX, bpf.SubX, bpf.MulX, bpf.DivX, bpf.OrX, bpf.AndX, bpf.LshX, bpf.RshX, bpf.XorX,
		bpf.Neg, bpf.Tax, bpf.Txa,
	}
	memOps   = []uint16{bpf.LdMem, bpf.LdxMem, bpf.St, bpf.Stx}
	jumpKOps = []uint16{bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK}
	jumpXOps = []uint16{bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX}
	retOps   = []uint16{bpf.RetK, bpf.RetA}
)

// allOps returns every opcode that seccomp knows.
func allOps() []uint16 {
	ops := []uint16{bpf.Ja}
	for _, list := range [][]uint16{loadOps, aluKOps, aluXOps, memOps, jumpKOps, jumpXOps, retOps} {
		ops = append(ops, list...)
	}
	return ops
}

// edges are the constants around which checks and arithmetic change.
var edges = []uint32{
	0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 56, 60, 61, 63, 64, 65, 127, 128, 255, 256,
	0xfff, 0x1000, 0xffff, 0x10000, 0x7ffeffff, 0x7fff0000, 0x7fffffff, 0x80000000, 0x80000001,
	0xfffff000, 0xffff0000, 0xfffffffe, 0xffffffff,
}

// A generator makes programs from a seed.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 0))} }

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

// constant returns a value near an edge, or any.
func (g generator) constant() uint32 {
	if g.IntN(4) == 0 {
		return g.Uint32()
	}
	return pick(g, edges)
}

// register returns a 64-bit value with the same taste for edges in each half.
func (g generator) register() uint64 { return uint64(g.constant())<<32 | uint64(g.constant()) }

// instruction returns one that is in order by itself. Jumps pass over fewer
// than room instructions, and scratch words are below words.
func (g generator) instruction(room int, words uint32) bpf.Instruction {
	skip := func() uint8 { return uint8(g.IntN(min(room, 256))) }
	switch n := g.IntN(16); {
	case n < 4:
		op := pick(g, loadOps)
		if op == bpf.LdWAbs {
			return bpf.Stmt(op, g.Uint32N(16)*4)
		}
		return bpf.Stmt(op, g.constant())
	case n < 7:
		switch op := pick(g, aluKOps); op {
		case bpf.DivK:
			return bpf.Stmt(op, max(g.constant(), 1))
		case bpf.LshK, bpf.RshK:
			return bpf.Stmt(op, g.Uint32N(32))
		default:
			return bpf.Stmt(op, g.constant())
		}
	case n < 9:
		return bpf.Stmt(pick(g, aluXOps), 0)
	case n < 11 && words > 0:
		return bpf.Stmt(pick(g, memOps), g.Uint32N(words))
	case n < 12:
		return bpf.Stmt(bpf.Ja, g.Uint32N(uint32(room)))
	case n < 14:
		return bpf.Jump(pick(g, jumpKOps), g.constant(), skip(), skip())
	default:
		return bpf.Jump(pick(g, jumpXOps), 0, skip(), skip())
	}
}

// program returns n instructions of which each is in order by itself; scratch
// memory may be read before it is written, though seldom.
func (g generator) program(n int) []bpf.Instruction {
	words := uint32(g.IntN(4))
	var code []bpf.Instruction
	for w := range words {
		if len(code) < n-1 && g.IntN(8) > 0 {
			code = append(code, bpf.Stmt(bpf.St, w))
		}
	}
	for len(code) < n-1 {
		if g.IntN(12) == 0 {
			code = append(code, bpf.Stmt(pick(g, retOps), g.constant()))
			continue
		}
		code = append(code, g.instruction(n-len(code)-1, words))
	}
	return append(code, bpf.Stmt(pick(g, retOps), g.constant()))
}

// scratch returns a short program of nothing but jumps, returns and scratch
// memory, where what has been written is hard to tell.
func (g generator) scratch() []bpf.Instruction {
	n := 3 + g.IntN(14)
	var code []bpf.Instruction
	for len(code) < n-1 {
		room := n - len(code) - 1
		switch g.IntN(6) {
		case 0:
			code = append(code, bpf.Stmt(pick(g, memOps[:2]), g.Uint32N(3)))
		case 1, 2:
			code = append(code, bpf.Stmt(pick(g, memOps[2:]), g.Uint32N(3)))
		case 3:
			code = append(code, bpf.Stmt(bpf.Ja, g.Uint32N(uint32(room))))
		case 4:
			code = append(code, bpf.Jump(pick(g, jumpKOps), 0, uint8(g.IntN(room)), uint8(g.IntN(room))))
		default:
			code = append(code, bpf.Stmt(bpf.RetK, 0))
		}
	}
	return append(code, bpf.Stmt(bpf.RetA, 0))
}

// mutate changes one to three fields of the code.
func (g generator) mutate(code []bpf.Instruction) {
	for range 1 + g.IntN(3) {
		in := &code[g.IntN(len(code))]
		switch g.IntN(6) {
		case 0:
			in.Op = pick(g, allOps())
		case 1:
			in.Op ^= 1 << g.IntN(16)
		case 2:
			in.K = g.constant()
		case 3:
			in.K = uint32(len(code) + g.IntN(3) - 2)
		case 4:
			in.Jt = uint8(g.IntN(len(code) + 1))
		default:
			in.Jf = uint8(g.Uint32())
		}
	}
}

// noise returns instructions whose fields have nothing to do with each other.
func (g generator) noise() []bpf.Instruction {
	ops := allOps()
	code := make([]bpf.Instruction, 1+g.IntN(6))
	for i := range code {
		code[i] = bpf.Instruction{Op: pick(g, ops), Jt: uint8(g.IntN(4)), Jf: uint8(g.IntN(4)), K: g.constant()}
		if g.IntN(16) == 0 {
			code[i].Op = uint16(g.Uint32N(0x100))
		}
	}
	if g.IntN(4) > 0 {
		code[len(code)-1].Op = pick(g, retOps)
	}
	return code
}
