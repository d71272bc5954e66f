package compiler

import (
	"slices"
	"sort"

	"sandbox/policy/typed"
)

// section lowers what a layer says about one ABI: it returns, for all system
// call numbers in order, the node that decides their calls.
func (g *graph) section(s *typed.Section) []segment {
	starts := borders(s.Filters)
	deciding := filtersOf(s.Filters, starts)
	chains := make(map[filterChain]node)
	var out segments
	for i, filters := range deciding {
		last := uint32(0xffffffff)
		if i+1 < len(starts) {
			last = starts[i+1] - 1
		}
		out.put(last, g.chainOf(s.Filters, filters, chains), 0)
	}
	g.building = nil
	return out.list
}

// borders returns the numbers at which some filter begins or ceases to apply,
// sorted, 0 first.
func borders(filters []typed.Filter) []uint32 {
	starts := []uint32{0}
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

// filtersOf returns, for the numbers from each start to the next, the indices
// of the filters that may decide: in order, up to the first without a
// condition.
func filtersOf(filters []typed.Filter, starts []uint32) [][]int32 {
	deciding := make([][]int32, len(starts))
	decided := make([]bool, len(starts))
	for i := range filters {
		f := &filters[i]
		for _, r := range f.Numbers {
			from := sort.Search(len(starts), func(k int) bool { return starts[k] >= r.First })
			for k := from; k < len(starts) && starts[k] <= r.Last; k++ {
				if !decided[k] {
					deciding[k] = append(deciding[k], int32(i))
					decided[k] = f.When == nil
				}
			}
		}
	}
	return deciding
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
