package bpf_test

import (
	"testing"

	"sandbox/bpf"
)

// sample has a different value in each of its sixteen words.
var sample = bpf.Data{
	Nr:   0x80000001,
	Arch: 0xc000003e,
	IP:   0x1111111122222222,
	Args: [6]uint64{
		0x3333333344444444, 0x5555555566666666, 0x7777777788888888,
		0x99999999aaaaaaaa, 0xbbbbbbbbcccccccc, 0xddddddddeeeeeeee,
	},
}

func TestRun(t *testing.T) {
	tests := []struct {
		text     string
		want     bpf.Return
		executed int
	}{
		{"ret a", 0, 1},
		{"txa\nret a", 0, 2},
		{"ret #0x7fff0000", bpf.Allow, 1},
		{"ret #0x60005", 0x60005, 1}, // as the program says it
		{"ld #len\nret a", 64, 2},
		{"ldx #len\ntxa\nret a", 64, 3},
		{"ld #7\nret a", 7, 2},
		{"ldx #7\ntxa\nret a", 7, 3},
		{"ld #7\nst M[3]\nld #8\nld M[3]\nret a", 7, 5},
		{"ldx #7\nstx M[15]\nld M[15]\nret a", 7, 4},
		{"ld #7\nst M[0]\nldx M[0]\nadd x\nret a", 14, 5},
		{"ld #0xffffffff\nadd #2\nret a", 1, 3},
		{"ldx #3\nld #4\nadd x\nret a", 7, 4},
		{"ld #1\nsub #2\nret a", 0xffffffff, 3},
		{"ldx #3\nld #4\nsub x\nret a", 1, 4},
		{"ld #0x80000001\nmul #2\nret a", 2, 3},
		{"ldx #3\nld #4\nmul x\nret a", 12, 4},
		{"ld #0xfffffffe\ndiv #2\nret a", 0x7fffffff, 3},
		{"ldx #5\nld #14\ndiv x\nret a", 2, 4},
		{"ld #14\ndiv x\nret #0x7fff0000", 0, 2},
		{"ld #14\nor #1\nret a", 15, 3},
		{"ldx #1\nld #14\nor x\nret a", 15, 4},
		{"ld #14\nand #3\nret a", 2, 3},
		{"ldx #3\nld #14\nand x\nret a", 2, 4},
		{"ld #14\nxor #3\nret a", 13, 3},
		{"ldx #3\nld #14\nxor x\nret a", 13, 4},
		{"ld #3\nlsh #31\nret a", 0x80000000, 3},
		{"ldx #33\nld #3\nlsh x\nret a", 6, 4},
		{"ld #0x80000000\nrsh #31\nret a", 1, 3},
		{"ldx #63\nld #0x80000000\nrsh x\nret a", 1, 4},
		{"ld #1\nneg\nret a", 0xffffffff, 3},
		{"ld #9\ntax\nld #1\ntxa\nret a", 9, 5},
		{"ja 1\nret #1\nret #2", 2, 2},
		{"ld #5\njeq #5, 0, 1\nret #1\nret #2", 1, 3},
		{"ld #5\njeq #6, 0, 1\nret #1\nret #2", 2, 3},
		{"ldx #5\nld #5\njeq x, 0, 1\nret #1\nret #2", 1, 4},
		{"ld #0x80000000\njgt #0x7fffffff, 0, 1\nret #1\nret #2", 1, 3},
		{"ld #5\njgt #5, 0, 1\nret #1\nret #2", 2, 3},
		{"ldx #4\nld #5\njgt x, 0, 1\nret #1\nret #2", 1, 4},
		{"ld #5\njge #5, 0, 1\nret #1\nret #2", 1, 3},
		{"ld #5\njge #6, 0, 1\nret #1\nret #2", 2, 3},
		{"ldx #6\nld #5\njge x, 0, 1\nret #1\nret #2", 2, 4},
		{"ld #6\njset #5, 0, 1\nret #1\nret #2", 1, 3},
		{"ld #6\njset #9, 0, 1\nret #1\nret #2", 2, 3},
		{"ldx #9\nld #6\njset x, 0, 1\nret #1\nret #2", 2, 4},
		{"jeq #0, 3, 0\nret #1\nret #2\nret #3\nret #4", 4, 2},
		{"jeq #1, 0, 3\nret #1\nret #2\nret #3\nret #4", 4, 2},
	}
	for _, test := range tests {
		r, n := program(t, test.text).Run(&sample, false)
		if r != test.want || n != test.executed {
			t.Errorf("%q: 0x%x after %d instructions, want 0x%x after %d", test.text, uint32(r), n, uint32(test.want), test.executed)
		}
	}
}

