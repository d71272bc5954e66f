package check

import (
	"fmt"
	"math/big"
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
	t := o.int.Type()
	seen := [2]bool{}
	judge := func(n uint32) {
		outcome := ordered(at.op, order(t, uint64(n), v))
		if outcome {
			seen[1] = true
		} else {
			seen[0] = true
		}
	}
	var why string
	if load.Low == typed.WordArch {
		for _, abi := range arch.ABIs() {
			judge(abi.Audit())
		}
		why = fmt.Sprintf("%s is %#x on %s, and no ABI makes a difference", text(o.x), c.abi.Audit(), c.abi)
	} else {
		if !c.eachNumber(judge) {
			return false
		}
		why = text(o.x) + " is " + c.numbersText()
	}
	if seen[0] == seen[1] {
		return false
	}
	c.list.Reportf(diag.AlwaysSame, at.x.Span(), "always %t: %s", seen[1], why)
	return true
}

// eachNumber calls f for the numbers that the selected calls have on all ABIs,
// or for more of them. It returns false if they are too many to tell.
func (c *checker) eachNumber(f func(uint32)) bool {
	for i := range c.selectors {
		sel := &c.selectors[i]
		switch {
		case sel.Exclude:
		case sel.Kind == filter.SelectNumber:
			f(sel.Number)
		case sel.Kind == filter.SelectName:
			for _, abi := range arch.ABIs() {
				if call, ok := abi.Syscall(sel.Name); ok {
					f(call.Number)
				}
			}
		default:
			return false
		}
	}
	return c.selected.broad == nil
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
