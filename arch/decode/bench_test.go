package decode_test

import (
	"testing"

	"sandbox/arch"
	"sandbox/arch/decode"
)

// BenchmarkCall writes calls as a supervisor does for a report.
func BenchmarkCall(b *testing.B) {
	for _, tc := range []struct {
		name string
		args [6]uint64
	}{
		{"openat", [6]uint64{0xffffffffffffff9c, 0x7ffc0000, 0x80241, 0o644}},
		{"ioctl", [6]uint64{0, 0x5412, 0x7ffc0000}},
		{"setsockopt", [6]uint64{3, 1, 2, 0x7ffc0000, 4}},
		{"clone", [6]uint64{0x10000011}},
	} {
		call, _ := arch.X86_64.Syscall(tc.name)
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				if decode.Call(arch.X86_64, call, &tc.args) == "" {
					b.Fatal("nothing")
				}
			}
		})
	}
}
