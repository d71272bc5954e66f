package compiler

import (
	"errors"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// manyValues allows call 1 for n values of its first argument that cannot be
// merged into ranges, and denies or kills for what is between by turns, so that
// targets stay far apart.
func manyValues(n int) *typed.Policy {
	f := make([]typed.Filter, n)
	for i := range f {
		when := compare(typed.Eq, as(typed.U32, binary(typed.Mul, arg32(i%6), value(typed.U32, 3))), value(typed.U32, int64(i)))
		f[i] = allowing(when, typed.NumberRange{First: 1, Last: 1})
		f[i].At = typed.Position{File: "many.toml", Line: i + 1, Column: 1}
		if i%2 == 1 {
			f[i].Rule = &typed.Rule{Name: "kill", Action: kill}
		}
	}
	return policyOf(arch.X86_64, f...)
}

// TestLongJumps compiles programs on both sides of every limit of 8-bit jumps
// and holds each value to the evaluator: a peer's assembler allows what it
// should kill once a body passes 255 instructions (elastic/go-seccomp-bpf#9).
func TestLongJumps(t *testing.T) {
	for _, n := range []int{60, 63, 64, 65, 84, 85, 86, 127, 128, 129, 254, 255, 256, 257, 600, 1300} {
		p := manyValues(n)
		c, err := Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		for i := -1; i <= n; i++ {
			for position := range 6 {
				call := typed.Call{Nr: 1, Arch: arch.X86_64.Audit()}
				call.Args[position] = uint64(uint32(i) * 0xaaaaaaab) // 3 * 0xaaaaaaab is 1, modulo 2^32
				if got, want := run(c.Program, &call, false), expected(p.Decide(&call).Action); got != want {
					t.Fatalf("%d values, args[%d] for %d: the program returns %v, the policy says %v", n, position, i, got, want)
				}
			}
		}
	}
}

// TestNearlyTooLarge compiles as many values as fit if they are asked for one by
// one: there is no room for a search.
func TestNearlyTooLarge(t *testing.T) {
	const values = 4000
	p := policyOf(arch.X86_64, manyFilters(values, func(i int) (typed.Bool, uint32) { return compareEq(0, int64(3*i)), 1 })...)
	c, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	for i := uint64(0); i < 3*values; i += 41 {
		call := typed.Call{Nr: 1, Arch: arch.X86_64.Audit(), Args: [6]uint64{i}}
		if got, want := run(c.Program, &call, false), expected(p.Decide(&call).Action); got != want {
			t.Fatalf("for %d the program returns %v, the policy says %v", i, got, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	p := manyValues(3000)
	dear := &typed.AndExpr{X: compare(typed.Eq, arg64(0), arg64(1)), Y: compare(typed.Eq, binary(typed.Div, arg64(2), value(typed.U64, 12345)), arg64(3))}
	p.Layers[0].ABIs[0].Filters[7].When = dear
	_, err := Compile(p)
	var size *TooLargeError
	if !errors.As(err, &size) {
		t.Fatalf("got error %v", err)
	}
	if size.Instructions <= bpf.MaxInstructions || size.Costs[0].Filter.At.Line != 8 {
		t.Errorf("%d instructions, dearest %+v", size.Instructions, size.Costs[0].Filter.At)
	}
	if text := err.Error(); !strings.Contains(text, "the kernel takes 4096; most are for many.toml:8:1 (") {
		t.Errorf("the message does not say where: %s", text)
	}
}

// TestFarTooLarge gives up before it chooses instructions, and still says what
// is to blame.
func TestFarTooLarge(t *testing.T) {
	_, err := Compile(manyValues(maxTests + 1))
	var size *TooLargeError
	if !errors.As(err, &size) || size.Instructions != 0 || len(size.Costs) == 0 {
		t.Fatalf("got error %v", err)
	}
	if text := err.Error(); !strings.Contains(text, "that the kernel takes; most are for many.toml:") {
		t.Errorf("the message does not say where: %s", text)
	}
}

// TestTooManyTogether stacks policies whose tests multiply.
func TestTooManyTogether(t *testing.T) {
	p := &typed.Policy{}
	for argument := range 4 {
		var filters []typed.Filter
		for i := range 400 {
			f := allowing(compareEq(argument, int64(i)), typed.NumberRange{First: 1, Last: 1})
			f.Rule = &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: uint16(1 + 400*argument + i)}}
			filters = append(filters, f)
		}
		filters = append(filters, allowing(nil, everyCall...))
		p.Layers = append(p.Layers, policyOf(arch.X86_64, filters...).Layers[0])
	}
	_, err := Compile(p)
	var size *TooLargeError
	if !errors.As(err, &size) || size.Instructions != 0 || !strings.HasPrefix(err.Error(), "more tests are needed than") {
		t.Fatalf("got error %v", err)
	}
}

// TestTooComplex needs more values at once than scratch memory holds: each
// product stands on both sides of the comparison.
func TestTooComplex(t *testing.T) {
	sides := [2]typed.Int{arg32(0), arg32(1)}
	for i := range bpf.MemWords + 1 {
		product := binary(typed.Mul, arg32(i%6), value(typed.U32, int64(2*i+3)))
		sides[0] = binary(typed.Add, sides[0], product)
		sides[1] = binary(typed.BitXor, sides[1], product)
	}
	f := allowing(compare(typed.Eq, sides[0], sides[1]), everyCall...)
	f.At = typed.Position{File: "complex.toml", Line: 3, Column: 5}
	_, err := Compile(policyOf(arch.X86_64, f))
	var complexity *TooComplexError
	if !errors.As(err, &complexity) {
		t.Fatalf("got error %v", err)
	}
	if text := err.Error(); !strings.HasPrefix(text, "complex.toml:3:5: a comparison needs more than the 16 words") {
		t.Errorf("the message does not say where: %s", text)
	}
}

func TestMixedByteOrder(t *testing.T) {
	p := policyOf(arch.X86_64)
	p.Layers[0].ABIs = append(p.Layers[0].ABIs, typed.Section{ABI: arch.S390X, Filters: p.Layers[0].ABIs[0].Filters})
	_, err := Compile(p)
	var mixed *MixedOrderError
	if !errors.As(err, &mixed) {
		t.Fatalf("got error %v", err)
	}
}
