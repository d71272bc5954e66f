package bpf_test

import (
	"runtime"
	"testing"

	"sandbox/bpf"
	"sandbox/internal/oracle"
)

// computing returns a program of about n instructions that computes something
// from everything a filter can see, and returns 12 of its 32 bits as an errno.
func (g generator) computing(n int) []bpf.Instruction {
	const words = 4
	var code []bpf.Instruction
	for w := range uint32(words) {
		code = append(code, bpf.Stmt(bpf.St, w))
	}
	for len(code) < n {
		in := g.instruction(n-len(code), words)
		switch {
		case in.Op == bpf.DivX && g.IntN(4) > 0:
			in.Op = bpf.MulX // divisions by zero cost a child each
		case g.IntN(5) == 0:
			in = bpf.Stmt(bpf.LdWAbs, 4*g.Uint32N(bpf.DataSize/4))
		case g.IntN(24) == 0:
			in = bpf.Stmt(bpf.RetK, uint32(bpf.Errno)+g.Uint32N(bpf.MaxErrno+1))
		}
		code = append(code, in)
	}
	switch g.IntN(4) {
	case 0:
		code = append(code, bpf.Stmt(bpf.Txa, 0))
	case 1:
		code = append(code, bpf.Stmt(bpf.LdMem, g.Uint32N(words)))
	}
	return append(
		code,
		bpf.Stmt(bpf.RshK, pick(g, []uint32{0, 0, 12, 20})),
		bpf.Stmt(bpf.AndK, bpf.MaxErrno),
		bpf.Stmt(bpf.OrK, uint32(bpf.Errno)),
		bpf.Stmt(bpf.RetA, 0),
	)
}

// calls returns n calls of every kind that the oracle can make.
func (g generator) calls(n int) []oracle.Call {
	calls := make([]oracle.Call, n)
	for i := range calls {
		c := &calls[i]
		c.I386 = runtime.GOARCH == "amd64" && g.IntN(2) == 0
		c.Nr = g.constant()
		if g.IntN(2) == 0 {
			c.Nr = g.Uint32N(330) // below the numbers that the kernel exempts
		}
		if !c.I386 && (c.Nr == 335 || c.Nr == 336) {
			c.Nr = 0
		}
		for a := range c.Args {
			c.Args[a] = g.register()
		}
	}
	return calls
}

// emulate runs the program on what the kernel sees, and says what the oracle
// has to say.
func emulate(p bpf.Program, d *bpf.Data) (errno int) {
	r, _ := p.Run(d, false)
	if r == bpf.KillThread {
		return oracle.Killed
	}
	return int(r.Effective().Data())
}

func TestRunEqualsKernel(t *testing.T) {
	const programs, callsEach = 2000, 120
	g := newGenerator(3)
	entries, err := oracle.FindEntries()
	if err != nil {
		t.Fatal(err)
	}
	kills := 0
	distinct := make(map[int]bool)
	for range programs {
		p, err := bpf.Verify(g.computing(8 + g.IntN(40)))
		if err != nil {
			t.Fatal(err)
		}
		calls, data := fewKills(p, entries, g.calls(callsEach))
		got, err := oracle.Errnos(p, calls)
		if err != nil {
			t.Fatal(err)
		}
		for i, errno := range got {
			distinct[errno] = true
			if errno == oracle.Killed {
				kills++
			}
			if want := emulate(p, &data[i]); errno != want {
				t.Fatalf("kernel: %d, Run: %d\n%+v\n%v", errno, want, data[i], p.Code())
			}
		}
	}
	if kills < 20 || len(distinct) < bpf.MaxErrno/2 {
		t.Errorf("%d kills, %d distinct results: too few to prove much", kills, len(distinct))
	}
}

// fewKills returns the calls and what a filter sees of them, without most of
// those for which Run predicts a division by zero.
func fewKills(p bpf.Program, entries oracle.Entries, calls []oracle.Call) (kept []oracle.Call, data []bpf.Data) {
	kills := 0
	for _, c := range calls {
		d := entries.Data(c)
		if emulate(p, &d) == oracle.Killed {
			if kills++; kills > 2 {
				continue
			}
		}
		kept, data = append(kept, c), append(data, d)
	}
	return kept, data
}

