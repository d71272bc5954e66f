package main

import (
	"errors"
	"slices"
	"testing"

	"sandbox/bpf"
)

// TestJudge holds the figures to ones counted by hand.
func TestJudge(t *testing.T) {
	d, err := readDescription("small", "default errno(1)\nallow\n  getppid\n  read: args[0] == 0\n  read: args[0] == 5\n")
	if err != nil {
		t.Fatal(err)
	}
	code, err := bpf.Parse(`
l0: ld [0]
l1: jeq #110, l8, l2
l2: jeq #0, l3, l9
l3: ld [20]
l4: jeq #0, l5, l9
l5: ld [16]
l6: jeq #0, l8, l7
l7: jeq #5, l8, l9
l8: ret #0x7fff0000
l9: ret #0x50001
`)
	if err != nil {
		t.Fatal(err)
	}
	program, err := bpf.Verify(code)
	if err != nil {
		t.Fatal(err)
	}
	got, err := judge(d, program)
	if err != nil {
		t.Fatal(err)
	}
	// All but getppid and read are denied outright, in 4 instructions. A read
	// takes 8 with 0 and 9 with 5, or with what neither rule has.
	read := weight(0)
	var others float64
	for number := range uint32(lastNumber + 1) {
		if number != 0 && number != 110 {
			others += weight(number)
		}
	}
	want := quality{size: 10, longest: 9, denied: 4, zeros: 8, weighted: (8.5*read + 4*others) / (read + others), cached: 1, cacheable: 1}
	close := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
	if !close(got.denied, want.denied) || !close(got.weighted, want.weighted) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got.denied, got.weighted = want.denied, want.weighted
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	worse := want
	worse.size, worse.cached = 11, 0
	if columns := want.better(worse); !slices.Equal(columns, []string{"size", "cached"}) {
		t.Errorf("it is said to be better in %q", columns)
	}
}

// TestShapes compiles the policies whose growth is shown.
func TestShapes(t *testing.T) {
	for _, s := range shapes {
		for _, p := range goPeers() {
			if formOf(p).form != registers {
				continue
			}
			d := s.make(40)
			if len(d.rules) < 40 {
				t.Errorf("%s has %d rules", s.name, len(d.rules))
			}
			if _, err := p.compile(d); err != nil {
				t.Errorf("%s: %s: %v", s.name, p.name(), err)
			}
		}
	}
	_, err := ours{registers}.compile(manyCalls(3000))
	if err != nil && !refused(err) {
		t.Errorf("got %v, want that it is too large", err)
	}
	if refused(errors.New("something else")) {
		t.Error("any error counts as a program that is too large")
	}
}
