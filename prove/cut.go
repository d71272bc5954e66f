package prove

import "slices"

// cut returns the parts of a region in each of which the same filters of the
// policy apply.
func (m *meaning) cut(r region) []region {
	var parts []region
	rest, more := r, true
	for more {
		part := rest
		more = false
		for _, abi := range m.abis {
			audit := abi.Audit()
			if below, ok := part.arch.below(audit); ok && audit <= part.arch.last {
				part.arch = below
			}
			if part.arch.first == audit {
				part.arch = span{audit, audit}
			}
		}
		if part.arch.last < rest.arch.last {
			rest.arch.first = part.arch.last + 1
			more = true
		}
		parts = append(parts, m.cutNumbers(part)...)
	}
	return parts
}

func (m *meaning) cutNumbers(r region) []region {
	if !r.arch.single() {
		return []region{r}
	}
	var parts []region
	cuts := m.cutsOf(r.arch.first)
	i, _ := slices.BinarySearch(cuts, r.nr.first)
	for ; i < len(cuts) && cuts[i] <= r.nr.last; i++ {
		if below, ok := r.nr.below(cuts[i]); ok {
			parts = append(parts, region{r.arch, below})
			r.nr.first = cuts[i]
		}
	}
	return append(parts, r)
}

// cutsOf returns the first numbers of the pieces of every section for an ABI,
// in order, after 0.
func (m *meaning) cutsOf(audit uint32) []uint32 {
	if cuts, ok := m.cuts[audit]; ok {
		return cuts
	}
	var firsts []uint32
	for _, sections := range m.layers {
		for i := range sections {
			if sections[i].section.ABI.Audit() == audit {
				for _, p := range sections[i].pieces[:len(sections[i].pieces)-1] {
					firsts = append(firsts, p.last+1)
				}
			}
		}
	}
	slices.Sort(firsts)
	firsts = slices.Compact(firsts)
	m.cuts[audit] = firsts
	return firsts
}
