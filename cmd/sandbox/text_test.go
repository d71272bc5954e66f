package main

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

func TestActionName(t *testing.T) {
	for _, tt := range []struct {
		abi    arch.ABI
		action typed.Action
		want   string
	}{
		{arch.X86_64, typed.Action{Kind: typed.Errno, Data: 1}, "errno(EPERM)"},
		{arch.X86_64, typed.Action{Kind: typed.Errno, Data: 38}, "errno(ENOSYS)"},
		{arch.MIPS64EL, typed.Action{Kind: typed.Errno, Data: 89}, "errno(ENOSYS)"},
		{arch.X86_64, typed.Action{Kind: typed.Errno, Data: 4000}, "errno(4000)"},
		{0, typed.Action{Kind: typed.Errno, Data: 1}, "errno(1)"},
		{arch.X86_64, typed.Action{Kind: typed.Trap, Data: 7}, "trap(7)"},
		{arch.X86_64, typed.Action{Kind: typed.KillProcess}, "kill_process"},
	} {
		if got := actionName(tt.abi, tt.action); got != tt.want {
			t.Errorf("actionName(%s, %v) = %q, want %q", tt.abi, tt.action, got, tt.want)
		}
	}
}

func TestFormatValue(t *testing.T) {
	for _, tt := range []struct {
		of   typed.Type
		bits uint64
		want string
	}{
		{typed.U32, 0, "0"},
		{typed.U32, 9, "9"},
		{typed.U32, 0x241, "577 (0x241)"},
		{typed.I32, 0xffffff9c, "-100 (0xffffff9c)"},
		{typed.U32, 0xffffff9c, "4294967196 (0xffffff9c)"},
		{typed.I64, ^uint64(0), "-1 (0xffffffffffffffff)"},
		{typed.U64, 1 << 63, "9223372036854775808 (0x8000000000000000)"},
	} {
		if got := formatValue(tt.of, tt.bits); got != tt.want {
			t.Errorf("formatValue(%s, %#x) = %q, want %q", tt.of, tt.bits, got, tt.want)
		}
	}
}

func TestOneLine(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"plain text, ümlaut", "plain text, ümlaut"},
		{"two\nlines", `two\nlines`},
		{"\x1b[31mred", `\x1b[31mred`},
		{"bad \xff utf-8", `bad \xff utf-8`},
	} {
		if got := oneLine(tt.in); got != tt.want {
			t.Errorf("oneLine(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestDescribeNumbers(t *testing.T) {
	type ranges = []typed.NumberRange
	for _, tt := range []struct {
		in   ranges
		want string
	}{
		{ranges{{First: 0, Last: ^uint32(0)}}, "every call"},
		{single(0, 257), "read, openat"},
		{ranges{{First: 5000, Last: 5000}, {First: 6000, Last: 0x3fffffff}}, "5000, 6000 to 1073741823"},
		{ranges{{First: 0x40000000, Last: 0xfffffffe}}, "0x40000000 to 0xfffffffe"},
		{single(1, 3, 5, 7, 9, 11, 13, 15), "write, close, fstat, poll, mmap, munmap, and 2 more ranges"},
	} {
		if got := describeNumbers(arch.X86_64, tt.in); got != tt.want {
			t.Errorf("describeNumbers(%v) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// single returns each number as a range of its own.
func single(numbers ...uint32) []typed.NumberRange {
	var ranges []typed.NumberRange
	for _, nr := range numbers {
		ranges = append(ranges, typed.NumberRange{First: nr, Last: nr})
	}
	return ranges
}
