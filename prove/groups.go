package prove

import (
	"math/bits"

	"sandbox/policy/typed"
)

// groups says which words are compared with each other, and which of their bits
// meet: it is a forest (union-find), the root of a tree names the group.
type groups struct {
	links [words]link

	// halves says that bits meet those of the same place in their word, low
	// halves and high ones apart, wherever shifts put them.
	halves bool
}

// A link leads to a word of the same group, of which bit n+shift meets bit n.
type link struct {
	to    typed.Word
	shift int
}

// noGroups returns a forest in which each word stands alone.
func noGroups() groups {
	var g groups
	for w := range g.links {
		g.links[w].to = typed.Word(w)
	}
	return g
}

// root returns the root of a word's group, and the shift to it.
func (g *groups) root(w typed.Word) link {
	shift := 0
	for g.links[w].to != w {
		shift += g.links[w].shift
		w = g.links[w].to
	}
	return link{w, shift}
}

// A member is a word of a group and the significance of its lowest bit there.
type member struct {
	word  typed.Word
	shift int
}

// members returns the words of a word's group, in their usual order, with the
// lowest and the highest shift.
func (g *groups) members(first typed.Word) (list []member, lowest, highest int) {
	root := g.root(first).to
	for _, w := range wordsInOrder {
		r := g.root(w)
		if r.to != root {
			continue
		}
		if len(list) == 0 {
			lowest, highest = r.shift, r.shift
		}
		lowest, highest = min(lowest, r.shift), max(highest, r.shift)
		list = append(list, member{w, r.shift})
	}
	return list, lowest, highest
}

// unite makes one group of words of which the bits meet that have the same
// significance. Words that are in one group already stay as they are.
func (g *groups) unite(list []member) {
	for i := 1; i < len(list); i++ {
		a, b := g.root(list[0].word), g.root(list[i].word)
		if a.to != b.to {
			// Bit n of list[i].word is bit n+b.shift of its root.
			g.links[b.to] = link{a.to, list[i].shift - b.shift - list[0].shift + a.shift}
		}
	}
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

// condition unites the words that are compared with each other in b.
func (g *groups) condition(b typed.Bool) {
	typed.EachLeaf(b, func(b typed.Bool) {
		switch b := b.(type) {
		case *typed.Compare:
			g.integers(b.X, b.Y)
		case *typed.In:
			g.integers(b.X)
		}
	})
}

func (g *groups) integers(list ...typed.Int) {
	var met []member
	for _, x := range list {
		met = meeting(met, x, 0)
	}
	if g.halves {
		var set wordSet
		for _, m := range met {
			set |= 1 << m.word
		}
		g.uniteHalves(set)
		return
	}
	g.unite(met)
}

// meeting appends the words that x reads, for an x whose lowest bit has a
// significance.
func meeting(list []member, x typed.Int, at int) []member {
	switch x := x.(type) {
	case *typed.Load:
		list = append(list, member{x.Low, at})
		if x.Wide {
			list = append(list, member{x.High, at + 32})
		}
	case *typed.Convert:
		if load, ok := x.X.(*typed.Load); ok && x.To.Bits == 32 {
			return append(list, member{load.Low, at})
		}
		return meeting(list, x.X, at)
	case *typed.Unary:
		return meeting(list, x.X, at)
	case *typed.Binary:
		if y, ok := x.Y.(*typed.Value); ok {
			return meeting(list, x.X, at+moves(x.Op, y.Bits))
		}
		return meeting(meeting(list, x.X, at), x.Y, at)
	}
	return list
}

// moves returns by how many bits an operation with a constant moves the bits of
// its left side up.
func moves(op typed.BinaryOp, y uint64) int {
	power := 0
	if y&(y-1) == 0 {
		power = bits.Len64(y) - 1
	}
	switch op {
	case typed.Shl:
		return int(y)
	case typed.Shr:
		return -int(y)
	case typed.Mul:
		return max(power, 0)
	case typed.Div:
		return -power
	}
	return 0
}
