package bpf_test

import (
	"testing"

	"sandbox/bpf"
	"sandbox/internal/oracle"
)

// agreeOn compares Verify with the kernel on each program and returns how many
// the kernel accepts.
func agreeOn(t *testing.T, programs [][]bpf.Instruction) (accepted int) {
	t.Helper()
	kernel, err := oracle.Accepts(programs)
	if err != nil {
		t.Fatal(err)
	}
	disagreements := 0
	for i, code := range programs {
		_, err := bpf.Verify(code)
		if kernel[i] {
			accepted++
		}
		if (err == nil) == kernel[i] {
			continue
		}
		if disagreements++; disagreements <= 5 {
			t.Errorf("kernel accepts: %t; Verify: %v\n%v", kernel[i], err, head(code))
		}
	}
	if disagreements > 0 {
		t.Fatalf("%d disagreements in %d programs", disagreements, len(programs))
	}
	return accepted
}

// head returns the first instructions of a long program.
func head(code []bpf.Instruction) []bpf.Instruction { return code[:min(len(code), 40)] }

func TestVerifyEqualsKernelOnEveryOpcode(t *testing.T) {
	var programs [][]bpf.Instruction
	for op := range 1 << 16 {
		programs = append(programs, []bpf.Instruction{
			{Op: uint16(op), K: 4},
			bpf.Stmt(bpf.RetA, 0), bpf.Stmt(bpf.RetA, 0), bpf.Stmt(bpf.RetA, 0), bpf.Stmt(bpf.RetA, 0),
			bpf.Stmt(bpf.RetA, 0), bpf.Stmt(bpf.RetA, 0),
		})
	}
	// All but the two loads from scratch memory, which was not written.
	if got, want := agreeOn(t, programs), len(allOps())-2; got != want {
		t.Errorf("the kernel accepts %d opcodes, want %d", got, want)
	}
}

// Each opcode with edge values in every field, at the begin, before the end and
// at the end of a program, with all scratch memory written before or none.
func TestVerifyEqualsKernelOnEdges(t *testing.T) {
	ks := append([]uint32{6, 9, 20, 28, 36, 48, 52}, edges...)
	skips := [][2]uint8{{0, 0}, {1, 0}, {0, 1}, {2, 2}, {3, 1}, {255, 0}, {0, 255}}
	var written []bpf.Instruction
	for w := range uint32(bpf.MemWords) {
		written = append(written, bpf.Stmt(bpf.St, w))
	}
	ret := bpf.Stmt(bpf.RetK, uint32(bpf.Allow))
	var programs [][]bpf.Instruction
	for _, op := range allOps() {
		for _, k := range ks {
			for _, skip := range skips {
				in := bpf.Jump(op, k, skip[0], skip[1])
				programs = append(
					programs,
					[]bpf.Instruction{in},
					[]bpf.Instruction{in, ret},
					[]bpf.Instruction{in, ret, ret},
					append(written[:len(written):len(written)], in, ret, ret, ret),
				)
			}
		}
	}
	accepted := agreeOn(t, programs)
	if accepted < len(programs)/4 || accepted > 3*len(programs)/4 {
		t.Errorf("%d of %d programs are accepted: too few of one kind to prove much", accepted, len(programs))
	}
}

func TestVerifyEqualsKernelOnSize(t *testing.T) {
	const most = bpf.MaxInstructions
	var programs [][]bpf.Instruction
	for _, n := range []int{0, 1, 2, 255, 256, 257, 258, most - 1, most, most + 1, 8192, 65535} {
		code := make([]bpf.Instruction, n)
		for i := range code {
			code[i] = bpf.Stmt(bpf.RetK, uint32(bpf.Allow))
		}
		programs = append(programs, code)
		if n < 2 {
			continue
		}
		for _, k := range []int{n - 3, n - 2, n - 1, n, -1, -2, -n, 1 << 31, 1<<31 - 1} {
			far := append([]bpf.Instruction{bpf.Stmt(bpf.Ja, uint32(k))}, code[1:]...)
			programs = append(programs, far)
		}
		for _, skip := range []uint8{0, 253, 254, 255} {
			programs = append(
				programs,
				append([]bpf.Instruction{bpf.Jump(bpf.JgtX, 0, skip, 0)}, code[1:]...),
				append([]bpf.Instruction{bpf.Jump(bpf.JsetK, 0, 1, skip)}, code[1:]...),
			)
		}
	}
	// The costliest translation that there is: the budget must not matter.
	costly := make([]bpf.Instruction, most)
	for i := range costly {
		costly[i] = bpf.Stmt(bpf.DivX, 0)
	}
	costly[most-1] = bpf.Stmt(bpf.RetA, 0)
	agreeOn(t, append(programs, costly))
}

func TestVerifyEqualsKernelOnGenerated(t *testing.T) {
	g := newGenerator(1)
	tests := []struct {
		name  string
		count int
		make  func() []bpf.Instruction
	}{
		{"valid", 6000, func() []bpf.Instruction { return g.program(2 + g.IntN(40)) }},
		{"long", 300, func() []bpf.Instruction { return g.program(200 + g.IntN(800)) }},
		{"mutated", 20000, func() []bpf.Instruction {
			code := g.program(2 + g.IntN(20))
			g.mutate(code)
			return code
		}},
		{"scratch", 20000, g.scratch},
		{"noise", 20000, g.noise},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			programs := make([][]bpf.Instruction, test.count)
			for i := range programs {
				programs[i] = test.make()
			}
			accepted := agreeOn(t, programs)
			if rejected := test.count - accepted; min(accepted, rejected) < test.count/50 {
				t.Errorf("%d accepted, %d rejected: too few of one kind to prove much", accepted, rejected)
			}
			t.Logf("%d accepted, %d rejected", accepted, test.count-accepted)
		})
	}
}

// What the kernel says to an offer is what it says to a real installation.
func TestVerifyEqualsInstallation(t *testing.T) {
	g := newGenerator(2)
	installed := 0
	const count = 400
	for range count {
		code := g.program(2 + g.IntN(20))
		if g.IntN(2) == 0 {
			g.mutate(code)
		}
		got, err := oracle.Installs(code)
		if err != nil {
			t.Fatal(err)
		}
		if got {
			installed++
		}
		if _, err := bpf.Verify(code); (err == nil) != got {
			t.Errorf("kernel installs: %t; Verify: %v\n%v", got, err, code)
		}
	}
	if installed < count/10 || installed > count*9/10 {
		t.Errorf("%d of %d programs were installed: too few of one kind to prove much", installed, count)
	}
}
