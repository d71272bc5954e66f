package arch_test

import (
	"slices"
	"testing"

	"sandbox/arch"
)

func TestParseVersion(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"6.1", "6.1"},
		{"5.10", "5.10"},
		{"6", "6.0"},
		{"3.0", "3.0"},
		{"7.255", "7.255"},
		{"2.6.32", "2.6.32"},
		{"2.6.13", "2.6.13"},
		{"2.6.12", "2.6.12 or earlier"},
		{"2.6.0", "2.6.12 or earlier"},
	} {
		v, ok := arch.ParseVersion(tc.in)
		if !ok || v.String() != tc.want {
			t.Errorf("ParseVersion(%q) = %v, %v", tc.in, v, ok)
		}
	}
	for _, in := range []string{
		"", "v6.1", "6.", ".1", "6.1.2", "6.1-rc3", " 6.1", "6.1 ", "6.01", "06.1", "256.0", "6.256", "2.6", "2.4", "2", "2.6.40", "2.6.", "-6.1", "6,1", "six", "6.1.", "1.0", "0",
	} {
		if v, ok := arch.ParseVersion(in); ok {
			t.Errorf("ParseVersion(%q) = %v", in, v)
		}
	}
	older := []string{"2.6.12", "2.6.13", "2.6.39", "3.0", "3.19", "4.0", "5.9", "5.10", "6.1", "6.12"}
	for i := 1; i < len(older); i++ {
		a, _ := arch.ParseVersion(older[i-1])
		b, _ := arch.ParseVersion(older[i])
		if a >= b {
			t.Errorf("%s is not before %s", older[i-1], older[i])
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"6.1", "2.6.32", "6", "x", "6.1.2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := arch.ParseVersion(s)
		if !ok || v == 0 {
			return
		}
		if again, ok := arch.ParseVersion(v.String()); !ok || again != v {
			t.Errorf("%q is %v, which is %v", s, v, again)
		}
	})
}

func TestSince(t *testing.T) {
	for _, tc := range []struct {
		abi           arch.ABI
		syscall, want string
	}{
		{arch.X86_64, "read", "2.6.12 or earlier"},
		{arch.X86_64, "openat", "2.6.16"},
		{arch.X86_64, "seccomp", "3.17"},
		{arch.X86_64, "membarrier", "4.3"},
		{arch.X86_64, "openat2", "5.6"},
		{arch.X86_64, "cachestat", "6.5"},
		{arch.X86_64, "uprobe", "6.18"},
		{arch.S390X, "file_getattr", "6.17"},
		{arch.I386, "socket", "4.3"}, // until then only socketcall
		{arch.I386, "shmget", "5.1"}, // until then only ipc
		{arch.ARM, "socket", "2.6.12 or earlier"},
		{arch.AArch64, "read", "3.7"}, // the port
		{arch.RISCV64, "seccomp", "4.15"},
		{arch.LoongArch64, "openat2", "5.19"},
		{arch.LoongArch64, "cachestat", "6.5"},
		{arch.I386, "clock_gettime64", "5.1"},
		{arch.AArch64, "kexec_file_load", "5.0"},
	} {
		s, ok := tc.abi.Syscall(tc.syscall)
		if !ok || s.Since.String() != tc.want {
			t.Errorf("%v %s: since %v, want %s", tc.abi, tc.syscall, s.Since, tc.want)
		}
	}
}

// Two older releases of the headers bound each call's release from both sides.
func TestSinceAgainstOlderHeaders(t *testing.T) {
	rows := readRows(t, "testdata/absent.tsv")
	if len(rows) < 10 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		a, ok := arch.ParseABI(row[0])
		if !ok {
			t.Fatalf("no ABI %q", row[0])
		}
		release, ok := arch.ParseVersion(row[1])
		if !ok {
			t.Fatalf("no release %q", row[1])
		}
		absent := row[2:]
		for _, s := range a.Syscalls() {
			if s.Number >= 0xf0000 {
				continue // arm's private calls have other names in the header
			}
			if there := !slices.Contains(absent, s.Name); there != (s.Since <= release) {
				t.Errorf("%v %s: since %v, in the headers of %s: %v", a, s.Name, s.Since, release, there)
			}
		}
	}
}

// Numbers from 424 on are given out in the order in which calls are merged, on
// all architectures at once. The exceptions held a number for some releases.
func TestSinceGrowsWithNumbers(t *testing.T) {
	reserved := map[string]bool{"close_range": true, "quotactl_fd": true, "memfd_secret": true}
	for _, a := range arch.ABIs() {
		base := uint32(0)
		if a == arch.MIPS64EL {
			base = 5000
		}
		last := arch.Version(0)
		for _, s := range a.Syscalls() {
			if s.Number < base+424 || s.Number > base+600 || reserved[s.Name] {
				continue
			}
			if s.Since < last {
				t.Errorf("%v: %s (%d) is since %v, one before it %v", a, s.Name, s.Number, s.Since, last)
			}
			last = max(last, s.Since)
		}
		if v, _ := arch.ParseVersion("7.0"); last < v {
			t.Errorf("%v ends with %v", a, last)
		}
	}
}
