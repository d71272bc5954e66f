//go:build linux && (amd64 || arm64)

package launcher

import (
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDeniedHint: where a limit is the cause, no filter is blamed.
func TestDeniedHint(t *testing.T) {
	for cause, want := range map[syscall.Errno]string{
		unix.EMFILE: "ulimit -n", unix.ENFILE: "file-nr", unix.EAGAIN: "ulimit -u", unix.ENOMEM: "memory",
		unix.EPERM: "filter around this process", unix.ENOSYS: "filter around this process",
	} {
		for what, err := range map[string]*Error{
			"a watcher's error": watchError("a thing", cause),
			"a step's error":    (&report{step: stepProcess, errno: uint32(cause)}).err(""),
		} {
			blamed := strings.Contains(err.Hint, "filter")
			if !strings.Contains(err.Hint, want) || blamed != strings.HasPrefix(want, "filter") {
				t.Errorf("%s, %v: %q, want %q", what, cause, err.Hint, want)
			}
		}
	}
}