func TestRunLoads(t *testing.T) {
	little := []uint32{
		0x80000001, 0xc000003e, 0x22222222, 0x11111111,
		0x44444444, 0x33333333, 0x66666666, 0x55555555, 0x88888888, 0x77777777,
		0xaaaaaaaa, 0x99999999, 0xcccccccc, 0xbbbbbbbb, 0xeeeeeeee, 0xdddddddd,
	}
	for i, want := range little {
		p, err := bpf.Verify([]bpf.Instruction{bpf.Stmt(bpf.LdWAbs, uint32(4*i)), bpf.Stmt(bpf.RetA, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if r, _ := p.Run(&sample, false); uint32(r) != want {
			t.Errorf("[%d] little-endian: 0x%x, want 0x%x", 4*i, uint32(r), want)
		}
		if i >= 2 {
			want = little[i^1]
		}
		if r, _ := p.Run(&sample, true); uint32(r) != want {
			t.Errorf("[%d] big-endian: 0x%x, want 0x%x", 4*i, uint32(r), want)
		}
	}
}

func TestOffsets(t *testing.T) {
	for _, bigEndian := range []bool{false, true} {
		for i, want := range sample.Args {
			halves := [2]uint32{bpf.OffsetLow(bpf.OffsetArg(i), bigEndian), bpf.OffsetHigh(bpf.OffsetArg(i), bigEndian)}
			for h, k := range halves {
				p, err := bpf.Verify([]bpf.Instruction{bpf.Stmt(bpf.LdWAbs, k), bpf.Stmt(bpf.RetA, 0)})
				if err != nil {
					t.Fatal(err)
				}
				if r, _ := p.Run(&sample, bigEndian); uint32(r) != uint32(want>>(32*h)) {
					t.Errorf("args[%d], half %d, big-endian %t: 0x%x", i, h, bigEndian, uint32(r))
				}
			}
		}
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	p := program(t, "ld [16]\nst M[0]\nldx M[0]\nadd x\nret a")
	d := sample
	if n := testing.AllocsPerRun(100, func() {
		p.Run(&d, false)
		p.Cacheable(d.Arch, d.Nr)
	}); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

func TestCacheable(t *testing.T) {
	const x86, i386 = 0xc000003e, 0x40000003
	tests := []struct {
		text      string
		audit, nr uint32
		want      bool
	}{
		{"ret #0x7fff0000", x86, 1, true},
		{"ret #0x7fff0001", x86, 1, false}, // allow, but not exactly
		{"ret #0x7ffc0000", x86, 1, false},
		{"ret a", x86, 1, false},
		{"ld [0]\njeq #1, 0, 1\nret #0x7fff0000\nret #0", x86, 1, true},
		{"ld [0]\njeq #1, 0, 1\nret #0x7fff0000\nret #0", x86, 2, false},
		{"ld [4]\njeq #0xc000003e, 0, 1\nret #0x7fff0000\nret #0", x86, 1, true},
		{"ld [4]\njeq #0xc000003e, 0, 1\nret #0x7fff0000\nret #0", i386, 1, false},
		{"ld [0]\njgt #7, 0, 1\nret #0x7fff0000\nret #0", x86, 8, true},
		{"ld [0]\njgt #7, 0, 1\nret #0x7fff0000\nret #0", x86, 7, false},
		{"ld [0]\njge #7, 0, 1\nret #0x7fff0000\nret #0", x86, 7, true},
		{"ld [0]\njge #7, 0, 1\nret #0x7fff0000\nret #0", x86, 6, false},
		{"ld [0]\njset #0x40000000, 1, 0\nret #0x7fff0000\nret #0", x86, 1, true},
		{"ld [0]\njset #0x40000000, 1, 0\nret #0x7fff0000\nret #0", x86, 0x40000001, false},
		{"ld [0]\nand #6\njeq #2, 0, 1\nret #0x7fff0000\nret #0", x86, 3, true},
		{"ld [0]\nand #6\njeq #2, 0, 1\nret #0x7fff0000\nret #0", x86, 4, false},
		{"ja 1\nret #0\nret #0x7fff0000", x86, 1, true},
		{"jeq #0, 0, 1\nret #0x7fff0000\nret #0", x86, 1, true}, // A begins as 0
		{"ld [8]\nret #0x7fff0000", x86, 1, false},
		{"ld [16]\nret #0x7fff0000", x86, 1, false},
		{"ld #0\nret #0x7fff0000", x86, 1, false},
		{"ld #len\nret #0x7fff0000", x86, 1, false},
		{"ldx #0\nret #0x7fff0000", x86, 1, false},
		{"tax\nret #0x7fff0000", x86, 1, false},
		{"txa\nret #0x7fff0000", x86, 1, false},
		{"st M[0]\nret #0x7fff0000", x86, 1, false},
		{"or #0\nret #0x7fff0000", x86, 1, false},
		{"sub #0\nret #0x7fff0000", x86, 1, false},
		{"rsh #0\nret #0x7fff0000", x86, 1, false},
		{"neg\nret #0x7fff0000", x86, 1, false},
		{"and x\nret #0x7fff0000", x86, 1, false},
		{"jeq x, 0, 0\nret #0x7fff0000", x86, 1, false},
		{"ld [0]\njeq #1, 1, 0\nld [16]\nret #0x7fff0000", x86, 1, true}, // the load is not on the way
		{"ld [0]\njeq #1, 1, 0\nld [16]\nret #0x7fff0000", x86, 2, false},
	}
	for _, test := range tests {
		if got := program(t, test.text).Cacheable(test.audit, test.nr); got != test.want {
			t.Errorf("%q: 0x%x, %d: %t", test.text, test.audit, test.nr, got)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	var code []bpf.Instruction
	for i := range uint32(100) {
		code = append(code, bpf.Stmt(bpf.LdWAbs, i%16*4), bpf.Jump(bpf.JeqK, 1000+i, 0, 1), bpf.Stmt(bpf.RetK, i))
	}
	p, err := bpf.Verify(append(code, bpf.Stmt(bpf.RetK, uint32(bpf.Allow))))
	if err != nil {
		b.Fatal(err)
	}
	d := sample
	executed := 0
	b.ReportAllocs()
	for b.Loop() {
		_, executed = p.Run(&d, false)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*executed), "ns/instruction")
}

func BenchmarkVerify(b *testing.B) {
	code := newGenerator(1).program(80)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bpf.Verify(code); err != nil {
			b.Fatal(err)
		}
	}
}
