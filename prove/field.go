package prove

import (
	"math/bits"

	"sandbox/policy/typed"
)

// maxValues bounds the intervals of one test.
const maxValues = 16

// mask returns the bits of the field that a set of places holds.
func (f *blockField) mask(places map[int32]struct{}) uint64 {
	mask := uint64(0)
	for k, place := range f.places {
		if _, ok := places[place]; ok {
			mask |= 1 << (len(f.places) - 1 - k)
		}
	}
	return mask
}

// masked says that the bits of a mask have a value.
func masked(x Operand, mask, value uint64) Condition {
	if x.Wide && mask <= 0xffffffff {
		x.Wide = false
	}
	return Condition{Op: Test, X: x, Mask: mask, Values: []typed.Interval{{Low: value, High: value}}}
}

// field says which values of one field are in a set that depends on the bits of
// support: as ranges, as values of some bits, or both.
func (w *writer) field(f *blockField, set diagram, support uint64) (Condition, bool) {
	best, ok := Condition{}, false
	for _, not := range [2]bool{false, true} {
		s := set
		if not {
			s = w.d.not(set)
		}
		for _, c := range [2]Condition{w.ranges(f, s, support), w.chosen(f, s, support)} {
			if c.Op != Test {
				continue
			}
			c.Not = not
			if !ok || c.cost() < best.cost() {
				best, ok = c, true
			}
		}
	}
	if ok {
		return best, true
	}
	return w.fixed(f, set, support)
}

// ranges looks for ranges of the field, or of the half that is tested. What it
// returns is no test if there are too many.
func (w *writer) ranges(f *blockField, set diagram, support uint64) Condition {
	x, places := f.operand, f.places
	if x.Wide {
		switch {
		case support <= 0xffffffff:
			x.Wide, places = false, places[32:]
		case support&0xffffffff == 0:
			x, places = Operand{Low: x.Low + 1}, places[:32]
		}
	}
	values, ok := w.d.runs(set, places)
	if !ok {
		return Condition{}
	}
	return Condition{Op: Test, X: x, Mask: x.mask(), Values: values}
}

// chosen looks for values of the bits of support.
func (w *writer) chosen(f *blockField, set diagram, support uint64) Condition {
	x := f.operand
	width := len(f.places)
	if x.Wide && support <= 0xffffffff {
		x.Wide = false
	}
	var places []int32
	for k, place := range f.places {
		if support>>(width-1-k)&1 == 1 {
			places = append(places, place)
		}
	}
	runs, ok := w.d.runs(set, places)
	if !ok {
		return Condition{}
	}
	low := bits.TrailingZeros64(support)
	one := support>>low&(support>>low+1) == 0 // the bits stand side by side
	var values []typed.Interval
	for _, r := range runs {
		if one {
			values = append(values, typed.Interval{Low: r.Low << low, High: r.High << low})
			continue
		}
		if r.High-r.Low >= uint64(maxValues-len(values)) {
			return Condition{}
		}
		for v := r.Low; v <= r.High; v++ {
			spread := deposit(v, support)
			values = append(values, typed.Interval{Low: spread, High: spread})
		}
	}
	return Condition{Op: Test, X: x, Mask: support, Values: values}
}

// deposit puts the low bits of v where mask has ones.
func deposit(v, mask uint64) uint64 {
	out := uint64(0)
	for ; mask != 0; mask &= mask - 1 {
		if v&1 == 1 {
			out |= mask & -mask
		}
		v >>= 1
	}
	return out
}

// fixed looks for bits that have one value in all of the set, and says which of
// the others' values are in it.
func (w *writer) fixed(f *blockField, set diagram, support uint64) (Condition, bool) {
	d := w.d
	mask, value := uint64(0), uint64(0)
	known := make(map[int32]diagram)
	for k, place := range f.places {
		bit := uint64(1) << (len(f.places) - 1 - k)
		if support&bit == 0 {
			continue
		}
		switch variable := d.input(place); {
		case !d.overlap(set, variable):
			known[place] = never
		case !d.exceeds(set, variable):
			known[place] = always
			value |= bit
		default:
			continue
		}
		mask |= bit
	}
	if mask == 0 {
		return Condition{}, false
	}
	rest := d.rebuild(set, make(map[diagram]diagram), func(variable int32) (diagram, bool) {
		v, ok := known[variable]
		return v, ok
	})
	if rest == always {
		return masked(f.operand, mask, value), true
	}
	more, ok := w.field(f, rest, f.mask(d.support(rest)))
	return allOf(masked(f.operand, mask, value), more), ok
}

// runs returns the intervals of the numbers whose bits, the highest first, stand
// at ascending places and for which f is true. It fails if there are too many.
func (d *diagrams) runs(f diagram, places []int32) (list []typed.Interval, ok bool) {
	steps := 0
	var walk func(f diagram, k int, low uint64) bool
	walk = func(f diagram, k int, low uint64) bool {
		if f == never {
			return true
		}
		if steps++; steps > 64*maxValues {
			return false
		}
		if f == always {
			high := low + (1<<(len(places)-k) - 1)
			if n := len(list); n > 0 && list[n-1].High+1 == low {
				list[n-1].High = high
				return true
			}
			list = append(list, typed.Interval{Low: low, High: high})
			return len(list) <= maxValues
		}
		zero, one := d.split(f, places[k])
		return walk(zero, k+1, low) && walk(one, k+1, low|1<<(len(places)-1-k))
	}
	ok = walk(f, 0, 0)
	return list, ok
}
