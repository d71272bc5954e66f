package prove

import (
	"math/rand/v2"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// TestCut cuts regions for random filters. The parts cover the region and nothing
// else, and in each of them the same filters apply.
func TestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	edges := []uint32{0, 1, 2, 3, 7, 8, 9, 100, 1<<31 - 1, 1 << 31, ^uint32(0) - 1, ^uint32(0)}
	audits := []uint32{0, arch.I386.Audit() - 1, arch.I386.Audit(), arch.I386.Audit() + 1, arch.X86_64.Audit(), arch.X86_64.Audit() + 1, ^uint32(0)}
	pick := func(values []uint32) span {
		a, b := values[r.IntN(len(values))], values[r.IntN(len(values))]
		return span{min(a, b), max(a, b)}
	}
	for range 2000 {
		p := &typed.Policy{}
		for range 1 + r.IntN(2) {
			var l typed.Layer
			for _, abi := range []arch.ABI{arch.I386, arch.X86_64} {
				s := typed.Section{ABI: abi}
				for range r.IntN(6) {
					numbers := pick(edges)
					f := typed.Filter{Numbers: []typed.NumberRange{{First: numbers.first, Last: numbers.last}}, Rule: &typed.Rule{}}
					if r.IntN(2) == 0 {
						f.When = &typed.Truth{Value: true}
					}
					s.Filters = append(s.Filters, f)
				}
				s.Filters = append(s.Filters, typed.Filter{Numbers: everyNumber, Rule: &typed.Rule{}})
				l.ABIs = append(l.ABIs, s)
			}
			l.Unserved = &typed.Rule{}
			p.Layers = append(p.Layers, l)
		}
		m := newMeaning(nil, nil, p)
		whole := region{pick(audits), pick(edges)}
		parts := m.cut(whole)
		at := whole // what is still to come: the numbers of a range of arch, then the rest of arch
		done := false
		for part, ok := parts.next(); ok; part, ok = parts.next() {
			if done || part.arch.first != at.arch.first || part.nr.first != at.nr.first || part.nr.last > whole.nr.last || part.arch.last > whole.arch.last {
				t.Fatalf("%+v in %+v, at %+v", part, whole, at)
			}
			at.nr.first = part.nr.last + 1
			if part.nr.last == whole.nr.last {
				at.nr.first, at.arch.first = whole.nr.first, part.arch.last+1
				done = part.arch.last == whole.arch.last
			}
			for i := range p.Layers {
				_, filters := m.line(i, part)
				for _, nr := range []uint32{part.nr.first, part.nr.last, part.nr.first + r.Uint32N(max(1, part.nr.last-part.nr.first))} {
					var want []int32
					if s := p.Layers[i].Section(part.arch.first); s != nil && part.arch.single() {
						want = lineOf(s, nr)
					}
					if !slices.Equal(filters, want) {
						t.Fatalf("number %d in %+v: filters %v, want %v", nr, part, filters, want)
					}
				}
			}
		}
		if !done {
			t.Fatalf("%+v: nothing from %+v on", whole, at)
		}
	}
}

// lineOf returns the filters that apply to a number, up to the first that matches
// every call.
func lineOf(s *typed.Section, nr uint32) (list []int32) {
	for i := range s.Filters {
		if typed.Contains(s.Filters[i].Numbers, nr) {
			list = append(list, int32(i))
			if s.Filters[i].When == nil {
				break
			}
		}
	}
	return list
}
