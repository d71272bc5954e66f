package bpf_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"sandbox/bpf"
)

// seeds are programs as bytes, valid and not.
func seeds() [][]byte {
	g := newGenerator(5)
	var list [][]byte
	for i := range 40 {
		code := g.program(2 + g.IntN(30))
		switch i % 4 {
		case 1:
			g.mutate(code)
		case 2:
			code = g.scratch()
		case 3:
			code = g.noise()
		}
		var b []byte
		for _, in := range code {
			b = binary.LittleEndian.AppendUint16(b, in.Op)
			b = append(b, in.Jt, in.Jf)
			b = binary.LittleEndian.AppendUint32(b, in.K)
		}
		list = append(list, b)
	}
	return list
}

// A verified program ends, survives a round trip through bytes, and returns
// allow for whatever Cacheable says that it allows.
func FuzzVerifyRun(f *testing.F) {
	for i, b := range seeds() {
		f.Add(b, uint32(i), uint64(i)<<32, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, b []byte, nr uint32, arg uint64, bigEndian bool) {
		code, err := bpf.Decode(b[:len(b)/bpf.InstructionSize*bpf.InstructionSize], binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		p, err := bpf.Verify(code)
		if err != nil {
			if p.Len() != 0 || !p.IsZero() {
				t.Fatalf("rejected, but there is a program: %v", err)
			}
			return
		}
		d := sample
		d.Nr = nr
		for i := range d.Args {
			d.Args[i] = arg * uint64(i+1)
		}
		r, executed := p.Run(&d, bigEndian)
		if executed < 1 || executed > p.Len() {
			t.Fatalf("%d instructions executed of %d", executed, p.Len())
		}
		if p.Cacheable(d.Arch, nr) && r != bpf.Allow {
			t.Fatalf("cacheable, but returns %v", r)
		}
		if again, _ := bpf.Decode(p.Append(nil, binary.BigEndian), binary.BigEndian); !slices.Equal(again, code) {
			t.Fatal("decoded differently")
		}
	})
}

// What parses is written so that it parses to the same.
func FuzzParse(f *testing.F) {
	f.Add(listing)
	for _, b := range seeds() {
		code, err := bpf.Decode(b, binary.LittleEndian)
		if err != nil {
			f.Fatal(err)
		}
		var lines strings.Builder
		for _, in := range code {
			lines.WriteString(in.String() + "\n")
		}
		f.Add(lines.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := bpf.Parse(text)
		if err != nil {
			return
		}
		var lines, list strings.Builder
		for _, in := range code {
			lines.WriteString(in.String() + "\n")
		}
		if err := bpf.WriteListing(&list, code, bpf.Listing{}); err != nil {
			t.Fatal(err)
		}
		for _, written := range []string{lines.String(), list.String()} {
			again, err := bpf.Parse(written)
			if err != nil || !slices.Equal(again, code) {
				t.Fatalf("%v\n%s", err, written)
			}
		}
	})
}

// Every instruction that there can be has a text of its own.
func FuzzInstructionText(f *testing.F) {
	for _, op := range append(allOps(), 0x94, 0xffff) {
		f.Add(op, uint8(0), uint8(0), uint32(0))
		f.Add(op, uint8(1), uint8(255), uint32(0x7fff0000))
	}
	f.Fuzz(func(t *testing.T, op uint16, jt, jf uint8, k uint32) {
		in := bpf.Jump(op, k, jt, jf)
		if got, err := bpf.Parse(in.String()); err != nil || len(got) != 1 || got[0] != in {
			t.Fatalf("%q is parsed as %v, error %v", in, got, err)
		}
	})
}
