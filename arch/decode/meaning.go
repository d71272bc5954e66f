package decode

import "sandbox/arch"

// A meaning is what a parameter of a call is, or, if another parameter has one
// of some values, by name.
type meaning struct {
	call, param string
	kind        Kind
	words       uint8 // in vocabularies
	by          string
	when        []string
}

// meaningsOf returns the meanings of a call's parameter in the order in which
// they are tried.
func meaningsOf(call, param string) []meaning {
	low, high := 0, len(meanings)
	for low < high {
		mid := (low + high) / 2
		if m := &meanings[mid]; m.call < call || m.call == call && m.param < param {
			low = mid + 1
		} else {
			high = mid
		}
	}
	last := low
	for last < len(meanings) && meanings[last].call == call && meanings[last].param == param {
		last++
	}
	return meanings[low:last]
}

// holds reports whether the condition of a meaning is known to be true.
func (m *meaning) holds(abi arch.ABI, call *arch.Syscall, known *Known) bool {
	if m.by == "" {
		return true
	}
	for i := range call.Params {
		p := &call.Params[i]
		if p.Name != m.by || known == nil || !known.Has(int(p.Low)) {
			continue
		}
		value := known.Args[p.Low] & ones(p.Type.Bits)
		name, ok := Of(abi, call, p, nil).Name(value)
		if !ok {
			return false
		}
		for _, w := range m.when {
			if w == name {
				return true
			}
		}
	}
	return false
}
