package arch_test

import (
	"slices"
	"testing"

	"sandbox/arch"
)

func TestTablesAreSortedAndUnique(t *testing.T) {
	for _, a := range arch.ABIs() {
		table := a.Syscalls()
		if len(table) < 300 {
			t.Errorf("%v has only %d calls", a, len(table))
		}
		names := map[string]bool{}
		for i := range table {
			s := &table[i]
			if i > 0 && table[i-1].Number >= s.Number {
				t.Errorf("%v: %s (%d) after %s (%d)", a, s.Name, s.Number, table[i-1].Name, table[i-1].Number)
			}
			if names[s.Name] {
				t.Errorf("%v: %s stands twice", a, s.Name)
			}
			names[s.Name] = true
			if got, ok := a.Syscall(s.Name); !ok || got != s {
				t.Errorf("%v: Syscall(%q) = %v, %v", a, s.Name, got, ok)
			}
			if got, ok := a.Numbered(s.Number); !ok || got != s {
				t.Errorf("%v: Numbered(%d) = %v, %v", a, s.Number, got, ok)
			}
			if !arch.KnownAnywhere(s.Name) {
				t.Errorf("KnownAnywhere(%q) = false", s.Name)
			}
			if s.Since > arch.Latest() {
				t.Errorf("%v: %s is since %v, the latest release %v", a, s.Name, s.Since, arch.Latest())
			}
		}
	}
}

func TestLookupsOfNothing(t *testing.T) {
	for _, name := range []string{"", "opena", "openatt", "zzz", "OPENAT"} {
		if s, ok := arch.X86_64.Syscall(name); ok {
			t.Errorf("Syscall(%q) = %v", name, s)
		}
		if arch.KnownAnywhere(name) {
			t.Errorf("KnownAnywhere(%q)", name)
		}
		if v, ok := arch.X86_64.Constant(name); ok {
			t.Errorf("Constant(%q) = %v", name, v)
		}
	}
	for _, nr := range []uint32{0xffffffff, arch.X32Bit, 337, 423, 1 << 20} {
		if s, ok := arch.X86_64.Numbered(nr); ok {
			t.Errorf("Numbered(%d) = %v", nr, s)
		}
	}
	for _, a := range []arch.ABI{0, 200} {
		if _, ok := a.Syscall("read"); ok || a.Syscalls() != nil {
			t.Errorf("ABI %d has calls", a)
		}
		if _, ok := a.Constant("O_RDWR"); ok {
			t.Errorf("ABI %d has constants", a)
		}
		if _, ok := a.Errno("EPERM"); ok {
			t.Errorf("ABI %d has errnos", a)
		}
	}
}

// Every parameter has its own registers, and every name one parameter.
func TestParametersAreUnambiguous(t *testing.T) {
	for _, a := range arch.ABIs() {
		for _, s := range a.Syscalls() {
			registers, names := map[uint8]string{}, map[string]string{}
			claim := func(p *arch.Param, r uint8) {
				if r > 5 {
					t.Errorf("%v: %s's %s is in register %d", a, s.Name, p.Name, r)
				}
				if other, ok := registers[r]; ok {
					t.Errorf("%v: %s's %s and %s share register %d", a, s.Name, p.Name, other, r)
				}
				registers[r] = p.Name
			}
			for i := range s.Params {
				p := &s.Params[i]
				claim(p, p.Low)
				if p.Split {
					claim(p, p.High)
				}
				if p.Split != (a.Bits() == 32 && p.Type.Bits == 64) {
					t.Errorf("%v: %s's %s is %v, split %v", a, s.Name, p.Name, p.Type, p.Split)
				}
				if int(p.Type.Bits) > a.Bits() && !p.Split {
					t.Errorf("%v: %s's %s has %d bits", a, s.Name, p.Name, p.Type.Bits)
				}
				for _, n := range append([]string{p.Name}, p.Aliases...) {
					if other, ok := names[n]; ok || n == "" {
						t.Errorf("%v: %s's %q names %s and %s", a, s.Name, n, other, p.Name)
					}
					names[n] = p.Name
					if got, ok := s.Param(n); !ok || got != p {
						t.Errorf("%v: %s.Param(%q) = %v", a, s.Name, n, got)
					}
				}
			}
		}
	}
}

