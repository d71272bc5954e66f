package machine

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir returns a directory that lasts for the test, and that every user can
// read: those of testing are private.
func Dir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
