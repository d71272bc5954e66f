package check

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// fieldAlways reports a comparison of nr or arch with a number that comes out
// the same for the selected calls. One filter may be for several ABIs, each
// with its own numbers, and this checker sees one of them: so only what is the
// same on all that there are is a mistake.
func (c *checker) fieldAlways(at comparison, o *operand, v *big.Int) bool {
	load, ok := o.int.(*typed.Load)
	if !ok || load.Low != typed.WordNr && load.Low != typed.WordArch || c.generic(at.x) {
		return false
	}
	numbers := audits()
	if load.Low == typed.WordNr {
		numbers = c.everyNumber()
	}
	outcome, always := decidedAmong(at.op, numbers, o.int.Type(), v)
	if !always {
		return false
	}
	d := c.list.Reportf(diag.AlwaysSame, at.x.Span(), "always %t: %s is ", outcome, text(o.x))
	if load.Low == typed.WordNr {
		d.Message += c.numbersText()
	} else {
		d.Message += fmt.Sprintf("%#x on %s, and no ABI makes a difference", c.abi.Audit(), c.abi)
	}
	return true
}

// audits returns what arch can be, sorted.
func audits() []uint32 {
	var list []uint32
	for _, abi := range arch.ABIs() {
		list = append(list, abi.Audit())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// decidedAmong reports whether a comparison with a constant comes out the same
// for each of some numbers, sorted and all different, and how. Nothing is
// decided among none.
func decidedAmong(op typed.CompareOp, numbers []uint32, t typed.Type, v *big.Int) (outcome, always bool) {
	less, equal := slices.BinarySearchFunc(numbers, v, func(n uint32, v *big.Int) int { return order(t, uint64(n), v) })
	greater := len(numbers) - less
	if equal {
		greater--
	}
	var seen [2]bool // false, true
	for _, among := range [...]struct {
		any   bool
		order int
	}{{less > 0, -1}, {equal, 0}, {greater > 0, 1}} {
		switch {
		case !among.any:
		case ordered(op, among.order):
			seen[1] = true
		default:
			seen[0] = true
		}
	}
	return seen[1], seen[0] != seen[1]
}

// everyNumber returns the numbers that the selected calls have on all ABIs, or
// more, sorted and all different; nil if they are too many to tell.
func (c *checker) everyNumber() []uint32 {
	if c.numbered {
		return c.numbers
	}
	c.numbered = true
	var numbers []uint32
	for i := range c.selectors {
		sel := &c.selectors[i]
		switch {
		case sel.Exclude:
		case sel.Kind == filter.SelectNumber:
			numbers = append(numbers, sel.Number)
		case sel.Kind == filter.SelectName:
			for _, abi := range arch.ABIs() {
				if call, ok := abi.Syscall(sel.Name); ok {
					numbers = append(numbers, call.Number)
				}
			}
		default: // what a group holds differs between ABIs, too
			return nil
		}
	}
	slices.Sort(numbers)
	c.numbers = slices.Compact(numbers)
	return c.numbers
}

// numbersText says which numbers the selected calls have on this ABI.
func (c *checker) numbersText() string {
	all := layout{calls: c.selected.calls, numbers: c.selected.numbers}
	ranges := all.ranges()
	first, last := ranges[0].First, ranges[len(ranges)-1].Last
	switch {
	case first != last:
		return fmt.Sprintf("from %d to %d for the selected calls on %s", first, last, c.abi)
	case len(all.calls) == 1:
		return fmt.Sprintf("%d for %s on %s", first, all.calls[0].Name, c.abi)
	}
	return strconv.FormatUint(uint64(first), 10)
}
