package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCompileC tells what is wrong with a source from what is missing here.
func TestCompileC(t *testing.T) {
	Program(t, "gcc")
	t.Setenv("CI", "")
	for _, tt := range []struct {
		name, text, option, want string
	}{
		{"good", "int main(void) { return 0; }\n", "-O2", ""},
		{"wrong", "int main(void) { return nothing; }\n", "-O2", "failed: "},
		{"lacking", "int main(void) { return 0; }\n", "-lno-such-library", "skipped: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := filepath.Join(t.TempDir(), "source.c")
			if err := os.WriteFile(source, []byte(tt.text), 0o644); err != nil {
				t.Fatal(err)
			}
			got := ended(t, func(t testing.TB) { CompileC(t, source, tt.option) })
			if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
