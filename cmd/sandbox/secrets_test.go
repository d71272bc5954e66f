package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

func parsed(t *testing.T, text string) []bpf.Instruction {
	t.Helper()
	code, err := bpf.Parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return code
}

// TestSecrets has the constants that it must not show end with 5ec.
func TestSecrets(t *testing.T) {
	for _, tt := range []struct{ name, code string }{
		{"a half", "ld [0]\njeq #0x3b, 0, 2\nld [16]\njeq #0x15ec, 0, 0\nret #0x7fff0000\n"},
		{"without a look at the number", "ld [28]\njeq #0x5ec, 0, 0\nret #0x7fff0000\n"},
		{"null is none", "ld [16]\njeq #0, 0, 0\nret #0x7fff0000\n"},
		{"another call", "ld [4]\njeq #0xc000003e, 0, 4\nld [0]\njeq #0x3b, 2, 0\nld [16]\njeq #0x77, 0, 0\nret #0x7fff0000\n"},
		{"another argument", "ld [0]\njeq #0x3b, 0, 2\nld [40]\njeq #0x77, 0, 0\nret #0x7fff0000\n"},
		{"execve of i386", "ld [4]\njeq #0x40000003, 0, 4\nld [0]\njeq #0xb, 0, 2\nld [24]\njeq #0x5ec, 0, 0\nret #0x7fff0000\n"},
		{"getpid's number of i386 on x86_64", "ld [4]\njeq #0xc000003e, 0, 4\nld [0]\njeq #0x14, 0, 2\nld [24]\njeq #0x77, 0, 0\nret #0x7fff0000\n"},
		{"another machine", "ld [4]\njeq #0xc00000b7, 0, 4\nld [0]\njeq #0xdd, 0, 2\nld [24]\njeq #0x77, 0, 0\nret #0x7fff0000\n"},
		{"more than", "ld [16]\njgt #0x5ec, 0, 0\nret #0x7fff0000\n"},
		{"computed with", "ld [16]\nsub #0x5ec\njeq #0, 0, 0\nret #0x7fff0000\n"},
		{"computed with, and then compared", "ld [16]\nxor #0x5ec\nadd #0x15ec\njeq #0x25ec, 0, 0\nret #0x7fff0000\n"},
		{"from scratch memory", "ld [20]\nst M[3]\nld #0\nld M[3]\njeq #0x5ec, 0, 0\nret #0x7fff0000\n"},
		{"another register", "ldx #0x5ec\nld [20]\njeq x, 0, 0\nret #0x7fff0000\n"},
		{"another register, the other way round", "ld [20]\ntax\nld #0x5ec\njeq x, 0, 0\nret #0x7fff0000\n"},
		{"another register, of the number", "ldx #0x3b\nld [0]\njeq x, 0, 0\nret #0x7fff0000\n"},
		{"on one of two ways", "ld [0]\njgt #0x1000, 0, 1\nld #3\nld [16]\njeq #0x5ec, 0, 0\nret #0x7fff0000\n"},
		{"a masked number", "ld [0]\nand #0xff\njeq #0x3b, 0, 2\nld [16]\njeq #0x5ec, 0, 0\nret #0x7fff0000\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code := parsed(t, tt.code)
			marks, some := secrets(code, arch.X86_64)
			if some != strings.Contains(tt.code, "5ec") {
				t.Errorf("some are secret: %v", some)
			}
			for i, in := range code {
				if want := strings.Contains(in.String(), "5ec"); (marks[i] != harmless) != want {
					t.Errorf("%s: secret: %v, want %v", in, marks[i] != harmless, want)
				}
				if shown := in.Redacted(); marks[i] != harmless && (strings.Contains(shown, "5ec") || !strings.Contains(shown, redacted)) {
					t.Errorf("shown as %s", shown)
				}
			}
		})
	}
}

func compiledFor(t *testing.T, name string, abi arch.ABI, change func(*policy.Policy) *policy.Policy) (*policy.Policy, bpf.Program) {
	t.Helper()
	p, list := policy.Load(policy.Request{
		Policies: []string{name}, ABIs: []arch.ABI{abi}, Native: abi, Profile: policies.Text, ProfileNames: policies.Names(),
	})
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	p = change(p)
	program, err := compiler.Options{}.Compile(p.Typed)
	if err != nil {
		t.Fatal(err)
	}
	return p, program.Program
}

