package check

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// TestFunctions types functions anew at each use, with arguments that are the
// caller's.
func TestFunctions(t *testing.T) {
	scope := scopeOf(t,
		"is(x, v) = x == v",
		"low(x) = x & ~7",
		"hygiene(flags, dfd) = let mode = flags; any(k in {dfd, 9}: mode == k)",
		"on(x, n) = n == 0 || x == n",
		"TTY = ioc_type(TIOCSTI)",
		"eight() = 8",
		"through(p) = p",
		"among(x) = x in two",
		"two = {1, TWO}",
		"TWO = 2",
	)
	tests := []struct{ text, want string }{
		{"openat: is(dirfd, AT_FDCWD)", "257: [(== (i32 a0) -100:i32)]"},
		{"read: is(count, -1)", "0: [(== a2:64 0xffffffffffffffff:u64)]"},
		{"read: is(fd, -1)", "0: [(== a0 0xffffffff:u32)]"},
		{"read: low(fd) == 0 && low(count) == 0", "0: (&& [(== (& a0 0xfffffff8:u32) 0:u32)] [(== (& a2:64 0xfffffffffffffff8:u64) 0:u64)])"},
		{"openat: hygiene(mode, 3)", "257: (|| [(== (& a3 65535:u32) 3:u32)] [(== (& a3 65535:u32) 9:u32)])"},
		{"read: on(fd, 4)", "0: [(== a0 4:u32)]"},
		{"read: fd == 1 && on(fd, 0)", "0: [(== a0 1:u32)]"},
		{"ioctl: ioc_type(cmd) == TTY", "16: [(== (& (>> a1 8:u32) 255:u32) 84:u32)]"},
		{"read: fd == eight()", "0: [(== a0 8:u32)]"},
		{"read: through(fd == 1) || !through(fd) && through(buf) == 0", "0: (|| [(== a0 1:u32)] (&& (! [(!= a0 0:u32)]) [(== a1:64 0:u64)]))"},
		{"lseek: among(whence)", "8: [(in a2 1..2)]"},
	}
	for _, test := range tests {
		in := input(t, arch.X86_64, test.text)
		in.Scope = scope
		if got := dumpFilters(check(t, in)); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.text, got, test.want)
		}
	}
}

// TestPredicateTexts shows conditions of functions and loops with what stands
// for their names, at the place where they are written.
func TestPredicateTexts(t *testing.T) {
	scope := scopeOf(t, "is(x, v) = x == v", "twice(x) = is(x + x, 6)")
	long := "flags" + strings.Repeat(" + flags", maxShown)
	tests := []struct{ text, predicate, operand, file string }{
		{"openat: is(flags & 3, 1)", "flags & 3 == 1", "flags & 3", "definitions"},
		{"openat: twice(flags)", "flags + flags == 6", "flags + flags", "definitions"},
		{"openat: only(flags | 1, 5)", "(flags | 1) & ~5 == 0", "(flags | 1) & ~5", "filter"},
		{"read: any(i in 2..3: args[i] == i)", "args[2] == 2", "args[2]", "filter"},
		{"read: any(v in {O_CREAT}: fd == v)", "fd == O_CREAT", "fd", "filter"},
		{"read: let t = fd & 7; t == 1", "t == 1", "t", "filter"},
		{"openat: is(" + long + ", 1)", "x == v", "x", "definitions"},
	}
	for _, test := range tests {
		in := input(t, arch.X86_64, test.text)
		in.Scope = scope
		p, ok := check(t, in)[0].When.(*typed.Predicate)
		if !ok || p.Text != test.predicate || p.Operands[0].Text != test.operand || p.At.File != test.file {
			t.Errorf("%s is shown as %+v", test.text, p)
		}
	}
}

