package integration

import (
	"cmp"
	"maps"
	"math/bits"
	"math/rand/v2"
	"slices"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// An aim makes calls that are likely to tell a program from its policy: those
// at the ends of the policy's ranges of numbers, with arguments at and near the
// constants that they are compared with.
type aim struct {
	*rand.Rand
	abi    arch.ABI
	spots  []spot
	judged int // so many of them come first: those whose arguments a filter looks at
}

// A spot is a number that is worth a call, with the constants that filters
// compare each of its arguments with, and, last, the instruction pointer.
type spot struct {
	nr        uint32
	constants [7][]uint64
}

const ipIndex = 6

// newAim returns an aim at what the policy says about an ABI.
func newAim(p *typed.Policy, abi arch.ABI, source *rand.Rand) aim {
	filters, numbers := survey(p, abi)
	var judged, others []spot
	for _, nr := range numbers {
		s := spot{nr: nr}
		looks := false
		for _, f := range filters {
			if !typed.Contains(f.numbers, nr) {
				continue
			}
			looks = true
			for i := range s.constants {
				s.constants[i] = append(s.constants[i], f.fields[i]...)
			}
		}
		if looks {
			judged = append(judged, s)
		} else {
			others = append(others, s)
		}
	}
	return aim{source, abi, append(judged, others...), len(judged)}
}

// survey returns the filters of an ABI that look at arguments, and the numbers
// at which the decision may change.
func survey(p *typed.Policy, abi arch.ABI) (filters []constants, numbers []uint32) {
	edges := map[uint32]bool{0: true, arch.X32Bit: true, ^uint32(0): true}
	around := func(nr uint32) { edges[nr-1], edges[nr], edges[nr+1] = true, true, true }
	for i := range p.Layers {
		section := p.Layers[i].Section(abi.Audit())
		if section == nil {
			continue
		}
		for _, f := range section.Filters {
			for _, r := range f.Numbers {
				around(r.First)
				around(r.Last)
			}
			if f.When == nil {
				continue
			}
			c := constants{numbers: f.Numbers}
			c.ofBool(f.When)
			for _, v := range c.nr {
				around(uint32(v))
			}
			filters = append(filters, c)
		}
	}
	return filters, slices.Sorted(maps.Keys(edges))
}

// constants are those that a filter has beside each field of a call.
type constants struct {
	numbers []typed.NumberRange // of the filter
	fields  [7][]uint64         // the arguments and the instruction pointer
	nr      []uint64
}

func (c *constants) ofBool(b typed.Bool) {
	typed.EachLeaf(b, func(b typed.Bool) {
		switch b := b.(type) {
		case *typed.Compare:
			var loads []*typed.Load
			values := collectInts(b.Y, &loads, collectInts(b.X, &loads, nil))
			c.add(loads, values)
		case *typed.In:
			var loads []*typed.Load
			values := collectInts(b.X, &loads, nil)
			for _, interval := range b.Intervals {
				values = append(values, interval.Low, interval.High)
			}
			c.add(loads, values)
		}
	})
}

// collectInts appends the constants of x to values, and its loads to loads.
func collectInts(x typed.Int, loads *[]*typed.Load, values []uint64) []uint64 {
	switch x := x.(type) {
	case *typed.Value:
		return append(values, x.Bits)
	case *typed.Load:
		*loads = append(*loads, x)
	case *typed.Convert:
		return collectInts(x.X, loads, values)
	case *typed.Unary:
		return collectInts(x.X, loads, values)
	case *typed.Binary:
		return collectInts(x.Y, loads, collectInts(x.X, loads, values))
	}
	return values
}

func (c *constants) add(loads []*typed.Load, values []uint64) {
	if len(values) == 0 {
		values = []uint64{0}
	}
	for _, l := range loads {
		low := fieldOf(l.Low)
		switch {
		case low >= 0:
			c.fields[low] = append(c.fields[low], values...)
		case l.Low == typed.WordNr:
			c.nr = append(c.nr, values...)
		}
		if high := fieldOf(l.High); l.Wide && high >= 0 && high != low { // a value in two registers
			for _, v := range values {
				c.fields[high] = append(c.fields[high], v>>32)
			}
		}
	}
}

// fieldOf returns the index in constants.fields of the field that has the
// word, or -1.
func fieldOf(w typed.Word) int {
	if i, _, ok := w.Arg(); ok {
		return i
	}
	if w == typed.WordIPLow || w == typed.WordIPHigh {
		return ipIndex
	}
	return -1
}

// call returns a call, mostly one whose arguments matter.
func (a aim) call() typed.Call {
	r := a.Uint64()
	which := int(r >> 32)
	switch {
	case r&0x3f == 0:
		return a.at(&spot{nr: uint32(which)})
	case a.judged > 0 && r&7 != 1:
		return a.at(&a.spots[which%a.judged])
	}
	return a.at(&a.spots[which%len(a.spots)])
}

// at returns a call of the spot's number. All arguments are constants but for
// one that is near one; or each is near one, or all are in the same way.
func (a aim) at(s *spot) typed.Call {
	c := typed.Call{Nr: s.nr, Arch: a.abi.Audit()}
	r := a.Uint64()
	moved := int(r & 7) // none for 6 and 7
	way := a.Uint64()
	for i := range c.Args {
		v := a.constant(s.constants[i])
		switch r >> 8 & 3 {
		case 0:
			v = near(v, s.constants[i], a.Uint64())
		case 1:
			v = near(v, s.constants[i], way)
		default:
			if i == moved {
				v = near(v, s.constants[i], way)
			}
		}
		c.Args[i] = v
	}
	if r>>16&7 == 0 { // arguments that are compared with each other
		i, j := r>>24&7%6, r>>32&7%6
		c.Args[i] = near(c.Args[j], s.constants[i], a.Uint64())
	}
	c.IP = near(a.constant(s.constants[ipIndex]), s.constants[ipIndex], a.Uint64())
	return c
}

// constant returns one of the constants, or anything if there are none.
func (a aim) constant(of []uint64) uint64 {
	r := a.Uint64()
	if len(of) == 0 {
		return r >> (r & 0x3f)
	}
	return of[r%uint64(len(of))]
}

// near returns v, or what is close to it in one way or another: r says in which.
func near(v uint64, constants []uint64, r uint64) uint64 {
	other := uint64(1)
	if len(constants) > 0 {
		other = constants[r>>40%uint64(len(constants))]
	}
	switch r & 0xf {
	case 0:
		return v + 1
	case 1:
		return v - 1
	case 2:
		return v ^ 1<<31
	case 3:
		return v ^ 1<<63
	case 4:
		return v ^ 1<<(r>>8&0x3f)
	case 5:
		return v ^ 0xffffffff<<32
	case 6:
		return v&0xffffffff | r&^0xffffffff
	case 7:
		return uint64(int64(int32(v)))
	case 8, 9:
		return v ^ oneBit(other, int(r>>8))
	case 10:
		return v | other
	case 11:
		return v &^ other
	case 12:
		return combine(v, other, int(r>>8&7))
	}
	return v
}

// oneBit returns one of the bits of x.
func oneBit(x uint64, which int) uint64 {
	turned := bits.RotateLeft64(x, which&63)
	return bits.RotateLeft64(turned&-turned, -(which & 63))
}

// combine undoes, if it is lucky, what an expression does to an argument.
func combine(v, other uint64, how int) uint64 {
	switch how {
	case 0:
		return v + other
	case 1:
		return v - other
	case 2:
		return v << (other & 0x3f)
	case 3:
		return v >> (other & 0x3f)
	case 4:
		return v * other
	case 5:
		return v / cmp.Or(other, 1)
	case 6:
		return v ^ other
	}
	return ^v
}