// TestOnceIsNeverShown compiles once() with addresses of its own, alone and with
// another policy's tests beside it, for each machine: of their six halves
// nothing is left in the listing, and the filter with placeholders is the policy
// again.
func TestOnceIsNeverShown(t *testing.T) {
	addresses := [3]uint64{0x1a2b_3c4d5e6f, 0x2b3c_4d5e6f70, 0x3c4d_5e6f7a88}
	for _, machine := range arch.ABIs() {
		if machine.Machine() != machine {
			continue
		}
		t.Run(machine.String(), func(t *testing.T) {
			_, program := compiledFor(t, "noexec", machine, func(p *policy.Policy) *policy.Policy { return p.WithOnce(typed.OnceAt(addresses)) })
			small, err := compiler.Options{}.Compile(typed.OncePolicy(machine, typed.OnceAt(addresses), typed.Action{Kind: typed.KillProcess}))
			if err != nil {
				t.Fatal(err)
			}
			_, loaded := compiledFor(t, "noexec", machine, (*policy.Policy).OnceInstalled)
			for i, code := range [][]bpf.Instruction{program.Code(), small.Program.Code()} {
				marks, _ := secrets(code, machine)
				if n := len(slices.DeleteFunc(slices.Clone(marks), func(m secrecy) bool { return m == harmless })); n != 6 {
					t.Errorf("%d constants are secret, want 6", n)
				}
				var listing bytes.Buffer
				err := bpf.WriteListing(&listing, code, bpf.Listing{Secret: func(i int) bool { return marks[i] != harmless }})
				if err != nil {
					t.Fatal(err)
				}
				for _, address := range addresses {
					for _, half := range []uint64{address >> 32, address & 0xffffffff} {
						if text := fmt.Sprintf("%x", half); strings.Contains(listing.String(), text) {
							t.Errorf("%s is shown:\n%s", text, &listing)
						}
					}
				}
				changed, ok := withPlaceholders(code, marks, machine.BigEndian(), 0)
				if !ok {
					t.Fatal("no placeholders")
				}
				if i == 0 && !slices.Equal(changed, loaded.Code()) {
					t.Error("with placeholders it is not what is compiled with them")
				}
			}
		})
	}
}

// TestNothingElseIsSecret goes through the profiles that do not ask for once().
func TestNothingElseIsSecret(t *testing.T) {
	for _, name := range policies.Names() {
		for _, machine := range arch.ABIs() {
			p, program := compiledFor(t, name, machine, func(p *policy.Policy) *policy.Policy { return p })
			if _, some := secrets(program.Code(), machine.Machine()); some != p.AsksOnce() {
				t.Errorf("%s on %s: some are secret: %v", name, machine, some)
			}
		}
	}
}

// TestOtherComparisons are of filters that are not for once().
func TestOtherComparisons(t *testing.T) {
	for _, text := range []string{
		"ld [16]\njeq #0x5ec, 0, 0\nret #0x7fff0000\n",
		"ld [16]\nxor #0x5ec\njeq #0, 0, 0\nret #0x7fff0000\n",
		"ld [16]\nsub #0x5ec\njeq #0, 0, 0\nret #0x7fff0000\n",
		"ld [16]\njeq #0x5ec, 1, 0\njeq #0x5ed, 0, 0\nret #0x7fff0000\n",
	} {
		code := parsed(t, text)
		marks, _ := secrets(code, arch.X86_64)
		if changed, ok := withPlaceholders(code, marks, false, 0); ok {
			t.Errorf("%s has placeholders: %v", text, changed)
		}
	}
}

// TestProofsFailInSilence has a proof fail by a call that has the addresses.
func TestProofsFailInSilence(t *testing.T) {
	addresses := [3]uint64{0x1a2b_3c4d5e6f, 0x2b3c_4d5e6f70, 0x3c4d_5e6f7a88}
	p := typed.OncePolicy(arch.X86_64, typed.OnceAt(addresses), typed.Action{Kind: typed.Errno, Data: 1})
	other, err := compiler.Compile(typed.OncePolicy(arch.X86_64, &typed.Truth{}, typed.Action{Kind: typed.Errno, Data: 1}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = prove.Prove(p, other.Program)
	if err == nil || !strings.Contains(err.Error(), "1a2b3c4d5e6f") {
		t.Fatalf("the control: %v", err)
	}
	said := withoutSecret(err).Error()
	for _, address := range addresses {
		for _, text := range []string{fmt.Sprintf("%x", address), fmt.Sprintf("%x", uint32(address)), fmt.Sprint(address)} {
			if strings.Contains(said, text) {
				t.Errorf("%s is told: %s", text, said)
			}
		}
	}
	if !strings.Contains(said, "not shown") || !strings.Contains(said, "number 59") {
		t.Errorf("it says only: %s", said)
	}
	limit := &prove.GivenUp{Instruction: 3}
	if got := withoutSecret(fmt.Errorf("%w", limit)); !errors.As(got, &limit) {
		t.Errorf("a proof that was given up became %v", got)
	}
	if withoutSecret(nil) != nil {
		t.Error("nothing became an error")
	}
}
