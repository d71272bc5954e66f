package prove

import (
	"math/bits"
	"slices"

	"sandbox/policy/typed"
)

// A domain is the values that an integer can have: those of which all ones are
// in mask.
type domain struct{ mask uint64 }

// domainOf returns the domain of an argument, or of some of its bits.
func domainOf(x typed.Int) (domain, bool) {
	switch x := x.(type) {
	case *typed.Load:
		return domain{x.Type().Mask()}, x.Low > typed.WordArch && !(x.Wide && x.High <= typed.WordArch) && !(x.Wide && x.Low == x.High)
	case *typed.Convert:
		from, ok := domainOf(x.X)
		if x.X.Type().Signed && x.To.Bits > x.X.Type().Bits {
			return domain{}, false
		}
		return domain{from.mask & x.To.Mask()}, ok
	case *typed.Binary:
		mask, ok := x.Y.(*typed.Value)
		if !ok || x.Op != typed.BitAnd {
			return domain{}, false
		}
		from, ok := domainOf(x.X)
		return domain{from.mask & mask.Bits}, ok
	}
	return domain{}, false
}

// meets reports whether a value from first to last is in the domain.
func (d domain) meets(first, last uint64) bool {
	outside := first &^ d.mask
	if outside == 0 {
		return true
	}
	// The next value of the domain has one more bit than first has, above all
	// bits that cannot be; below it there are none.
	impossible := uint64(1)<<(bits.Len64(outside)-1)<<1 - 1
	more := d.mask &^ first &^ impossible
	bit := more & -more
	return more != 0 && first&^(bit-1)|bit <= last
}

// has reports whether a value of some intervals is in the domain.
func (d domain) has(list []typed.Interval) bool {
	return slices.ContainsFunc(list, func(i typed.Interval) bool { return d.meets(i.Low, i.High) })
}
