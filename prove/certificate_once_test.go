package prove

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/policy/typed"
)

// TestCertificateOfOnce is of a program that must not be installed alone.
func TestCertificateOfOnce(t *testing.T) {
	plain := certified(t, 1, arch.X86_64)
	for _, otherwise := range []typed.Action{
		{Kind: typed.Errno, Data: 1},
		{Kind: typed.Errno, Data: 4095},
		{Kind: typed.Trap, Data: 0},
		{Kind: typed.Trap, Data: 65535},
		{Kind: typed.KillThread},
		{Kind: typed.KillProcess},
	} {
		c, err := plain.WithOnce(otherwise)
		if err != nil {
			t.Fatal(err)
		}
		file := c.Append(nil)
		read, err := ParseCertificate(file)
		if err != nil {
			t.Fatalf("%v: %v\n%.400q", otherwise, err, file)
		}
		if again := read.Append(nil); !bytes.Equal(again, file) {
			t.Errorf("read and written again:\n%.400q\nwant\n%.400q", again, file)
		}
		if got, ok := read.Once(); !ok || got != otherwise {
			t.Errorf("the second filter gives %v, %v; want %v", got, ok, otherwise)
		}
		if proved, err := read.Proved(arch.X86_64); !errors.Is(err, errOnce) || !proved.IsZero() {
			t.Errorf("alone it is proved: %v, %v", proved, err)
		}
		if proved, err := read.ProvedButOnce(arch.X86_64); err != nil || proved.IsZero() {
			t.Errorf("beside the other it is not proved: %v", err)
		}
		if _, err := read.ProvedButOnce(arch.AArch64); err == nil {
			t.Error("it is proved for another machine")
		}
	}
	if otherwise, ok := plain.Once(); ok {
		t.Errorf("a program for itself has a second filter, which gives %v", otherwise)
	}
	for _, a := range []typed.Action{{}, {Kind: typed.Log}, {Kind: typed.Trace, Data: 1}, {Kind: typed.Notify}} {
		if _, err := plain.WithOnce(a); err == nil {
			t.Errorf("%v is taken for a refusal", a)
		}
	}
}

// TestDamagedOnce has other lines where the one about the second filter stands.
func TestDamagedOnce(t *testing.T) {
	plain := certified(t, 1, arch.X86_64)
	c, err := plain.WithOnce(typed.Action{Kind: typed.Errno, Data: 1})
	if err != nil {
		t.Fatal(err)
	}
	file := c.Append(nil)
	for _, line := range []string{
		"once: errno(0)", "once: errno(4096)", "once: errno(01)", "once: errno", "once: errno(1", "once: errno(-1)", "once: trap(65536)",
		"once: kill_process(0)", "once: allow", "once: log", "once: notify", "once: trace(1)", "once: ", "once: errno(1) ",
		"once: errno(1)\nonce: errno(1)", "Once: errno(1)",
	} {
		content := bytes.Replace(file[:len(file)-sumSize], []byte("once: errno(1)"), []byte(line), 1)
		sum := sha256(content)
		if got, err := ParseCertificate(append(content, sum[:]...)); err == nil {
			t.Errorf("%q is accepted: %v", line, got.otherwise)
		} else if !strings.Contains(err.Error(), "header") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// TestProofHasTheAddresses proves a program to hold exactly the addresses that
// it was compiled with: not others, not two of three, not more.
func TestProofHasTheAddresses(t *testing.T) {
	otherwise := typed.Action{Kind: typed.Errno, Data: 1}
	addresses := [3]uint64{0x1a2b_3c4d5e6f, 0x2b3c_4d5e6f70, 0x3c4d_5e6f7a88}
	program := func(meaning typed.Bool) *compiler.Compiled {
		c, err := compiler.Compile(typed.OncePolicy(arch.X86_64, meaning, otherwise))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	p := typed.OncePolicy(arch.X86_64, typed.OnceAt(addresses), otherwise)
	if _, err := Prove(p, program(typed.OnceAt(addresses)).Program); err != nil {
		t.Fatal(err)
	}
	wrong := []typed.Bool{&typed.Truth{}, &typed.Truth{Value: true}, typed.OnceAt(typed.OncePlaceholders())}
	all := typed.OnceAt(addresses).(*typed.Compare)
	differs := all.X.(*typed.Binary)
	none := &typed.Value{Of: typed.U64}
	wrong = append(wrong,
		&typed.Compare{Op: typed.Eq, X: differs.X, Y: none}, // two of three
		&typed.Compare{Op: typed.Eq, X: differs.Y, Y: none}, // one
		&typed.Compare{Op: typed.Eq, X: &typed.Binary{Op: typed.BitAnd, X: differs.X, Y: differs.Y}, Y: none})
	for i := range addresses {
		for _, bit := range []int{0, 31, 32, 63} {
			other := addresses
			other[i] ^= 1 << bit
			wrong = append(wrong, typed.OnceAt(other))
		}
	}
	for i, meaning := range wrong {
		var m *Mismatch
		if _, err := Prove(p, program(meaning).Program); !errors.As(err, &m) {
			t.Errorf("meaning %d is proved to be the addresses: %v", i, err)
		}
	}
}
