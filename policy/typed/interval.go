package typed

import "slices"

// SignedOrder returns intervals of numbers of so many bits, which are in the
// order of unsigned numbers, in that of signed ones: those with the sign bit
// first, and what is joined at 0.
func SignedOrder(values []Interval, bits int) []Interval {
	sign := uint64(1) << (bits - 1)
	top := sign | (sign - 1)
	var negative, others []Interval
	for _, i := range values {
		switch {
		case i.Low >= sign:
			negative = append(negative, i)
		case i.High < sign:
			others = append(others, i)
		default:
			others = append(others, Interval{Low: i.Low, High: sign - 1})
			negative = append(negative, Interval{Low: sign, High: i.High})
		}
	}
	n := len(negative)
	if n > 0 && len(others) > 0 && negative[n-1].High == top && others[0].Low == 0 {
		negative[n-1].High = others[0].High
		others = others[1:]
	}
	return slices.Concat(negative, others)
}
