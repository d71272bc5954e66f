package compiler

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// TestDecides tries every fact about a word with every test of it, on a domain
// small enough to try all values: what is decided must be so for each value
// that the fact leaves, and a test that all of them answer alike must be
// decided, with the exceptions that are not worth finding.
func TestDecides(t *testing.T) {
	const top = 8
	g := newGraph()
	x := g.load(typed.ArgLow(0))
	holds := func(op testOp, v, k uint32) bool {
		switch op {
		case testEq:
			return v == k
		case testGe:
			return v >= k
		default:
			return v&k != 0
		}
	}
	missed := 0
	for known := range testOp(3) {
		for k := uint32(1); k < top; k++ {
			for _, truth := range []bool{true, false} {
				for op := range testOp(3) {
					for j := uint32(1); j < top; j++ {
						got, decided := g.decides(fact{known, x, g.constant(k), truth}, op, x, g.constant(j))
						yes, no := 0, 0
						for v := range uint32(top) {
							if holds(known, v, k) != truth {
								continue
							}
							if holds(op, v, j) {
								yes++
							} else {
								no++
							}
						}
						if decided && (got && no > 0 || !got && yes > 0) {
							t.Fatalf("knowing test %d of %d to be %v decides test %d of %d as %v", known, k, truth, op, j, got)
						}
						if !decided && (yes == 0 || no == 0) && yes+no > 0 {
							missed++
						}
					}
				}
			}
		}
	}
	if missed > 100 {
		t.Errorf("%d decisions are missed", missed)
	}
}

// TestPrune shows that words which several rules test are tested once.
func TestPrune(t *testing.T) {
	is := func(v int64) typed.Filter {
		return allowing(compare(typed.Eq, arg64(0), value(typed.U64, v)), everyCall...)
	}
	c, err := Compile(policyOf(arch.X86_64, is(0), is(8), is(0x20000), is(0x20008), is(0xffffffff)))
	if err != nil {
		t.Fatal(err)
	}
	// arch: 2, low word: 3 (four of the values are combinations of two bits), high word: 2, returns: 3
	if got := c.Program.Len(); got != 10 {
		t.Errorf("%d instructions, want 10", got)
	}
}
