package prove

import "sandbox/policy/typed"

// words is the number of 32-bit words in struct seccomp_data.
const words = 16

// A wordSet is a set of words, a bit for each.
type wordSet uint16

func (s wordSet) has(w typed.Word) bool { return s>>w&1 != 0 }

// An inputBit is one bit of struct seccomp_data.
type inputBit struct {
	word typed.Word
	bit  uint8
}

// inputs gives each input bit its place in the variable order: one word after
// the other, high words before low ones and high bits before low ones, which
// keeps comparisons, masks and divisions by constants small. Words that a
// policy compares with each other are interleaved bit by bit, which keeps
// those comparisons small too.
type inputs struct {
	d     *diagrams
	order []inputBit       // by place
	place [words][32]int32 // by word and bit
	value [words]number    // nil until asked for
}

// word returns a word as the symbolic number that it is.
func (in *inputs) word(w typed.Word) number {
	if in.value[w] == nil {
		in.value[w] = make(number, 32)
		for bit, place := range in.place[w] {
			in.value[w][bit] = in.d.input(place)
		}
	}
	return in.value[w]
}

// newInputs orders the input bits for the conditions whose words g unites.
func newInputs(d *diagrams, g groups) *inputs {
	in := &inputs{d: d, order: make([]inputBit, 0, 32*words)}
	var placed wordSet
	for _, first := range wordsInOrder {
		if placed.has(first) {
			continue
		}
		var members []typed.Word
		for _, w := range wordsInOrder {
			if g.root(w) == g.root(first) {
				members = append(members, w)
				placed |= 1 << w
			}
		}
		for bit := 31; bit >= 0; bit-- {
			for _, w := range members {
				in.place[w][bit] = int32(len(in.order))
				in.order = append(in.order, inputBit{w, uint8(bit)})
			}
		}
	}
	return in
}

// wordsInOrder has the high half of each field before its low half.
var wordsInOrder = [words]typed.Word{
	typed.WordArch, typed.WordNr, typed.WordIPHigh, typed.WordIPLow,
	5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, // args[0] to args[5]
}

// groups is a forest of words that stand together (union-find); the root of a
// tree names the group.
type groups [words]typed.Word

// noGroups returns a forest in which each word stands alone.
func noGroups() groups {
	var g groups
	for w := range g {
		g[w] = typed.Word(w)
	}
	return g
}

// policy unites what any condition of a policy compares.
func (g *groups) policy(p *typed.Policy) {
	for i := range p.Layers {
		for j := range p.Layers[i].ABIs {
			for k := range p.Layers[i].ABIs[j].Filters {
				g.condition(p.Layers[i].ABIs[j].Filters[k].When)
			}
		}
	}
}

func (g *groups) root(w typed.Word) typed.Word {
	for g[w] != w {
		w = g[w]
	}
	return w
}

func (g *groups) unite(set wordSet) {
	first := typed.Word(words)
	for w := range typed.Word(words) {
		switch {
		case !set.has(w):
		case first == words:
			first = w
		default:
			g[g.root(w)] = g.root(first)
		}
	}
}

// condition unites the words that are compared with each other in b, low
// halves with low halves and high ones with high ones.
func (g *groups) condition(b typed.Bool) {
	switch b := b.(type) {
	case *typed.NotExpr:
		g.condition(b.X)
	case *typed.AndExpr:
		g.condition(b.X)
		g.condition(b.Y)
	case *typed.OrExpr:
		g.condition(b.X)
		g.condition(b.Y)
	case *typed.Predicate:
		g.condition(b.X)
	case *typed.Compare:
		g.integers(b.X, b.Y)
	case *typed.In:
		g.integers(b.X)
	}
}

func (g *groups) integers(list ...typed.Int) {
	var low, high wordSet
	for _, x := range list {
		halves(x, &low, &high)
	}
	g.unite(low)
	g.unite(high)
}

// halves adds the words that x reads as low and as high halves.
func halves(x typed.Int, low, high *wordSet) {
	switch x := x.(type) {
	case *typed.Load:
		*low |= 1 << x.Low
		if x.Wide {
			*high |= 1 << x.High
		}
	case *typed.Convert:
		halves(x.X, low, high)
	case *typed.Unary:
		halves(x.X, low, high)
	case *typed.Binary:
		halves(x.X, low, high)
		halves(x.Y, low, high)
	}
}

// reads returns the words that a condition depends on.
func reads(b typed.Bool) wordSet {
	var set wordSet
	switch b := b.(type) {
	case *typed.NotExpr:
		return reads(b.X)
	case *typed.AndExpr:
		return reads(b.X) | reads(b.Y)
	case *typed.OrExpr:
		return reads(b.X) | reads(b.Y)
	case *typed.Predicate:
		return reads(b.X)
	case *typed.Compare:
		halves(b.X, &set, &set)
		halves(b.Y, &set, &set)
	case *typed.In:
		halves(b.X, &set, &set)
	}
	return set
}
