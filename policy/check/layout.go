package check

import (
	"slices"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// A layout is selected calls whose parameters, as far as the filter names them,
// have the same types and stand in the same registers: one typed condition
// serves them all.
type layout struct {
	calls   []*arch.Syscall
	numbers []uint32      // calls that are not in the table
	params  []*arch.Param // for each of checker.names; nil: no parameter
}

// layouts divides the selected calls, in the order of their first numbers.
func (c *checker) layouts() []layout {
	var list []layout
	params := make([]*arch.Param, len(c.names))
	for i, call := range c.selected.calls {
		for j := range c.names {
			params[j] = nil
			if c.names[j].params != nil {
				params[j] = c.names[j].params[i]
			}
		}
		k := slices.IndexFunc(list, func(l layout) bool { return slices.EqualFunc(l.params, params, samePlace) })
		if k < 0 {
			k = len(list)
			list = append(list, layout{params: slices.Clone(params)})
		}
		list[k].calls = append(list[k].calls, call)
	}
	if len(c.selected.numbers) > 0 {
		// No parameter is named then: namelessParam has seen to it.
		if len(list) == 0 {
			list = append(list, layout{params: params})
		}
		list[0].numbers = c.selected.numbers
	}
	return list
}

func samePlace(a, b *arch.Param) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Type == b.Type && a.Low == b.Low && a.Split == b.Split && (!a.Split || a.High == b.High)
}

// ranges returns the numbers of the layout's calls as ranges that are sorted,
// disjoint and not adjacent.
func (l *layout) ranges() []typed.NumberRange {
	var ranges []typed.NumberRange
	calls, numbers := l.calls, l.numbers
	for len(calls) > 0 || len(numbers) > 0 {
		var n uint32
		if len(numbers) == 0 || len(calls) > 0 && calls[0].Number < numbers[0] {
			n, calls = calls[0].Number, calls[1:]
		} else {
			n, numbers = numbers[0], numbers[1:]
		}
		if last := len(ranges) - 1; last >= 0 && ranges[last].Last+1 == n {
			ranges[last].Last = n
		} else {
			ranges = append(ranges, typed.NumberRange{First: n, Last: n})
		}
	}
	return ranges
}

// registers returns how many of args[] a call takes.
func registers(call *arch.Syscall) int {
	n := 0
	for i := range call.Params {
		p := &call.Params[i]
		n = max(n, int(p.Low)+1)
		if p.Split {
			n = max(n, int(p.High)+1)
		}
	}
	return n
}