// Each opcode alone, on pairs of edge values in A and X: there, all 32 bits of
// the result are compared.
func TestRunEqualsKernelOnEachOperation(t *testing.T) {
	values := append([]uint32{6, 9, 20, 30, 0x12345678, 0xaaaaaaaa, 0xfedcba98}, edges...)
	var calls []oracle.Call
	for _, a := range values {
		for _, x := range values {
			calls = append(calls, oracle.Call{Args: [6]uint64{uint64(a), uint64(x)}})
		}
	}
	divisible := make([]oracle.Call, 0, len(calls))
	for _, c := range calls {
		if c.Args[1] != 0 {
			divisible = append(divisible, c)
		}
	}
	for _, op := range allOps() {
		for _, k := range []uint32{1, 0, 3, 31, 0x7fffffff, 0x80000000, 0xffffffff} {
			code := operation(op, k)
			if code == nil {
				break
			}
			for _, shift := range []uint32{0, 12, 24} {
				code[len(code)-4].K = shift
				p, err := bpf.Verify(code)
				if err != nil {
					continue // a zero divisor or a wide shift
				}
				given := calls
				if op == bpf.DivX {
					given = divisible
				}
				compareOn(t, p, given)
			}
		}
	}
}

// operation returns a program that does one operation with A = args[0] and
// X = args[1], or nil for what that cannot show.
func operation(op uint16, k uint32) []bpf.Instruction {
	code := []bpf.Instruction{
		bpf.Stmt(bpf.LdWAbs, bpf.OffsetLow(bpf.OffsetArg(1), false)),
		bpf.Stmt(bpf.Tax, 0),
		bpf.Stmt(bpf.LdWAbs, bpf.OffsetLow(bpf.OffsetArg(0), false)),
	}
	switch op {
	case bpf.LdWAbs, bpf.Ja, bpf.RetK, bpf.RetA, bpf.LdMem, bpf.LdxMem:
		return nil // TestRunEqualsKernel has them
	case bpf.St:
		code = append(code, bpf.Stmt(op, 5), bpf.Stmt(bpf.Neg, 0), bpf.Stmt(bpf.LdxMem, 5), bpf.Stmt(bpf.SubX, 0))
	case bpf.Stx:
		code = append(code, bpf.Stmt(op, 15), bpf.Stmt(bpf.LdMem, 15))
	case bpf.LdxImm, bpf.LdxLen, bpf.Tax:
		code = append(code, bpf.Stmt(op, k), bpf.Stmt(bpf.Txa, 0))
	case bpf.JeqK, bpf.JeqX, bpf.JgtK, bpf.JgtX, bpf.JgeK, bpf.JgeX, bpf.JsetK, bpf.JsetX:
		code = append(code, bpf.Jump(op, k, 0, 1), bpf.Stmt(bpf.RetK, uint32(bpf.Errno)+77))
	default:
		code = append(code, bpf.Stmt(op, k))
	}
	return append(
		code,
		bpf.Stmt(bpf.RshK, 0),
		bpf.Stmt(bpf.AndK, bpf.MaxErrno),
		bpf.Stmt(bpf.OrK, uint32(bpf.Errno)),
		bpf.Stmt(bpf.RetA, 0),
	)
}

// compareOn compares Run with the kernel on each call. The program must not
// look at the instruction pointer.
func compareOn(t *testing.T, p bpf.Program, calls []oracle.Call) {
	t.Helper()
	got, err := oracle.Errnos(p, calls)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range calls {
		d := bpf.Data{Nr: c.Nr, Args: c.Args}
		if want := emulate(p, &d); got[i] != want {
			t.Errorf("kernel: %d, Run: %d\n%+v\n%v", got[i], want, d, p.Code())
			return
		}
	}
}
