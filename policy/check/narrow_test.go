package check

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// TestNarrowParameters reads parameters of 8 and 16 bits of both kinds, most of
// which no table has.
func TestNarrowParameters(t *testing.T) {
	const register = 0xfedcba9876548283
	tests := []struct {
		bits   uint8
		signed bool
		want   uint64
	}{
		{8, false, 0x83},
		{16, false, 0x8283},
		{8, true, 0xffffff83},
		{16, true, 0xffff8283},
	}
	call := &typed.Call{Args: [6]uint64{0, 0, register}}
	for _, test := range tests {
		c := &checker{abi: arch.X86_64}
		o := c.parameter(&filter.Name{Text: "p"}, &arch.Param{Low: 2, Type: arch.Type{Bits: test.bits, Signed: test.signed}})
		if got := typed.Evaluate(o.int, call); got != test.want || o.int.Type().Signed != test.signed {
			t.Errorf("%d bits, signed %t: %#x of %s, want %#x", test.bits, test.signed, got, o.int.Type(), test.want)
		}
		if problem := invalidInt(o.int); problem != "" {
			t.Error(problem)
		}
		if bits := typed.Evaluate(o.int, call); bits&o.known.zero != 0 || o.known.one&^bits != 0 {
			t.Errorf("%d bits, signed %t: %#x is known as %+v", test.bits, test.signed, bits, o.known)
		}
	}
}
