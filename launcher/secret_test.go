//go:build linux && (amd64 || arm64)

package launcher

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func newSecret(t *testing.T) *Secret {
	t.Helper()
	s, err := NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Forget)
	return s
}

// mapped reports whether memory is reserved at an address.
func mapped(t *testing.T, address uint64) bool {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		var start, end uint64
		if _, err := fmt.Sscanf(line, "%x-%x", &start, &end); err == nil && start <= address && address < end {
			return true
		}
	}
	return false
}

func TestSecretAddresses(t *testing.T) {
	page := uint64(os.Getpagesize())
	var seen [3]uint64 // the bits that were once 1
	for range 200 {
		s, err := NewSecret()
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range s.Addresses() {
			seen[i] |= a
			if a < 1<<32 || uint32(a) == 0 || i != argPath && a%8 != 0 {
				t.Errorf("address %d is %#x", i, a)
			}
			if !mapped(t, a) {
				t.Errorf("nothing is reserved at %#x", a)
			}
		}
		before := s.Addresses()
		s.Forget()
		for _, a := range before {
			if mapped(t, a) {
				t.Errorf("%#x is still reserved", a)
			}
		}
		if after := s.Addresses(); after != [3]uint64{} {
			t.Errorf("after it is forgotten it has %#x", after)
		}
		s.Forget()
	}
	// Each bit is random: that one is 0 in all of 200 is a matter of 2^200.
	const top = 1<<leastBits - 1
	for i, want := range [...]uint64{argPath: top, argArgs: top &^ 7, argEnv: top &^ 7} {
		if seen[i]&want != want {
			t.Errorf("argument %d never has the bits %#x (a page has %#x)", i, want&^seen[i], page)
		}
	}
}

// TestSecretIsPrintedAsAWord tries the ways to print a value.
func TestSecretIsPrintedAsAWord(t *testing.T) {
	s := newSecret(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, s); got != "secret" {
			t.Errorf("%s prints %s", format, got)
		}
	}
}

// cString reads a string at an address, as the kernel does.
func cString(address uintptr) string {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&address))
	return unsafe.String((*byte)(p), cLength((*byte)(p)))
}

// TestPlanHidesArguments looks at what execve is given: the registers are the
// secret's, and behind them is what the command says.
func TestPlanHidesArguments(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	for _, c := range []Command{
		{Path: "/bin/true", Args: []string{"true"}},
		{Path: "/bin/" + strings.Repeat("./", 2000) + "true", Args: []string{"true", "", long}, Env: []string{"A=b", "A=c", long}},
		{Path: "x", Args: make([]string, 1<<17), Env: make([]string, 1<<17)},
	} {
		s := newSecret(t)
		c.Secret = s
		pl, err := newPlan(job{}.program().Program(), c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, register := range pl.execveArgs() {
			if uint64(register) != s.Addresses()[i] {
				t.Errorf("register %d is %#x, and not an address of the secret", i, register)
			}
		}
		if got := cString(pl.execveArgs()[argPath]); got != c.Path {
			t.Errorf("the path is %q", got)
		}
		for _, tt := range []struct {
			got  []*byte
			want []string
		}{{pl.argv, c.Args}, {pl.envp, c.Env}} {
			if len(tt.got) != len(tt.want)+1 || tt.got[len(tt.want)] != nil {
				t.Fatalf("%d strings for %d", len(tt.got), len(tt.want))
			}
			for i, want := range tt.want {
				if got := cString(uintptr(unsafe.Pointer(tt.got[i]))); got != want {
					t.Errorf("string %d is %.40q, want %.40q", i, got, want)
				}
			}
		}
	}
}

// TestSecretPlanIsForgotten overwrites a plan as the watcher does.
func TestSecretPlanIsForgotten(t *testing.T) {
	s := newSecret(t)
	addresses := s.Addresses()
	pl, err := newPlan(job{}.program().Program(), Command{Path: "/bin/true", Args: []string{"true"}, Secret: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	*s = Secret{} // the plan gives it back
	pl.stack = &childStack{1, 2, len(childStack{}) - 1: 3}
	pl.forget()
	if *pl.stack != (childStack{}) {
		t.Error("the child's stack is as it was")
	}
	for _, a := range addresses {
		if mapped(t, a) {
			t.Errorf("%#x is still reserved", a)
		}
	}
	for _, in := range pl.filter {
		if in.K != 0 {
			t.Errorf("the filter has %#x", in.K)
		}
	}
}

// TestSecretIsTooSmall has more arguments than the kernel takes, and addresses
// that were forgotten.
func TestSecretIsTooSmall(t *testing.T) {
	program := job{}.program().Program()
	_, err := newPlan(program, Command{Path: "x", Args: make([]string, 1<<20), Secret: newSecret(t)}, Options{})
	var e *Error
	if !errors.As(err, &e) || e.Status != StatusNotExecutable || !errors.Is(err, unix.E2BIG) {
		t.Errorf("with 2^20 arguments: %v", err)
	}
	s := newSecret(t)
	s.Forget()
	if _, err := newPlan(program, Command{Path: "x", Args: []string{"x"}, Secret: s}, Options{}); !errors.Is(err, errForgotten) {
		t.Errorf("with addresses that are forgotten: %v", err)
	}
}
