package main

import (
	"cmp"
	"math/big"
	"slices"

	"sandbox/policy/typed"
	"sandbox/prove"
)

// A difference is a change as people read it, with the text of its condition.
type difference struct {
	prove.Change
	condition string // "" for all calls of these numbers
}

// readAlike puts changes together that read the same but for the names of calls: one
// parameter can stand in different registers, as open's flags and openat's.
func readAlike(changes []prove.Change) []difference {
	var list []difference
	for i := range changes {
		d := difference{Change: changes[i]}
		if d.Condition.Op != prove.Any {
			d.condition = conditionText(&d.Change)
		}
		same := slices.IndexFunc(list, func(x difference) bool { return x.readsAs(&d) })
		if same < 0 {
			list = append(list, d)
			continue
		}
		x := &list[same]
		x.Numbers = slices.Concat(x.Numbers, d.Numbers)
		slices.SortFunc(x.Numbers, func(a, b typed.NumberRange) int { return cmp.Compare(a.First, b.First) })
		x.Count = new(big.Int).Add(x.Count, d.Count)
	}
	return list
}

// readsAs reports whether two differences say the same about different calls.
// What is omitted from conditions can differ.
func (d *difference) readsAs(other *difference) bool {
	return d.condition != "" && d.condition == other.condition && d.Condition.Complete() && other.Condition.Complete() &&
		d.From == other.From && d.To == other.To && slices.Equal(d.Archs, other.Archs)
}
