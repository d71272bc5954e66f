package machine

import (
	"os"
	"strconv"
	"testing"
)

// Pipe returns the name of a pipe that holds a text, which can be read once: at
// most 64 KiB.
func Pipe(t testing.TB, text string) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if _, err := w.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return "/dev/fd/" + strconv.Itoa(int(r.Fd()))
}
