package compiler

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

var (
	allow = typed.Action{Kind: typed.Allow}
	deny  = typed.Action{Kind: typed.Errno, Data: 1}
	kill  = typed.Action{Kind: typed.KillProcess}
)

func arg32(i int) typed.Int { return &typed.Load{Low: typed.ArgLow(i)} }

func arg64(i int) typed.Int {
	return &typed.Load{Low: typed.ArgLow(i), High: typed.ArgHigh(i), Wide: true}
}

func as(t typed.Type, x typed.Int) typed.Int { return &typed.Convert{To: t, X: x} }

func value(t typed.Type, v int64) *typed.Value {
	return &typed.Value{Of: t, Bits: uint64(v) & t.Mask()}
}

func compareEq(i int, v int64) typed.Bool {
	return compare(typed.Eq, arg32(i), value(typed.U32, v))
}

func binary(op typed.BinaryOp, x, y typed.Int) typed.Int { return &typed.Binary{Op: op, X: x, Y: y} }

func compare(op typed.CompareOp, x, y typed.Int) typed.Bool {
	return &typed.Compare{Op: op, X: x, Y: y}
}

// everyCall is all numbers.
var everyCall = []typed.NumberRange{{First: 0, Last: 0xffffffff}}

// policyOf is a policy of one layer for one ABI; filters with the action deny
// by default.
func policyOf(abi arch.ABI, filters ...typed.Filter) *typed.Policy {
	filters = append(filters, typed.Filter{Numbers: everyCall, Rule: &typed.Rule{Name: "default", Action: deny}})
	return &typed.Policy{Layers: []typed.Layer{{
		Name:     "test",
		ABIs:     []typed.Section{{ABI: abi, Filters: filters}},
		Unserved: &typed.Rule{Name: "ABI not served", Action: kill, Implicit: true},
	}}}
}

func allowing(when typed.Bool, numbers ...typed.NumberRange) typed.Filter {
	return typed.Filter{Numbers: numbers, When: when, Rule: &typed.Rule{Name: "allow", Action: allow}}
}

// body is the program for a condition on all calls without the check of arch,
// on one line. Jumps are relative, as in a program.
func body(t *testing.T, abi arch.ABI, when typed.Bool) string {
	t.Helper()
	c, err := Compile(policyOf(abi, allowing(when, everyCall...)))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i := 2; i < c.Program.Len(); i++ { // after "ld arch; jeq"
		lines = append(lines, c.Program.At(i).String())
	}
	return oneLine.Replace(strings.Join(lines, "; "))
}

var oneLine = strings.NewReplacer("ret #0x7fff0000", "allow", "ret #0x50001", "deny", "ret #0x80000000", "kill")

// points is a set of single values.
func points(values ...uint64) []typed.Interval {
	var in []typed.Interval
	for _, v := range values {
		in = append(in, typed.Interval{Low: v, High: v})
	}
	return in
}