// TestStandard compares the standard functions with their like in Go.
func TestStandard(t *testing.T) {
	ours := map[string]func(x, y uint32) uint32{
		"only":      func(x, y uint32) uint32 { return truthNumber(x|y == y) },
		"has":       func(x, y uint32) uint32 { return truthNumber(x|y == x) },
		"ioc_type":  func(x, _ uint32) uint32 { return uint32(byte(x >> 8)) },
		"ioc_nr":    func(x, _ uint32) uint32 { return uint32(byte(x)) },
		"ioc_size":  func(x, _ uint32) uint32 { return x << 2 >> 18 },
		"makedev":   func(x, y uint32) uint32 { return uint32(unix.Mkdev(x&0xfff, y&0xfffff)) },
		"dev_major": func(x, _ uint32) uint32 { return unix.Major(uint64(x)) },
		"dev_minor": func(x, _ uint32) uint32 { return unix.Minor(uint64(x)) },
		"sock_type": func(x, _ uint32) uint32 { return x % 16 },
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range standard {
		name := standardName(i)
		for range 1000 {
			x, y := uint32(randomRegister(r)), uint32(randomRegister(r))
			var want uint32
			if f, ok := ours[name]; ok {
				want = f(x, y)
			} else {
				t.Fatalf("%s is not tested", name)
			}
			text := fmt.Sprintf("%s((u32)%d)", name, x)
			if strings.Contains(standard[i].signature, ",") {
				text = fmt.Sprintf("%s((u32)%d, (u32)%d)", name, x, y)
			}
			if name == "only" || name == "has" {
				text = fmt.Sprintf("setreuid: %s(ruid, euid)", name)
				call := &typed.Call{Nr: 113, Arch: arch.X86_64.Audit(), Args: [6]uint64{uint64(x), uint64(y)}}
				when := check(t, input(t, arch.X86_64, text))[0].When
				if typed.Holds(when, call) != (want == 1) {
					t.Fatalf("%s of %#x and %#x is not %d", name, x, y, want)
				}
				continue
			}
			parsed, _ := filter.ParseExpr((&diag.Source{Text: text}).Whole())
			v, list := Constant(arch.X86_64, nil, parsed)
			if list.Failed() || v.Uint64() != uint64(want) {
				t.Fatalf("%s is %v, want %d\n%s", text, v, want, render(list))
			}
		}
	}
}

func truthNumber(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// TestCheckFunctions reports mistakes in functions that nothing uses.
func TestCheckFunctions(t *testing.T) {
	scope := scopeOf(t,
		"f(x) = g(x)", "g(x) = h(x) + f(x)", "h(x) = x", "name(x) = x == what", "constant(x) = x == O_CRAET", "fine(x) = x & MAP_32BIT",
		"call(x) = h(x, 1)", "set(x) = any(y in nowhere: x == y)",
	)
	got := render(scope.Check(arch.AArch64))
	for _, want := range []string{
		"functions use each other in a circle: f -> g -> f", "name has no parameter what", "unknown constant O_CRAET",
		"h takes 1 argument, not 2", "there is no set nowhere",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is said %d times", want, strings.Count(got, want))
		}
	}
	if strings.Contains(got, "MAP_32BIT") {
		t.Errorf("too much is said:\n%s", got)
	}
}

// TestLongCircle shows a few names of a circle of many.
func TestLongCircle(t *testing.T) {
	functions := []string{"f0(x) = f20(x)"}
	for i := range 20 {
		functions = append(functions, fmt.Sprintf("f%d(x) = f%d(x)", i+1, i))
	}
	list := scopeOf(t, functions...).Check(arch.X86_64)
	const want = "functions use each other in a circle: f0 -> f20 -> f19 -> f18 -> f17 -> f16 -> f15 -> f14 -> ... -> f0"
	if len(list) != 1 || list[0].Message != want {
		t.Errorf("%s\nwant %s", render(list), want)
	}
}

// TestManyCopies checks more filters than one policy may have, each of which
// is within bounds.
func TestManyCopies(t *testing.T) {
	copied, refused := 0, 0
	for range 10 * maxCopied / maxSize {
		in := input(t, arch.X86_64, "read: any(i in 0..4000: fd == i)")
		in.Copied = &copied
		filters, list := Filters(in)
		if list.Failed() {
			refused++
		}
		if (filters == nil) != (copied > maxCopied) {
			t.Fatalf("%d filters at %d copies", len(filters), copied)
		}
	}
	if refused != 1 || copied > 2*maxCopied {
		t.Errorf("%d errors, %d copies", refused, copied)
	}
}

// TestLargeCopies uses functions, loops and locals that would become too large
// if nothing stopped them, each in its own way.
func TestLargeCopies(t *testing.T) {
	functions := []string{"f0(x) = x + x", "g0(x) = x == 1"}
	locals := "let t0 = fd; "
	for i := range 60 {
		functions = append(functions,
			fmt.Sprintf("f%d(x) = f%d(x) + f%d(x)", i+1, i, i),
			fmt.Sprintf("g%d(x) = g%d(x + x)", i+1, i))
		locals += fmt.Sprintf("let t%d = t%d + t%d; ", i+1, i, i)
	}
	scope := scopeOf(t, append(functions, "numbers = {"+strings.Repeat("1, ", 20000)+"2}")...)
	for _, text := range []string{
		"read: f60(fd) == 1",
		"read: g60(fd)",
		"read: " + locals + "t60 == 1",
		"read: any(i in 0..1 << 200: fd == i)",
		"read: any(i in -1 << 200..3: any(j in 0..1000: i + j == 5 || fd == 1))",
		"read: any(i in 1..1000: fd + i in numbers)",
		"read: any(i in 1..30: any(j in 1..30: all(k in 1..30: args[0] != i * j * k)))",
	} {
		in := input(t, arch.X86_64, text)
		in.Scope = scope
		_, list := Filters(in)
		if got := render(list); !strings.Contains(got, "the condition is too large") {
			t.Errorf("%.100s:\n%.1000s", text, got)
		}
	}
}
