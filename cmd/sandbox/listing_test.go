package main

import (
	"bufio"
	"io"
	"slices"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
)

func TestConstantNotes(t *testing.T) {
	for _, tt := range []struct {
		name string
		code string
		abi  arch.ABI
		want []string
	}{
		{
			name: "an ABI and its calls",
			code: `ld [4]
				jeq #0xc000003e, 0, 3
				ld [0]
				jeq #257, 0, 1
				ret #0
				ret #0x7fff0000`,
			want: []string{"", "x86_64", "", "openat", "", ""},
		},
		{
			name: "two ABIs, each with its own numbers",
			code: `ld [4]
				jeq #0xc000003e, 0, 2
				ld [0]
				jeq #257, 4, 3
				jeq #0x40000003, 0, 2
				ld [0]
				jgt #295, 1, 0
				ret #0
				ret #0x7fff0000`,
			want: []string{"", "x86_64", "", "openat", "i386", "", "openat", "", ""},
		},
		{
			name: "nothing is known where two ABIs meet",
			code: `ld [4]
				jeq #0xc000003e, 1, 0
				jeq #0x40000003, 0, 2
				ld [0]
				jeq #257, 0, 0
				ret #0`,
			want: []string{"", "x86_64", "i386", "", "", ""},
		},
		{
			name: "a number is one only while it is in the accumulator",
			code: `ld [4]
				jeq #0xc000003e, 0, 4
				ld [0]
				and #0xff
				jeq #1, 0, 0
				ld [16]
				jeq #1, 0, 0
				ret #0`,
			want: []string{"", "x86_64", "", "", "", "", "", ""},
		},
		{
			name: "the ABI may be given",
			code: `ld [0]
				jge #0x40000000, 1, 0
				jeq #56, 0, 0
				ret #0`,
			abi:  arch.AArch64,
			want: []string{"", "x32", "openat", ""},
		},
		{
			name: "jumps beyond the end lead nowhere",
			code: `ld [4]
				jeq #0xc000003e, 200, 100
				ret #0`,
			want: []string{"", "x86_64", ""},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, err := bpf.Parse(tt.code)
			if err != nil {
				t.Fatal(err)
			}
			if got := constantNotes(code, tt.abi); !slices.Equal(got, tt.want) {
				t.Errorf("constantNotes = %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzDisassemble shows what may be in any file: nothing may go wrong.
func FuzzDisassemble(f *testing.F) {
	f.Add([]byte{0x15, 0, 255, 255, 0, 0, 0, 0, 0x05, 0, 0, 0, 255, 255, 255, 255})
	f.Add([]byte{0x20, 0, 0, 0, 4, 0, 0, 0, 0x06, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, abi := range []arch.ABI{0, arch.X86_64, arch.S390X} {
			code, err := bpf.Decode(raw, byteOrder(abi))
			if err != nil || len(code) == 0 {
				return
			}
			u := &ui{out: bufio.NewWriter(io.Discard)}
			if err := disassemble(u, code, abi, false); err != nil {
				t.Fatal(err)
			}
			if err := disassemble(u, code, abi, true); err != nil {
				t.Fatal(err)
			}
		}
	})
}