// TestCode shows the code of each kind of condition.
func TestCode(t *testing.T) {
	tests := []struct {
		name string
		when typed.Bool
		want string
	}{
		{"equal", compare(typed.Eq, arg32(1), value(typed.U32, 7)), "ld [24]; jeq #0x7, 0, 1; allow; deny; kill"},
		{"constant on the left", compare(typed.Lt, value(typed.U32, 6), arg32(1)), "ld [24]; jge #0x7, 0, 1; allow; deny; kill"},
		{"at least 1 is not 0", compare(typed.Ge, arg32(0), value(typed.U32, 1)), "ld [16]; jeq #0x0, 0, 1; deny; allow; kill"},
		{"one bit", compare(typed.Ne, binary(typed.BitAnd, arg32(2), value(typed.U32, 0x40)), value(typed.U32, 0)), "ld [32]; jset #0x40, 0, 1; allow; deny; kill"},
		{"all of one bit", compare(typed.Eq, binary(typed.BitAnd, arg32(2), value(typed.U32, 0x40)), value(typed.U32, 0x40)), "ld [32]; jset #0x40, 0, 1; allow; deny; kill"},
		{"mask", compare(typed.Eq, binary(typed.BitAnd, arg32(2), value(typed.U32, 3)), value(typed.U32, 2)), "ld [32]; and #0x3; jeq #0x2, 0, 1; allow; deny; kill"},
		{"negative", compare(typed.Eq, as(typed.I32, arg32(0)), value(typed.I32, -100)), "ld [16]; jeq #0xffffff9c, 0, 1; allow; deny; kill"},
		{"signed range", compare(typed.Lt, as(typed.I32, arg32(0)), value(typed.I32, 0)), "ld [16]; jge #0x80000000, 0, 1; allow; deny; kill"},
		{"64 bits equal", compare(typed.Eq, arg64(0), value(typed.U64, 0x100000002)), "ld [20]; jeq #0x1, 0, 3; ld [16]; jeq #0x2, 0, 1; allow; deny; kill"},
		{"64 bits at least", compare(typed.Ge, arg64(0), value(typed.U64, 1<<32)), "ld [20]; jeq #0x0, 0, 1; deny; allow; kill"},
		{"arguments equal", compare(typed.Eq, arg32(0), arg32(1)), "ld [24]; tax; ld [16]; jeq x, 0, 1; allow; deny; kill"},
		{"set", &typed.In{X: arg32(0), Intervals: []typed.Interval{{Low: 1, High: 1}, {Low: 3, High: 9}}}, "ld [16]; jset #0xfffffffd, 0, 2; jge #0xa, 1, 0; allow; deny; kill"},
		{"mask of a shift", compare(typed.Eq, binary(typed.BitAnd, binary(typed.Shr, arg32(1), value(typed.U32, 8)), value(typed.U32, 0xff)), value(typed.U32, 0x54)), "ld [24]; and #0xff00; jeq #0x5400, 0, 1; allow; deny; kill"},
		{"bits of a shift", compare(typed.Ne, binary(typed.BitAnd, binary(typed.Shr, arg32(1), value(typed.U32, 16)), value(typed.U32, 3)), value(typed.U32, 0)), "ld [24]; jset #0x30000, 0, 1; allow; deny; kill"},
		{"order of a shift", compare(typed.Ge, binary(typed.Shr, arg32(1), value(typed.U32, 8)), value(typed.U32, 5)), "ld [24]; jge #0x500, 0, 1; allow; deny; kill"},
		{"more than a shift can be", compare(typed.Ge, binary(typed.Shr, arg32(1), value(typed.U32, 31)), value(typed.U32, 2)), "deny; kill"},
		{"combinations of bits", &typed.In{X: arg32(0), Intervals: points(0, 1, 128, 129)}, "ld [16]; jset #0xffffff7e, 0, 1; deny; allow; kill"},
		{"combinations with a bit", &typed.In{X: arg32(0), Intervals: points(4, 6, 12, 14)}, "ld [16]; and #0xfffffff5; jeq #0x4, 0, 1; allow; deny; kill"},
		{"highest bits", compare(typed.Ne, binary(typed.BitAnd, arg32(0), value(typed.U32, 0xfff00000)), value(typed.U32, 0)), "ld [16]; jge #0x100000, 0, 1; allow; deny; kill"},
		{"a few values", &typed.In{X: arg32(0), Intervals: points(4, 9, 11)}, "ld [16]; jeq #0x4, 2, 0; jeq #0x9, 1, 0; jeq #0xb, 0, 1; allow; deny; kill"},
		{"low half first", compare(typed.Eq, arg64(0), value(typed.U64, 7)), "ld [16]; jeq #0x7, 0, 3; ld [20]; jeq #0x0, 0, 1; allow; deny; kill"},
		{"high half first where it decides", compare(typed.Eq, arg64(0), value(typed.U64, 0x500000007)), "ld [20]; jeq #0x5, 0, 3; ld [16]; jeq #0x7, 0, 1; allow; deny; kill"},
		{"what a value says of its bits", or(and(compareEq(0, 5), compareEq(1, 1)), compare(typed.Ne, binary(typed.BitAnd, arg32(0), value(typed.U32, 8)), value(typed.U32, 0))), "ld [16]; jeq #0x5, 0, 2; ld [24]; jeq #0x1, 1, 2; jset #0x8, 0, 1; allow; deny; kill"},
		{"arguments equal to one", &typed.OrExpr{
			X: compare(typed.Eq, arg32(0), arg32(1)),
			Y: &typed.OrExpr{X: compare(typed.Eq, arg32(2), arg32(1)), Y: compare(typed.Eq, arg32(1), arg32(3))},
		}, "ld [16]; tax; ld [24]; jeq x, 5, 0; tax; ld [32]; jeq x, 2, 0; ld [40]; jeq x, 0, 1; allow; deny; kill"},
		{"in two places", &typed.AndExpr{
			X: compare(typed.Ne, arg32(0), value(typed.U32, 1)),
			Y: compare(typed.Ne, arg32(0), value(typed.U32, 5)),
		}, "ld [16]; jeq #0x1, 1, 0; jeq #0x5, 0, 1; deny; allow; kill"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := body(t, arch.X86_64, test.when); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestByteOrder shows that the high word comes first on a big-endian ABI.
func TestByteOrder(t *testing.T) {
	when := compare(typed.Eq, arg64(0), value(typed.U64, 0x100000002))
	got := body(t, arch.S390X, when)
	if want := "ld [16]; jeq #0x1, 0, 3; ld [20]; jeq #0x2, 0, 1; allow; deny; kill"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
