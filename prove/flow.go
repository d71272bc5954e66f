package prove

import (
	"sandbox/bpf"
)

// flows are the words of the input that registers and memory may depend on.
type flows struct {
	a, x   wordSet
	memory [bpf.MemWords]wordSet
}

func (f *flows) join(g *flows) {
	f.a |= g.a
	f.x |= g.x
	for i := range f.memory {
		f.memory[i] |= g.memory[i]
	}
}

// flow unites the words that the program, entered at an instruction, may combine
// or compare with each other: where both operands depend on some. It goes
// through the instructions once, as jumps only lead forward.
func (x *execution) flow(pc int, g *groups) {
	reached := make([]bool, x.program.Len()+1)
	before := make([]flows, x.program.Len()+1)
	reached[pc] = true
	for ; pc < x.program.Len(); pc++ {
		if !reached[pc] {
			continue
		}
		in, f := x.program.At(pc), before[pc]
		to := func(target int) {
			before[target].join(&f)
			reached[target] = true
		}
		switch in.Op {
		case bpf.RetK, bpf.RetA:
			continue
		case bpf.Ja:
			to(pc + 1 + int(in.K))
			continue
		case bpf.JeqK, bpf.JgtK, bpf.JgeK, bpf.JsetK, bpf.JeqX, bpf.JgtX, bpf.JgeX, bpf.JsetX:
			if fromX(in.Op) {
				g.uniteHalves(f.a | f.x)
			}
			to(pc + 1 + int(in.Jt))
			to(pc + 1 + int(in.Jf))
			continue
		case bpf.LdWAbs:
			f.a = 1 << x.wordAt(in.K)
		case bpf.LdLen, bpf.LdImm:
			f.a = 0
		case bpf.LdxLen, bpf.LdxImm:
			f.x = 0
		case bpf.LdMem:
			f.a = f.memory[in.K]
		case bpf.LdxMem:
			f.x = f.memory[in.K]
		case bpf.St:
			f.memory[in.K] = f.a
		case bpf.Stx:
			f.memory[in.K] = f.x
		case bpf.Tax:
			f.x = f.a
		case bpf.Txa:
			f.a = f.x
		default:
			if fromX(in.Op) {
				f.a |= f.x
				g.uniteHalves(f.a)
			}
		}
		to(pc + 1)
	}
}

// highWords are the words that are high halves.
const highWords wordSet = 0xaaa8

// uniteHalves unites the low halves in a set, and the high ones.
func (g *groups) uniteHalves(set wordSet) {
	for _, half := range [2]wordSet{set & highWords, set &^ highWords} {
		var list []member
		for _, w := range wordsInOrder {
			if half.has(w) {
				list = append(list, member{word: w})
			}
		}
		g.unite(list)
	}
}
