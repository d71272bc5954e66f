package diag

import (
	"slices"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	syscalls := []string{"read", "readv", "write", "open", "openat", "openat2", "close", "creat", "fstat", "statx", "socket", "socketpair", "clone", "clone3", "mmap", "munmap", "mremap"}
	constants := []string{"O_RDONLY", "O_WRONLY", "O_RDWR", "AF_INET", "AF_INET6", "PROT_READ", "CLONE_NEWUSER", "CLONE_NEWUTS"}
	actions := []string{"allow", "log", "deny", "errno", "kill_process", "kill_thread", "trap", "trace", "notify"}
	for _, test := range []struct {
		name string
		from []string
		want string
	}{
		{"opennat", syscalls, "openat"},
		{"openta", syscalls, "openat"}, // a swap is one edit
		{"wirte", syscalls, "write"},
		{"raed", syscalls, "read"},
		{"opn", syscalls, "open"},
		{"sockets", syscalls, "socket"},
		{"clone33", syscalls, "clone3"},
		{"unmap", syscalls, "munmap"},
		{"OPENAT", syscalls, "openat"},
		{"o_rdonly", constants, "O_RDONLY"},
		{"RDONLY", constants, "O_RDONLY"},
		{"O_RONLY", constants, "O_RDONLY"},
		{"af_inet", constants, "AF_INET"},
		{"AF_INET4", constants, "AF_INET"}, // as near as AF_INET6
		{"CLONE_NEW_USER", constants, "CLONE_NEWUSER"},
		{"alow", actions, "allow"},
		{"dney", actions, "deny"},
		{"kill_proces", actions, "kill_process"},
		{"kil_thread", actions, "kill_thread"},

		// rather nothing than something silly
		{"kill", actions, ""},
		{"fork", syscalls, ""},
		{"ab", []string{"ac", "b", "abc"}, ""},
		{"", []string{"a", ""}, ""},
		{"frobnicate", syscalls, ""},
		{"open", []string{"open"}, ""}, // itself
		{"dup", []string{"pud"}, ""},
		{strings.Repeat("x", 65), []string{strings.Repeat("x", 64)}, ""},

		// short names: case only
		{"FD", []string{"fs", "fd"}, "fd"},

		// ties
		{"abcdef", []string{"ABCDEX", "abcdeX", "zbcdef"}, "abcdeX"},
		{"abcd", []string{"abcz", "abcy", "xbcd"}, "abcy"},
	} {
		got, ok := Nearest(test.name, slices.Values(test.from))
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Nearest(%q) = %q, %v, want %q", test.name, got, ok, test.want)
		}
		reversed := slices.Clone(test.from)
		slices.Reverse(reversed)
		if got, _ := Nearest(test.name, slices.Values(reversed)); got != test.want {
			t.Errorf("Nearest(%q) = %q with the candidates in reverse, want %q", test.name, got, test.want)
		}
	}
}

// The distance is the plain recursive definition's.
func TestDistance(t *testing.T) {
	var naive func(a, b string) int
	naive = func(a, b string) int {
		if a == "" || b == "" {
			return len(a) + len(b)
		}
		change := 1
		if a[0] == b[0] {
			change = 0
		}
		d := min(naive(a[1:], b[1:])+change, naive(a[1:], b)+1, naive(a, b[1:])+1)
		if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
			d = min(d, naive(a[2:], b[2:])+1)
		}
		return d
	}
	var words []string
	for i := range 3 * 3 * 3 * 3 {
		w := string([]byte{"abc"[i%3], "abc"[i/3%3], "abc"[i/9%3], "abc"[i/27%3]})
		words = append(words, w, w[:i%4])
	}
	for _, a := range words {
		for _, b := range words {
			want := naive(a, b)
			for limit := range 5 {
				if got := distance(a, b, limit, false); got != min(want, limit+1) {
					t.Fatalf("distance(%q, %q, %d) = %d, want %d", a, b, limit, got, min(want, limit+1))
				}
			}
		}
	}
	if got := distance("aBc", "AbC", 5, true); got != 0 {
		t.Errorf("case counts: %d", got)
	}
}
