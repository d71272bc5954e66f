//go:build linux && (amd64 || arm64)

package launcher

import (
	"os"
	"testing"
)

func TestParseImage(t *testing.T) {
	for _, tt := range []struct {
		name, head string
		want       image
	}{
		{"empty", "", image{kind: kindEmpty}},
		{"text", "echo", image{kind: kindOther}},
		{"script", "#!/bin/sh\necho", image{kindScript, "/bin/sh"}},
		{"script with spaces", "#! \t/usr/bin/env  -S x\n", image{kindScript, "/usr/bin/env"}},
		{"script without a line end", "#!/bin/sh", image{kindScript, "/bin/sh"}},
		{"script with a carriage return", "#!/bin/sh\r\n", image{kindScript, "/bin/sh\r"}},
		{"script without an interpreter", "#!\n", image{kindScript, ""}},
		{"short ELF", "\x7fELF", image{kindELF, ""}},
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
	if im := inspect(exitPayload(t)); im != (image{kind: kindELF}) {
		t.Errorf("a static program: %v", im)
	}
	if im := inspect("/no/such/file"); im.kind != kindMissing {
		t.Errorf("a missing file: %v", im)
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
