package prove

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
)

// TestTermsHaveRoom holds the bits that quotients and remainders may have, of a
// word and of two words digit by digit, to the largest ones that there are: both
// sides of a proof would share a bit that is forgotten.
func TestTermsHaveRoom(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	divisors := []uint32{3, 5, 7, 10, 0xfff, 0x7fff, 0x8001, 0xffff, 0x10001, 0x7fffffff, 0x80000001, 0xffffffff}
	for range 200 {
		divisors = append(divisors, r.Uint32()>>r.IntN(30)|1)
	}
	room := func(n number) (ones uint64) {
		for i, bit := range n {
			if bit != never {
				ones |= 1 << i
			}
		}
		return ones
	}
	for _, k := range divisors {
		if k < 3 {
			continue
		}
		in := newInputs(newDiagrams(1<<16), noGroups())
		in.opaque = true
		word, wide := in.word(4), append(append(number(nil), in.word(4)...), in.word(5)...)
		widths := func(a number, all uint64) {
			q, rest, ok := in.divideOpaquely(a, constant(uint64(k), len(a)))
			if !ok {
				return
			}
			for i := range 200 {
				v := r.Uint64() & all
				switch i {
				case 0:
					v = all
				case 1:
					v = all / uint64(k) * uint64(k) // and the next one less has the largest remainder
				case 2:
					v = all/uint64(k)*uint64(k) - 1
				case 3: // the digits of the quotient are as large as they can be
					v = min(uint64(k)<<32-1, all)
				case 4:
					v = min(uint64(k)<<16-1, all)
				}
				if room(q)&(v/uint64(k)) != v/uint64(k) || room(rest)&(v%uint64(k)) != v%uint64(k) {
					t.Fatalf("%#x by %d: the quotient may have the bits %#x only, the remainder %#x", v, k, room(q), room(rest))
				}
			}
			if n := bits.Len64(room(rest)); n != bits.Len32(k-1) {
				t.Fatalf("by %d: the remainder has %d bits", k, n)
			}
		}
		widths(word, 0xffffffff)
		widths(wide, ^uint64(0))
	}
}

// TestMissingDivisions tries programs that know nothing of a condition about
// the top bit of some digit of a quotient or remainder: the induction does not
// take it for one that never holds.
func TestMissingDivisions(t *testing.T) {
	without := rules(1, func(int) string { return "mmap: len == 1" })
	compiled, err := compiler.Compile(loaded(t, without, arch.X86_64).Typed)
	if err != nil {
		t.Fatal(err)
	}
	for _, condition := range []string{
		"len / 10 & 0x8000 != 0", "len / 10 & 0x80000000 != 0", "len / 10 >= 0x1000000000000000",
		"len / 65535 & 0x8000 != 0", "len % 10 >= 8", "len % 65535 >= 0x8000", "prot / 3 >= 0x40000000", "prot % 5 == 4",
		"prot * 3 >= 0x80000000",
	} {
		p := loaded(t, rules(2, func(i int) string { return [...]string{"mmap: len == 1", "mmap: " + condition}[i] }), arch.X86_64).Typed
		for _, how := range strategies {
			if eachSquare(t, p, compiled.Program, how, nil) {
				t.Errorf("%+v proves that %s never holds", how, condition)
			}
		}
	}
}

// TestFalseRemainders tries programs that compute almost a remainder: of the
// difference of a number and a multiple, only that of the number and its own
// quotient times the divisor is one.
func TestFalseRemainders(t *testing.T) {
	p := loaded(t, rules(1, func(int) string { return "mmap: prot % 10 == 3" }), arch.X86_64).Typed
	const prot, flags = bpf.OffsetArgs + 2*8, bpf.OffsetArgs + 3*8
	for _, test := range []struct {
		name        string
		of, from    uint32 // offsets of the dividend, and of what the multiple is taken from
		by, factor  uint32
		isRemainder bool
	}{
		{"the remainder", prot, prot, 10, 10, true},
		{"of another number", flags, prot, 10, 10, false},
		{"from another number", prot, flags, 10, 10, false},
		{"another factor", prot, prot, 10, 7, false},
		{"another divisor", prot, prot, 7, 10, false},
		{"of another divisor", prot, prot, 7, 7, false},
	} {
		program, err := bpf.Verify([]bpf.Instruction{
			bpf.Stmt(bpf.LdWAbs, bpf.OffsetArch),
			{Op: bpf.JeqK, Jf: 10, K: arch.X86_64.Audit()},
			bpf.Stmt(bpf.LdWAbs, bpf.OffsetNr),
			{Op: bpf.JeqK, Jf: 8, K: 9},
			bpf.Stmt(bpf.LdWAbs, test.of),
			bpf.Stmt(bpf.DivK, test.by),
			bpf.Stmt(bpf.MulK, test.factor),
			bpf.Stmt(bpf.Tax, 0),
			bpf.Stmt(bpf.LdWAbs, test.from),
			bpf.Stmt(bpf.SubX, 0),
			{Op: bpf.JeqK, Jf: 1, K: 3},
			bpf.Stmt(bpf.RetK, uint32(bpf.KillProcess)),
			bpf.Stmt(bpf.RetK, uint32(bpf.Errno.With(1))),
		})
		if err != nil {
			t.Fatal(err)
		}
		proved := false
		for _, how := range strategies {
			eachSquare(t, p, program, how, func(r region) {
				proved = proved || r.arch.first == arch.X86_64.Audit() && r.nr == (span{9, 9})
			})
		}
		if proved != test.isRemainder {
			t.Errorf("%s: proved is %v", test.name, proved)
		}
	}
}
