//go:build linux && (amd64 || arm64)

package launcher

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sandbox/arch"
)

func TestParseImage(t *testing.T) {
	for _, tt := range []struct {
		name, head string
		want       image
	}{
		{"empty", "", image{kind: kindEmpty}},
		{"text", "echo", image{kind: kindOther}},
		{"script", "#!/bin/sh\necho", image{kind: kindScript, interpreter: "/bin/sh"}},
		{"script with spaces", "#! \t/usr/bin/env  -S x\n", image{kind: kindScript, interpreter: "/usr/bin/env"}},
		{"script without a line end", "#!/bin/sh", image{kind: kindScript, interpreter: "/bin/sh"}},
		{"script with a carriage return", "#!/bin/sh\r\n", image{kind: kindScript, interpreter: "/bin/sh\r"}},
		{"script without an interpreter", "#!\n", image{kind: kindScript, interpreter: ""}},
		{"short ELF", "\x7fELF", image{kind: kindELF}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseImage([]byte(tt.head)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestInspect reads real programs: the loader of a dynamic one has to exist,
// or the shell would not run.
func TestInspect(t *testing.T) {
	if im := inspect("/bin/sh"); im.kind != kindELF || im.interpreter != "" && !exists(im.interpreter) {
		t.Errorf("/bin/sh: %v", im)
	}
	if im := inspect(exitPayload(t)); im != (image{kind: kindELF, abi: nativeABI()}) {
		t.Errorf("a static program: %v", im)
	}
	if im := inspect("/no/such/file"); im.kind != kindMissing {
		t.Errorf("a missing file: %v", im)
	}
}

// elfHead returns the start of an ELF file, as far as it says whose program it
// is: its class is 1 for 32 bits, and its data 1 for little endian.
func elfHead(class, data byte, machine uint16) string {
	head := append([]byte("\x7fELF"), class, data)
	head = append(head, make([]byte, elfMachineAt-len(head))...)
	return string(binary.LittleEndian.AppendUint16(head, machine))
}

func TestELFABI(t *testing.T) {
	for _, tt := range []struct {
		name, head string
		want       arch.ABI
	}{
		{"x86_64", elfHead(2, 1, 62), arch.X86_64},
		{"i386", elfHead(1, 1, 3), arch.I386},
		{"aarch64", elfHead(2, 1, 183), arch.AArch64},
		{"arm", elfHead(1, 1, 40), arch.ARM},
		{"x32", elfHead(1, 1, 62), 0},
		{"big endian", elfHead(1, 2, 3), 0},
		{"riscv64", elfHead(2, 1, 243), 0},
		{"cut", elfHead(1, 1, 3)[:elfMachineAt+1], 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want != 0 && tt.want.Machine() != nativeABI().Machine() {
				tt.want = 0
			}
			if im := parseImage([]byte(tt.head)); im.kind != kindELF || im.abi != tt.want {
				t.Errorf("got %v, want %v", im, tt.want)
			}
		})
	}
}

// TestUnservedABI starts a program of the machine's other ABI, of which the
// header is all there is: the kernel does not take it, if it is asked.
func TestUnservedABI(t *testing.T) {
	machine := uint16(3)
	if otherABI() == arch.ARM {
		machine = 40
	}
	file := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(file, []byte(elfHead(1, 1, machine)), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"exec", "start"} {
		for _, tt := range []struct {
			name   string
			job    job
			status int
			want   string
		}{
			{"not served", job{}, StatusFailed, "other is a program of " + otherABI().String() + ", which the policy does not serve"},
			{"served", job{Other: true}, StatusNotExecutable, "cannot execute " + file},
		} {
			t.Run(verb+", "+tt.name, func(t *testing.T) {
				out, status := result(t, role(t, verb, tt.job, file))
				if status != tt.status || !strings.Contains(out, tt.want) {
					t.Errorf("status %d, %q; want %d, %q", status, out, tt.status, tt.want)
				}
			})
		}
	}
}

func FuzzParseImage(f *testing.F) {
	f.Add([]byte("#! /bin/sh -e\n"))
	if b, err := os.ReadFile("/bin/sh"); err == nil && len(b) >= 4096 {
		f.Add(b[:4096])
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		im := parseImage(head)
		if im.interpreter != "" && im.kind != kindScript && im.kind != kindELF {
			t.Errorf("%v", im)
		}
		if len(im.interpreter) > len(head) {
			t.Errorf("an interpreter of %d bytes in %d", len(im.interpreter), len(head))
		}
	})
}
