//go:build linux && (amd64 || arm64)

package launcher

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// TestOuterFilters launches where a filter around the launcher denies what the
// launcher calls, or pretends to have done it, which an errno of 0 is.
func TestOuterFilters(t *testing.T) {
	const faked, eperm = bpf.Errno, bpf.Errno + bpf.Return(unix.EPERM)
	for _, tt := range []struct {
		name   string
		outer  deny
		status map[string]int // by mode
		want   string
	}{
		{"faked seccomp", deny{unix.SYS_SECCOMP, faked}, map[string]int{"exec": StatusFailed, "start": StatusFailed}, "does not answer as the kernel does"},
		{"no seccomp", deny{unix.SYS_SECCOMP, eperm}, map[string]int{"exec": StatusFailed, "start": StatusFailed}, "operation not permitted"},
		{"faked prctl", deny{unix.SYS_PRCTL, faked}, map[string]int{"exec": StatusFailed, "start": StatusFailed}, "operation not permitted (errno 1)"},
		{"no waitid", deny{unix.SYS_WAITID, eperm}, map[string]int{"start": payloadStatus}, ""},
		{"no write", deny{unix.SYS_WRITE, eperm}, map[string]int{"exec": payloadStatus, "start": payloadStatus}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for mode, status := range tt.status {
				inner := append([]string{self(t)}, roleArgs(t, mode, job{}, exitPayload(t))...)
				out, got := result(t, role(t, "exec", job{Deny: []deny{tt.outer}}, inner...))
				if got != status || !strings.Contains(out, tt.want) {
					t.Errorf("%s: status %d, output %q; want %d, %q", mode, got, out, status, tt.want)
				}
			}
		})
	}
}