func TestIterators(t *testing.T) {
	for name, seq := range map[string][]string{
		"SyscallNames":  slices.Collect(arch.SyscallNames()),
		"ConstantNames": slices.Collect(arch.ConstantNames()),
		"GroupNames":    slices.Collect(arch.GroupNames()),
	} {
		if !slices.IsSorted(seq) || len(slices.Compact(slices.Clone(seq))) != len(seq) || len(seq) < 20 {
			t.Errorf("%s: %d names, sorted %v", name, len(seq), slices.IsSorted(seq))
		}
	}
	for name := range arch.ConstantNames() {
		if !arch.ConstantAnywhere(name) {
			t.Errorf("ConstantAnywhere(%q) = false", name)
		}
	}
	n := 0
	for range arch.SyscallNames() {
		if n++; n == 3 {
			break // an iterator stops when asked to
		}
	}
}

func TestLookupsAllocateNothing(t *testing.T) {
	s, _ := arch.I386.Syscall("openat")
	g, _ := arch.LookupGroup("file-system")
	if n := testing.AllocsPerRun(100, func() {
		arch.S390X.Syscall("openat")
		arch.ARM.Numbered(322)
		s.Param("dirfd")
		s.In(g)
		arch.LookupGroup("timer")
		arch.KnownAnywhere("no such call")
		arch.PPC64LE.Constant("TIOCSTI")
		arch.ConstantAnywhere("NO_SUCH_CONSTANT")
		arch.MIPS64EL.Errno("ENOSYS")
		arch.MIPS64EL.SignalName(10)
		if _, ok := arch.ParseVersion("6.12"); !ok {
			t.Error("6.12 is no version")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestGroups(t *testing.T) {
	for _, tc := range []struct {
		group, syscall string
		want           bool
	}{
		{"basic-io", "read", true},
		{"basic-io", "openat", false},
		{"file-system", "openat", true},
		{"system-service", "read", true},    // through @basic-io
		{"system-service", "ioctl", true},   // itself
		{"system-service", "mount", false},  //
		{"default", "seccomp", true},        // through @sandbox
		{"privileged", "init_module", true}, // through @module
		{"network-io", "socket", true},
		{"known", "uprobe", true},
		{"obsolete", "tuxcall", true},
	} {
		g, ok := arch.LookupGroup(tc.group)
		if !ok || g.String() != tc.group {
			t.Errorf("LookupGroup(%q) = %v, %v", tc.group, g, ok)
		}
		s, _ := arch.X86_64.Syscall(tc.syscall)
		if got := s.In(g); got != tc.want {
			t.Errorf("%s in @%s: %v", tc.syscall, tc.group, got)
		}
	}
	for _, name := range []string{"", "@basic-io", "basic", "Timer"} {
		if g, ok := arch.LookupGroup(name); ok {
			t.Errorf("LookupGroup(%q) = %v", name, g)
		}
	}
	var none arch.Group
	if s, _ := arch.X86_64.Syscall("read"); s.In(none) || none.String() != "no group" {
		t.Errorf("the zero Group is %v", none)
	}
}

// TestParamIn finds a parameter of i386 by the register that has its low half,
// and none by that of the other.
func TestParamIn(t *testing.T) {
	call, _ := arch.I386.Syscall("ftruncate64")
	if call == nil {
		t.Fatal("no ftruncate64")
	}
	for register, want := range []string{"fd", "length", "", ""} {
		got := ""
		if p, ok := call.ParamIn(register); ok {
			got = p.Name
		}
		if got != want {
			t.Errorf("args[%d]: got %q, want %q", register, got, want)
		}
	}
}
