package supervisor

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sandbox/arch"
	"sandbox/arch/decode"
	"sandbox/internal/machine"
)

// TestLook386 looks at calls of i386: addresses and numbers are of 32 bits,
// whatever the registers hold.
func TestLook386(t *testing.T) {
	openat, _ := arch.I386.Syscall("openat")
	execve, _ := arch.I386.Syscall("execve")
	v := newVictim(t, []uint32{openat.Number, execve.Number}, machine.CompileC(t, "testdata/i386.c"))
	l := v.start(t)
	var got []Object
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		abi, syscall := c.Syscall()
		if abi != arch.I386 { // the same number means something else
			return Continue()
		}
		if syscall == openat {
			if text := decode.Argument(abi, syscall, 0, &c.Args); text != "AT_FDCWD" {
				t.Errorf("openat of %s", text)
			}
		}
		seen, err := l.Look(c)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, seen.Objects...)
		return Errno(13)
	})); err != nil {
		t.Fatal(err)
	}
	if v.Wait() != nil && v.out.Len() == 0 {
		machine.Lacks(t, "this kernel does not serve i386 (CONFIG_IA32_EMULATION)")
	}
	want := []Object{
		path(1, "/bin/true"),
		path(0, "/bin/true"),
		{Register: 1, Kind: decode.Strings, Texts: []string{"first", "second"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Object{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if strings.Count(v.out.String(), "-13\n") != 2 {
		t.Errorf("the calls gave\n%s", v.out.String())
	}
}
