package bpf_test

import (
	"errors"
	"testing"

	"sandbox/bpf"
)

// parse reads a program in text form.
func parse(t testing.TB, text string) []bpf.Instruction {
	t.Helper()
	code, err := bpf.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// program verifies a program in text form.
func program(t testing.TB, text string) bpf.Program {
	t.Helper()
	p, err := bpf.Verify(parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestVerifyRejects(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "a program needs at least one instruction"},
		{"ld [64]\nret a", "instruction 0 (ld [64]): the load is beyond the 64 bytes of seccomp_data"},
		{"ld [4294963200]\nret a", "instruction 0 (ld [4294963200]): the load is beyond the 64 bytes of seccomp_data"},
		{"ld [2]\nret a", "instruction 0 (ld [2]): the offset of the load is not a multiple of 4"},
		{"st M[16]\nret a", "instruction 0 (st M[16]): scratch memory ends at M[15]"},
		{"stx M[16]\nret a", "instruction 0 (stx M[16]): scratch memory ends at M[15]"},
		{"ld M[16]\nret a", "instruction 0 (ld M[16]): scratch memory ends at M[15]"},
		{"ldx M[16]\nret a", "instruction 0 (ldx M[16]): scratch memory ends at M[15]"},
		{"div #0\nret a", "instruction 0 (div #0x0): division by zero"},
		{"lsh #32\nret a", "instruction 0 (lsh #0x20): a shift of 32 or more"},
		{"rsh #32\nret a", "instruction 0 (rsh #0x20): a shift of 32 or more"},
		{"tax\nja 1\nret a", "instruction 1 (ja 1): the jump leaves the program"},
		{"ja 0", "instruction 0 (ja 0): the jump leaves the program"},
		{"ja 4294967295\nret a", "instruction 0 (ja 4294967295): the jump leaves the program"},
		{"jeq #0, 1, 0\nret a", "instruction 0 (jeq #0x0, 1, 0): the jump leaves the program"},
		{"jset x, 0, 1\nret a", "instruction 0 (jset x, 0, 1): the jump leaves the program"},
		{"ret a\nneg", "instruction 1 (neg): the last instruction must be a return"},
		{"ret a\nst M[0]", "instruction 1 (st M[0]): the last instruction must be a return"},
		{"op 0x28\nret a", "instruction 0 (op 0x28): seccomp loads whole 32-bit words only"},
		{"op 0x30\nret a", "instruction 0 (op 0x30): seccomp loads whole 32-bit words only"},
		{"op 0x40\nret a", "instruction 0 (op 0x40): seccomp loads at constant offsets only"},
		{"op 0xb1\nret a", "instruction 0 (op 0xb1): seccomp loads at constant offsets only"},
		{"op 0x94 {k=0x7}\nret a", "instruction 0 (op 0x94 {k=0x7}): seccomp has no remainder operation"},
		{"op 0x9c\nret a", "instruction 0 (op 0x9c): seccomp has no remainder operation"},
		{"op 0xe\nret a", "instruction 0 (op 0xe): no such operation in classic BPF"},
		{"op 0x8020\nret a", "instruction 0 (op 0x8020): no such operation in classic BPF"},
		{"ld M[3]\nret a", "instruction 0 (ld M[3]): M[3] may be read before it is written"},
		{"st M[2]\nldx M[3]\nret a", "instruction 1 (ldx M[3]): M[3] may be read before it is written"},
		{
			"jeq #0, 0, 1\nst M[0]\nld M[0]\nret a",
			"instruction 2 (ld M[0]): M[0] may be read before it is written",
		},
		{
			"jeq #0, 0, 2\nst M[0]\nja 1\nst M[1]\nld M[0]\nret a",
			"instruction 4 (ld M[0]): M[0] may be read before it is written",
		},
	}
	for _, test := range tests {
		p, err := bpf.Verify(parse(t, test.text))
		if err == nil {
			t.Errorf("%q: accepted, want %q", test.text, test.want)
			continue
		}
		var reject *bpf.RejectError
		if !errors.As(err, &reject) || err.Error() != test.want {
			t.Errorf("%q:\n got %q\nwant %q", test.text, err, test.want)
		}
		if !p.IsZero() {
			t.Errorf("%q: rejected, but there is a program", test.text)
		}
	}
	_, err := bpf.Verify(make([]bpf.Instruction, bpf.MaxInstructions+1))
	if want := "4097 instructions are more than the kernel's limit of 4096"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestVerifyAccepts(t *testing.T) {
	tests := []string{
		"ret a",
		"ret #0xffffffff",
		"ld [60]\nret a",
		"lsh #31\nrsh #31\ndiv #1\nret a",
		"ja 1\nneg\nret a",
		"jeq #0, 1, 0\nret a\nret a",
		"ld #len\nldx #len\nret a",
		"stx M[15]\nld M[15]\nret a",
		"jeq #0, 0, 2\nst M[0]\nja 1\nst M[0]\nld M[0]\nret a",
		"ja 1\nld M[7]\nret a",                       // behind a jump nothing is unwritten
		"st M[0]\nret #0\nld M[0]\nret a",            // but a return does not end the flow
		"tax {jt=0xff jf=0x3 k=0xffffffff}\nret a",   // unused fields may hold anything
		"ja 0 {jt=0x1 jf=0x1}\nret a {k=0x1 jt=0x9}", // jt before k or behind
	}
	for _, text := range tests {
		if _, err := bpf.Verify(parse(t, text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	code := make([]bpf.Instruction, bpf.MaxInstructions)
	for i := range code {
		code[i] = bpf.Stmt(bpf.RetA, 0)
	}
	code[0] = bpf.Stmt(bpf.Ja, bpf.MaxInstructions-2)
	if _, err := bpf.Verify(code); err != nil {
		t.Error(err)
	}
}

// A return does not end the flow for the kernel: a word written before it
// counts as written behind it, one that was not does not.
func TestVerifyFlowsThroughReturns(t *testing.T) {
	if _, err := bpf.Verify(parse(t, "ret #0\nld M[0]\nret a")); err == nil {
		t.Error("accepted an unwritten word behind a return")
	}
}

func TestProgramIsImmutable(t *testing.T) {
	code := parse(t, "ld [0]\nret a")
	p, err := bpf.Verify(code)
	if err != nil {
		t.Fatal(err)
	}
	code[0].K = 3
	p.Code()[1].Op = bpf.Neg
	if p.Len() != 2 || p.At(0) != bpf.Stmt(bpf.LdWAbs, 0) || p.At(1) != bpf.Stmt(bpf.RetA, 0) {
		t.Errorf("the program changed: %v", p.Code())
	}
}

func TestZeroProgram(t *testing.T) {
	var p bpf.Program
	if !p.IsZero() || p.Len() != 0 || len(p.Code()) != 0 {
		t.Error("the zero program is not empty")
	}
	if r, n := p.Run(&bpf.Data{}, false); r != bpf.KillProcess || n != 0 {
		t.Errorf("Run gives %v, %d", r, n)
	}
	if p.Cacheable(0, 0) {
		t.Error("Cacheable")
	}
	if _, err := bpf.Verify(p.Code()); err == nil {
		t.Error("its code verifies")
	}
}
