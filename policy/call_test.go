package policy_test

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/policy"
)

func TestParseCall(t *testing.T) {
	const minusOne = ^uint64(0)
	for _, test := range []struct {
		abi  arch.ABI
		text string
		nr   uint32
		args [6]uint64
	}{
		{arch.X86_64, "read()", 0, [6]uint64{}},
		{arch.X86_64, "#0()", 0, [6]uint64{}},
		{arch.X86_64, "#257(3)", 257, [6]uint64{3}},
		{arch.X86_64, "#0xffffffff()", 0xffffffff, [6]uint64{}},
		{arch.X86_64, "#0x40000000(1)", 0x40000000, [6]uint64{1}},
		{arch.X86_64, "openat(AT_FDCWD, 0, O_WRONLY|O_CREAT, 0644)", 257, [6]uint64{minusOne - 99, 0, 0o101, 0o644}},
		{arch.AArch64, "openat(-100, 0, 1, 2, 3, 4)", 56, [6]uint64{minusOne - 99, 0, 1, 2, 3, 4}},
		{arch.I386, "openat(AT_FDCWD)", 295, [6]uint64{0xffffff9c}},
		{arch.I386, "openat(-1, -0x80000000)", 295, [6]uint64{0xffffffff, 0x80000000}},
		{arch.I386, "openat(0xffffffffffffff9c)", 295, [6]uint64{minusOne - 99}}, // junk above, as int 0x80 leaves it
		{arch.X86_64, "read(0xffffffffffffffff, -0x8000000000000000)", 0, [6]uint64{minusOne, 1 << 63}},
		{arch.X86_64, "read(~0)", 0, [6]uint64{minusOne}},
		{arch.X86_64, " write ( 1 , 0x10 * 2 ) ", 1, [6]uint64{1, 32}},
	} {
		call, list := policy.ParseCall(test.abi, test.text)
		if list.Failed() {
			t.Errorf("%s %s: %v", test.abi, test.text, list.Err())
			continue
		}
		if call.Nr != test.nr || call.Args != test.args || call.Arch != test.abi.Audit() || call.IP != 0 {
			t.Errorf("%s %s: got %+v", test.abi, test.text, call)
		}
	}
}

func TestParseCallMistakes(t *testing.T) {
	for _, test := range []struct {
		abi        arch.ABI
		text, want string
	}{
		{arch.X86_64, "", "call:1:1: expected a system call"},
		{arch.X86_64, "read", `call:1:5: expected "("`},
		{arch.X86_64, "raed(1)", "call:1:1: unknown system call raed"},
		{arch.AArch64, "open(1)", "call:1:1: open is not on aarch64"},
		{arch.X86_64, "read(O_RDONYL)", "call:1:6: unknown constant O_RDONYL"},
		{arch.X86_64, "read(fd)", "call:1:6: "},
		{arch.X86_64, "read(0x10000000000000000)", "call:1:6: 0x10000000000000000 does not fit into a register of x86_64"},
		{arch.X86_64, "read(1, -0x8000000000000001)", "call:1:9: -0x8000000000000001 does not fit into a register of x86_64"},
		{arch.I386, "read(-0x80000001)", "call:1:6: -0x80000001 does not fit into a register of i386"},
		{arch.X86_64, "read(1,2,3,4,5,6,7)", "call:1:18: "},
		{arch.X86_64, "#0x100000000()", "call:1:1: "},
	} {
		_, list := policy.ParseCall(test.abi, test.text)
		if err := list.Err(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s %q: got %v, want %s", test.abi, test.text, err, test.want)
		}
	}
}

func FuzzParseCall(f *testing.F) {
	f.Add("openat(AT_FDCWD, 0, O_WRONLY|O_CREAT, 0644)")
	f.Add("#257(~0, -1, 1 << 63, (i32)-1)")
	f.Add("execve(once())")
	f.Fuzz(func(t *testing.T, text string) {
		for _, abi := range []arch.ABI{arch.X86_64, arch.I386} {
			_, list := policy.ParseCall(abi, text)
			for _, d := range list {
				within(t, d.Span, d.Message)
			}
		}
	})
}
