package prove

import (
	"sandbox/policy/typed"
)

// numbersAlike are numbers of a section for which the same filters stand in
// line, so that one look at them answers for all.
type numbersAlike struct {
	filters []int32
	numbers []typed.NumberRange
	region  region // some of the numbers; all of them if a filter reads nr
	readsNr bool
}

// alike cuts the numbers of a section into sets of which each has its own line
// of filters. Filters behind one that matches every call are in the line too.
func alike(s *typed.Section) []numbersAlike {
	var sets []numbersAlike
	byLine := make(map[string]int)
	reading := make([]bool, len(s.Filters))
	for i := range s.Filters {
		reading[i] = reads(s.Filters[i].When).has(typed.WordNr)
	}
	first := uint32(0)
	var key []byte
	cut := piecesOf(s.Filters, false)
	for k, last := range cut.lasts {
		r := typed.NumberRange{First: first, Last: last}
		first = last + 1
		line := cut.line(k)
		readsNr := false
		key = key[:0]
		for _, i := range line {
			key = append(key, byte(i), byte(i>>8), byte(i>>16), byte(i>>24))
			readsNr = readsNr || reading[i]
		}
		if at, ok := byLine[string(key)]; ok && !readsNr {
			sets[at].numbers = append(sets[at].numbers, r)
			continue
		}
		byLine[string(key)] = len(sets)
		audit := s.ABI.Audit()
		sets = append(sets, numbersAlike{
			filters: line,
			numbers: []typed.NumberRange{r},
			region:  region{span{audit, audit}, span{r.First, r.Last}},
			readsNr: readsNr,
		})
	}
	return sets
}
