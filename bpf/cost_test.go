package bpf_test

import (
	"math/rand/v2"
	"testing"

	"sandbox/bpf"
)

func costProgram(t *testing.T) bpf.Program {
	t.Helper()
	code, err := bpf.Parse(`
l0: ld [4]
l1: jeq #0xc000003e, l2, l9
l2: ld [0]
l3: jgt #5, l8, l4
l4: ld [16]
l5: jeq #1, l8, l6
l6: jset #2, l8, l7
l7: ret #0x50001
l8: ret #0x7fff0000
l9: ret #0x80000000
`)
	if err != nil {
		t.Fatal(err)
	}
	p, err := bpf.Verify(code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCost(t *testing.T) {
	p := costProgram(t)
	tests := []struct {
		arch, nr            uint32
		instructions, tests int
	}{
		{0x40000003, 0, 3, 0},
		{0xc000003e, 6, 5, 0},
		{0xc000003e, 5, 8, 2},
	}
	for _, test := range tests {
		c := p.Cost(test.arch, test.nr)
		if c.Instructions != test.instructions || c.Tests != test.tests || len(c.Path) > c.Instructions {
			t.Errorf("arch %#x, number %d: %+v, want %d instructions and %d tests", test.arch, test.nr, c, test.instructions, test.tests)
		}
	}
}

// TestCostIsABound tries random calls: none takes longer than the cost.
func TestCostIsABound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := costProgram(t)
	reached := 0
	for range 10_000 {
		d := bpf.Data{Arch: 0xc000003e, Nr: r.Uint32N(8), Args: [6]uint64{uint64(r.Uint32N(4))}}
		_, executed := p.Run(&d, false)
		c := p.Cost(d.Arch, d.Nr)
		if executed > c.Instructions {
			t.Fatalf("%+v: %d instructions, the cost is %+v", d, executed, c)
		}
		if executed == c.Instructions {
			reached++
		}
	}
	if reached < 1000 {
		t.Errorf("the bound is reached %d times", reached)
	}
}
