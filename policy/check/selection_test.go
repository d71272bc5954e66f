package check

import (
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

func version(t *testing.T, s string) arch.Version {
	t.Helper()
	v, ok := arch.ParseVersion(s)
	if !ok {
		t.Fatalf("no version %q", s)
	}
	return v
}

func selectedNumbers(t *testing.T, abi arch.ABI, text, kernel string) []typed.NumberRange {
	t.Helper()
	in := input(t, abi, text)
	if kernel != "" {
		in.Kernel = version(t, kernel)
	}
	filters := check(t, in)
	if len(filters) > 1 {
		t.Fatalf("%s: %d filters without a condition", text, len(filters))
	}
	if len(filters) == 0 {
		return nil
	}
	return filters[0].Numbers
}

func TestSelection(t *testing.T) {
	tests := []struct {
		abi    arch.ABI
		text   string
		kernel string
		want   string
	}{
		{arch.X86_64, "write, read, close", "", "0-1,3"},
		{arch.X86_64, "#3, #0x2, #9999, #-1, read", "", "0,2-3,9999,4294967295"},
		{arch.X86_64, "#10000, #9999, #1, #9999", "", "1,9999-10000"},
		{arch.AArch64, "open, openat", "", "56"},
		{arch.AArch64, "open", "", ""},
		{arch.ARM, "cacheflush", "", "983042"},
		// openat2 came with 5.6, and is selected under an older baseline all
		// the same if its name or number is given.
		{arch.X86_64, "openat2", "5.4", "437"},
		{arch.X86_64, "#437", "5.4", "437"},
		{arch.X86_64, "@file-system, !@file-system, openat2", "5.4", ""},
		// What is taken out stays out, wherever that stands.
		{arch.X86_64, "!@aio, read, #206, #3", "", "0,3"},
		{arch.X86_64, "read, io_setup, #9999, !@aio, !#9998", "", "0,9999"},
		{arch.X86_64, "read, write, !#1", "", ""},    // an error
		{arch.X86_64, "read, #9999, !#9999", "", ""}, // an error
		{arch.X86_64, "*, !*", "", ""},               // an error
	}
	for _, test := range tests {
		in := input(t, test.abi, test.text)
		if test.kernel != "" {
			in.Kernel = version(t, test.kernel)
		}
		filters, _ := Filters(in)
		if got := dumpFilters(filters); got != test.want {
			t.Errorf("%s on %s: %s, want %s", test.text, test.abi, got, test.want)
		}
	}
}

// TestRanges compares selections by "*", "!" and groups with the table.
func TestRanges(t *testing.T) {
	group, _ := arch.LookupGroup("file-system")
	for _, abi := range arch.ABIs() {
		for _, kernel := range []string{"", "5.4", "6.1"} {
			limit := arch.Latest()
			if kernel != "" {
				limit = version(t, kernel)
			}
			all := selectedNumbers(t, abi, "*", kernel)
			butOne := selectedNumbers(t, abi, "!close", kernel)
			butGroup := selectedNumbers(t, abi, "*, !@file-system", kernel)
			inGroup := selectedNumbers(t, abi, "@file-system, !close", kernel)
			table := abi.Syscalls()
			for i := range table {
				s := &table[i]
				known := s.Since <= limit
				for _, test := range []struct {
					what   string
					ranges []typed.NumberRange
					want   bool
				}{
					{"*", all, known},
					{"!close", butOne, known && s.Name != "close"},
					{"*, !@file-system", butGroup, known && !s.In(group)},
					{"@file-system, !close", inGroup, known && s.In(group) && s.Name != "close"},
				} {
					if got := typed.Contains(test.ranges, s.Number); got != test.want {
						t.Errorf("%s on %s up to %q selects %s: %t", test.what, abi, kernel, s.Name, got)
					}
				}
			}
			count := 0
			for _, r := range all {
				for n := r.First; n <= r.Last; n++ {
					if _, ok := abi.Numbered(n); !ok {
						t.Fatalf("* on %s selects %d", abi, n)
					}
					count++
				}
			}
			if kernel == "" && count < 250 {
				t.Errorf("* on %s up to %q selects %d calls", abi, kernel, count)
			}
		}
	}
}

// TestEveryParameter types a condition on every parameter of every call of
// every ABI, by all of its names.
func TestEveryParameter(t *testing.T) {
	for _, abi := range arch.ABIs() {
		table := abi.Syscalls()
		for i := range table {
			call := &table[i]
			for j := range call.Params {
				p := &call.Params[j]
				for _, name := range append([]string{p.Name}, p.Aliases...) {
					if name == fieldNr {
						continue // means the number
					}
					filters := check(t, input(t, abi, call.Name+": "+name+" == 0"))
					if len(filters) != 1 || invalidity(&filters[0]) != "" {
						t.Errorf("%s: %s on %s: %d filters", call.Name, name, abi, len(filters))
					}
				}
				if p.Type.Bits == 64 && abi.Bits() == 32 && !p.Split {
					t.Errorf("%s on %s: %s has 64 bits in one register of 32", call.Name, abi, p.Name)
				}
			}
		}
	}
}
