package main

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// TestWrittenCall reads back what is written, on ABIs of both widths.
func TestWrittenCall(t *testing.T) {
	values := []uint64{
		0, 1, 4096, 4097, 4098, 0x7fffffff, 0x80000000, 0xffffff9c, 0xffffffff, 1 << 32,
		0x7fffffffffffffff, 1 << 63, ^uint64(0) - 99, ^uint64(0) - 4096, ^uint64(0) - 4097, ^uint64(0),
	}
	for _, abi := range []arch.ABI{arch.X86_64, arch.I386, arch.S390X, arch.ARM} {
		for _, number := range []uint32{0, 3, 4094, 0x40000000, 0xfffffffe, 0xffffffff} {
			for i, v := range values {
				want := typed.Call{Nr: number, Arch: abi.Audit()}
				want.Args[i%6], want.Args[(i+4)%6] = v, values[len(values)-1-i]
				text := writtenCall(abi, &want)
				if got, list := policy.ParseCall(abi, text); list.Failed() || got != want {
					t.Errorf("%s on %s: %+v, want %+v, %v", text, abi, got, want, list.Err())
				}
			}
		}
	}
	for _, test := range []struct {
		abi  arch.ABI
		args [6]uint64
		want string
	}{
		{arch.X86_64, [6]uint64{}, "read()"},
		{arch.X86_64, [6]uint64{^uint64(0) - 99, 0, 4097, 0x5412}, "read(-100, 0, 4097, 0x5412)"},
		{arch.X86_64, [6]uint64{0xffffff9c}, "read(0xffffff9c)"},
		{arch.I386, [6]uint64{0xffffff9c}, "read(-100)"},
		{arch.I386, [6]uint64{^uint64(0) - 99}, "read(0xffffffffffffff9c)"},
	} {
		known, _ := test.abi.Syscall("read")
		if got := writtenCall(test.abi, &typed.Call{Nr: known.Number, Args: test.args}); got != test.want {
			t.Errorf("%s: got %s, want %s", test.abi, got, test.want)
		}
	}
}
