package check

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// TestDefinitions uses constants and sets that are made of others.
func TestDefinitions(t *testing.T) {
	scope := scopeOf(t,
		"BOTH = LATER | O_NONBLOCK",
		"LATER = O_CLOEXEC",
		"NOT_BOTH = ~BOTH",
		"TYPED = (u32)-1",
		"ends = {SEEK_CUR, SEEK_CUR + 1, TYPED & 0xf}",
	)
	tests := []struct {
		abi  arch.ABI
		text string
		want string
	}{
		{arch.X86_64, "openat: flags & BOTH != 0", "257: [(!= (& (i32 a2) 526336:i32) 0:i32)]"},
		// O_NONBLOCK is 0x80 on MIPS.
		{arch.MIPS64EL, "openat: flags & BOTH != 0", "5247: [(!= (& (i32 a2) 524416:i32) 0:i32)]"},
		{arch.X86_64, "openat: flags & NOT_BOTH == 0", "257: [(== (& (i32 a2) -526337:i32) 0:i32)]"},
		{arch.X86_64, "ioctl: cmd & NOT_BOTH == NOT_BOTH", "16: [(== (& a1 0xfff7f7ff:u32) 0xfff7f7ff:u32)]"},
		{arch.X86_64, "openat: (u32)dfd == TYPED", "257: [(== a0 0xffffffff:u32)]"},
		{arch.X86_64, "lseek: whence in ends", "8: [(in a2 1..2 15)]"},
		{arch.X86_64, "lseek: whence not in ends", "8: [(! (in a2 1..2 15))]"},
		{arch.X86_64, "socket: domain in {BOTH, 1}", "41: [(in (i32 a0) 1 526336)]"},
		{arch.X86_64, "openat: args[TYPED & 3] == 0", "257: [(== a3:64 0:u64)]"},
	}
	for _, test := range tests {
		in := input(t, test.abi, test.text)
		in.Scope = scope
		if got := dumpFilters(check(t, in)); got != test.want {
			t.Errorf("%s on %s:\ngot  %s\nwant %s", test.text, test.abi, got, test.want)
		}
	}
}

// TestBadDefinitions defines what cannot be defined.
func TestBadDefinitions(t *testing.T) {
	tests := []struct {
		text string
		want string
	}{
		{"A = 2", "A is defined twice"},
		{"s = {2}", "s is defined twice"},
		{"A = {1}", "A is defined twice"},
		{"O_CREAT = 1", "O_CREAT is a constant of the kernel"},
		{"MAP_32BIT = 1", "MAP_32BIT is a constant of the kernel"}, // not of every ABI
		{"nr = 1", "nr has a meaning of its own in filters"},
		{"args = {1}", "args has a meaning of its own in filters"},
		{"u32 = 1", "u32 has a meaning of its own in filters"},
		{"in = 1", "in has a meaning of its own in filters"},
		{"let = 1", "let has a meaning of its own in filters"},
		{"two words = 1", `"two words" cannot be used as a name`},
		{"9A = 1", `"9A" cannot be used as a name`},
		{" = 1", `"" cannot be used as a name`},
		{"empty = {}", "set empty is empty"},
		{"A(x) = x", "A is defined twice"},
		{"s(x) = x", "s is defined twice"},
		{"f(y) = y", "f is defined twice"},
		{"f = 1", "f is defined twice"},
		{"only(x) = x", "only is a standard function"},
		{"has = 1", "has is a standard function"},
		{"O_CREAT(x) = x", "O_CREAT is a constant of the kernel"},
		{"nr(x) = x", "nr has a meaning of its own in filters"},
	}
	for _, test := range tests {
		scope := scopeOf(t, "A = 1", "s = {1}", "f(x) = x == 1")
		list := define(t, scope, test.text)
		if len(list) != 1 || list[0].Severity != diag.Error || list[0].Message != test.want {
			t.Errorf("%s: %s\nwant %s", test.text, render(list), test.want)
		}
	}
}

// TestInclude lets a file use what it extends, and not the other way around.
func TestInclude(t *testing.T) {
	base := scopeOf(t, "BASE = 1", "HIDDEN = ABOVE + 1")
	left, right := scopeOf(t, "LEFT = BASE + 1"), scopeOf(t, "RIGHT = 3")
	top := scopeOf(t, "ABOVE = LEFT + RIGHT")
	for _, include := range []struct{ to, from *Scope }{{left, base}, {right, base}, {top, left}, {top, right}} {
		if list := include.to.Include(include.from); list != nil {
			t.Fatalf("one definition by two ways: %s", render(list))
		}
	}
	if got := dumpFilters(check(t, Input{
		Filter: input(t, arch.X86_64, "ioctl: cmd == ABOVE").Filter, ABI: arch.X86_64, Scope: top,
	})); got != "16: [(== a1 5:u32)]" {
		t.Errorf("got %s", got)
	}
	if list := top.Check(arch.X86_64); len(list) != 1 || list[0].Message != "unknown constant ABOVE" {
		t.Errorf("a file saw what extends it: %s", render(list))
	}
	other := scopeOf(t, "LEFT = 7")
	list := other.Include(left)
	if len(list) != 1 || list[0].Message != "LEFT is defined twice" || len(list[0].Related) != 1 {
		t.Errorf("two definitions of one name: %s", render(list))
	}
	var nobody *Scope
	if list := top.Include(nobody); list != nil {
		t.Errorf("nothing: %s", render(list))
	}
}

