package compiler

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// TestDivision divides by constants on both sides of every change of method,
// in all types, and holds quotients and remainders to the evaluator.
func TestDivision(t *testing.T) {
	divisors := []uint64{
		1, 2, 3, 7, 10, 1 << 15, 65535, 65536, 65537, 131071, 131072, 1000003, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 1, 1 << 32, 1<<32 + 1,
		1<<63 - 1, 1 << 63, 1<<63 + 1, ^uint64(0), ^uint64(6), ^uint64(65535),
	}
	dividends := []uint64{0, 1, 2, 6, 7, 65535, 65536, 1 << 31, 1<<32 - 1, 1 << 32, 0x123456789abcdef0, 1<<63 - 1, 1 << 63, ^uint64(0), ^uint64(20)}
	arg := func(of typed.Type, i int) typed.Int {
		if of.Bits == 32 {
			return as(of, arg32(i))
		}
		return as(of, arg64(i))
	}
	compiled := 0
	for _, of := range []typed.Type{typed.U32, typed.I32, typed.U64, typed.I64} {
		for _, divisor := range divisors {
			by := &typed.Value{Of: of, Bits: divisor & of.Mask()}
			if by.Bits == 0 {
				continue
			}
			for _, op := range []typed.BinaryOp{typed.Div, typed.Rem} {
				result := binary(op, arg(of, 0), by)
				p := policyOf(arch.X86_64, allowing(compare(typed.Eq, result, arg(of, 1)), everyCall...))
				c, err := Compile(p)
				if err != nil {
					t.Fatalf("%v by %#x: %v", of, divisor, err)
				}
				compiled++
				for _, dividend := range dividends {
					call := typed.Call{Arch: arch.X86_64.Audit(), Args: [6]uint64{dividend}}
					call.Args[1] = typed.Evaluate(result, &call)
					if got := run(c.Program, &call, false); got != expected(allow) {
						t.Fatalf("%v: op%d of %#x by %#x is not %#x", of, op, dividend, by.Bits, call.Args[1])
					}
					call.Args[1] ^= 1
					if got := run(c.Program, &call, false); got != expected(deny) {
						t.Fatalf("%v: op%d of %#x by %#x is %#x too", of, op, dividend, by.Bits, call.Args[1])
					}
				}
			}
		}
	}
	t.Logf("%d divisions", compiled)
}
