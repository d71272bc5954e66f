package compiler

import (
	"slices"

	"sandbox/policy/typed"
)

// section lowers what a layer says about one ABI: it returns, for all system
// call numbers in order, the node that decides their calls.
func (g *graph) section(s *typed.Section) []segment {
	starts := borders(s.Filters)
	deciding := filtersOf(s.Filters, starts)
	chains := make(map[filterChain]node)
	out := segments{list: make([]segment, 0, len(starts)/2)}
	for i := range starts {
		last := uint32(0xffffffff)
		if i+1 < len(starts) {
			last = starts[i+1] - 1
		}
		out.put(last, g.chainOf(s.Filters, deciding.of(i), chains), 0)
	}
	g.building = nil
	return out.list
}

// borders returns the numbers at which some filter begins or ceases to apply,
// sorted, 0 first.
func borders(filters []typed.Filter) []uint32 {
	ranges := 0
	for i := range filters {
		ranges += len(filters[i].Numbers)
	}
	starts := make([]uint32, 1, 1+2*ranges)
	for i := range filters {
		for _, r := range filters[i].Numbers {
			starts = append(starts, r.First)
			if r.Last != 0xffffffff {
				starts = append(starts, r.Last+1)
			}
		}
	}
	slices.Sort(starts)
	return slices.Compact(starts)
}

// A deciding lists the filters that may decide about numbers: for those from
// starts[k] on, the indices from ends[k-1] up to ends[k].
type deciding struct {
	filters []int32
	ends    []int32
}

// filtersOf returns, for the numbers from each start to the next, the indices
// of the filters that may decide: in order, up to the first without a
// condition.
func filtersOf(filters []typed.Filter, starts []uint32) deciding {
	d := deciding{ends: make([]int32, len(starts))}
	decided := make([]bool, len(starts))
	apply := func(at func(filter int32, k int)) {
		clear(decided)
		for i := range filters {
			f := &filters[i]
			for _, r := range f.Numbers {
				k, _ := slices.BinarySearch(starts, r.First)
				for ; k < len(starts) && starts[k] <= r.Last; k++ {
					if !decided[k] {
						at(int32(i), k)
						decided[k] = f.When == nil
					}
				}
			}
		}
	}
	apply(func(_ int32, k int) { d.ends[k]++ })
	var sum int32
	for k, n := range d.ends {
		d.ends[k] = sum // the begin, until it is filled
		sum += n
	}
	d.filters = make([]int32, sum)
	apply(func(filter int32, k int) {
		d.filters[d.ends[k]] = filter
		d.ends[k]++
	})
	return d
}

// of returns the filters for the numbers from starts[k] on.
func (d *deciding) of(k int) []int32 {
	if k == 0 {
		return d.filters[:d.ends[0]]
	}
	return d.filters[d.ends[k-1]:d.ends[k]]
}

// A filterChain is a filter with what is to be done where it does not match.
type filterChain struct {
	filter int32
	rest   node
}

// chainOf returns the node that tries the filters in order. The last one has
// no condition. Chains that were built before are looked up: most numbers
// share them.
func (g *graph) chainOf(filters []typed.Filter, indices []int32, built map[filterChain]node) node {
	n := node(-1)
	for k := len(indices) - 1; k >= 0; k-- {
		key := filterChain{indices[k], n}
		next, ok := built[key]
		if !ok {
			f := &filters[indices[k]]
			g.building = f
			next = g.leaf(f.Rule.Action)
			if f.When != nil {
				next = g.condition(f.When, next, n)
			}
			built[key] = next
		}
		n = next
	}
	return n
}