// TestCheckDefinitions reports mistakes in definitions that no filter uses, but
// not that a constant is another ABI's.
func TestCheckDefinitions(t *testing.T) {
	scope := scopeOf(t,
		"SELF = SELF", "A = B", "B = C", "C = A & 1", "BROKEN = 1 / (O_RDONLY)", "USES_BROKEN = BROKEN + 1",
		"WHAT = O_CREATE", "OF_X86 = MAP_32BIT", "PARAM = fd", "REGISTER = args[0]", "TRUTH = 1 == 2",
		"members = {1, O_CREATE}", "inner = {1}", "outer = {inner}",
	)
	got := render(scope.Check(arch.AArch64))
	for _, want := range []string{
		"the definition of SELF needs itself", "the definition of A needs itself", "division by zero",
		"1:8: error[E0411]: unknown constant O_CREATE", "unknown constant fd", "args[0] is known only when a call is made",
		"1:15: error[E0411]: unknown constant O_CREATE", "inner is a set", "both sides are constants",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is said %d times", want, strings.Count(got, want))
		}
	}
	if strings.Contains(got, "MAP_32BIT") || strings.Count(got, "definitions:") > 12 {
		t.Errorf("too much is said:\n%s", got)
	}
	in := input(t, arch.AArch64, "mmap: flags & OF_X86 != 0")
	in.Scope = scope
	if _, list := Filters(in); !strings.Contains(render(list), "MAP_32BIT does not exist on aarch64") {
		t.Errorf("a constant of another ABI was used: %s", render(list))
	}
}

// TestManyDefinitions doubles a constant's definition at each step, so that
// evaluating each use anew would take forever.
func TestManyDefinitions(t *testing.T) {
	scope := scopeOf(t, "C0 = 0")
	previous := "C0"
	for i := range 200 {
		name := "D" + strings.Repeat("x", i)
		if list := define(t, scope, name+" = "+previous+" + "+previous); list != nil {
			t.Fatal(render(list))
		}
		previous = name
	}
	v, list := Constant(arch.X86_64, scope, &filter.Name{Text: previous})
	if list.Failed() || v.Sign() != 0 {
		t.Errorf("%v %s", v, render(list))
	}
}

// TestConstant evaluates arguments of calls.
func TestConstant(t *testing.T) {
	tests := []struct {
		abi  arch.ABI
		text string
		want string // the number, or the error
	}{
		{arch.X86_64, "O_WRONLY|O_CREAT", "65"},
		{arch.X86_64, "AT_FDCWD", "-100"},
		{arch.X86_64, "-1", "-1"},
		{arch.X86_64, "~0", "-1"},
		{arch.X86_64, "(u32)-1", "4294967295"},
		{arch.X86_64, "(i32)0xffffffff", "-1"},
		{arch.X86_64, "(u8)0x1ff", "255"},
		{arch.X86_64, "(u64)-1", "18446744073709551615"},
		{arch.X86_64, "0644", "420"},
		{arch.X86_64, "1 << 200 >> 199", "2"},
		{arch.X86_64, "-7 / 2 * 10 + -7 % 3", "-31"},
		{arch.X86_64, "-7 >> 1", "-4"},
		{arch.X86_64, "O_NONBLOCK", "2048"},
		{arch.MIPS64EL, "O_NONBLOCK", "128"},
		{arch.X86_64, "fd", "unknown constant fd"},
		{arch.X86_64, "args[0]", "args[0] is known only when a call is made"},
		{arch.X86_64, "nr", "nr is known only when a call is made"},
		{arch.X86_64, "1 == 2", "always false: both sides are constants"},
		{arch.X86_64, "1 / 0", "division by zero"},
		{arch.AArch64, "MAP_32BIT", "MAP_32BIT does not exist on aarch64"},
	}
	for _, test := range tests {
		source := &diag.Source{Name: "test", Text: test.text}
		x, list := filter.ParseExpr(source.Whole())
		if list.Failed() {
			t.Fatal(render(list))
		}
		got := ""
		v, list := Constant(test.abi, nil, x)
		if list.Failed() {
			got = list[0].Message
		} else {
			got = v.String()
		}
		if got != test.want {
			t.Errorf("%s on %s: %s, want %s", test.text, test.abi, got, test.want)
		}
	}
}
