//go:build linux && (amd64 || arm64)

package launcher

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

func TestGaps(t *testing.T) {
	const last = math.MaxUint32
	for _, tt := range []struct {
		keep []int
		want [][2]uint32
	}{
		{nil, [][2]uint32{{3, last}}},
		{[]int{3}, [][2]uint32{{4, last}}},
		{[]int{3, 4, 5}, [][2]uint32{{6, last}}},
		{[]int{4}, [][2]uint32{{3, 3}, {5, last}}},
		{[]int{4, 7}, [][2]uint32{{3, 3}, {5, 6}, {8, last}}},
	} {
		if diff := cmp.Diff(tt.want, gaps(3, tt.keep)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.keep, diff)
		}
	}
}

// listOpen prints the descriptors of a shell. (10 is its own.)
const listOpen = "for fd in 0 1 2 3 4 5 6 7 8 9 100 1000; do [ -e /proc/$$/fd/$fd ] && echo $fd; done; true"

// TestDescriptors opens 3 to 5, 9 and 1000 where the launcher is called.
func TestDescriptors(t *testing.T) {
	noCloseRange := deny{unix.SYS_CLOSE_RANGE, bpf.Errno.With(uint16(unix.EPERM))}
	for _, tt := range []struct {
		name  string
		outer []deny // a filter around the launcher
		keep  []int
		want  string
		error string
	}{
		{name: "none", want: "0 1 2"},
		{name: "some", keep: []int{9, 4, 4}, want: "0 1 2 4 9"},
		{name: "far away", keep: []int{1000}, want: "0 1 2 1000"},
		{name: "not open", keep: []int{6}, error: "descriptor 6 cannot be kept: it was not passed to this process"},
		{name: "faked close_range", outer: []deny{{unix.SYS_CLOSE_RANGE, bpf.Errno}}, keep: []int{4}, want: "0 1 2 4"},
		{name: "no close_range", outer: []deny{noCloseRange}, keep: []int{4}, want: "0 1 2 4"},
		{
			name:  "no close_range and no /proc",
			outer: []deny{noCloseRange, {unix.SYS_GETDENTS64, bpf.Errno.With(uint16(unix.EPERM))}},
			keep:  []int{4}, want: "0 1 2 4",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, mode := range []string{"exec", "start"} {
				inner := append([]string{self(t)}, roleArgs(t, mode, job{Keep: tt.keep}, "sh", "-c", listOpen)...)
				if tt.outer != nil {
					// Exec as the outer filter's launcher keeps everything.
					inner = append([]string{self(t)}, roleArgs(t, "exec", job{Deny: tt.outer, Keep: []int{3, 4, 5, 9, 1000}}, inner...)...)
				}
				cmd := command(t, append([]string{"bash", "-c", `ulimit -n 5000; exec "$@" 3</dev/null 4</dev/null 5</dev/null 9</dev/null 1000</dev/null`, "bash"}, inner...)...)
				out, status := result(t, cmd)
				got := strings.Join(strings.Fields(out), " ")
				if tt.error != "" {
					if status != StatusFailed || !strings.Contains(out, tt.error) {
						t.Errorf("%s: status %d, output %q; want %d, %q", mode, status, out, StatusFailed, tt.error)
					}
				} else if status != 0 || got != tt.want {
					t.Errorf("%s: status %d, open %q; want 0, %q", mode, status, got, tt.want)
				}
			}
		})
	}
}

// TestOurDescriptorIsNotKept: a number that stands for a descriptor of the
// launcher's own, because the caller passed none, is refused.
func TestOurDescriptorIsNotKept(t *testing.T) {
	f, err := os.Open(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := checkKept(int(f.Fd())); err == nil {
		t.Error("a descriptor with FD_CLOEXEC is kept")
	}
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	if err := checkKept(int(f.Fd())); err != nil {
		t.Errorf("without FD_CLOEXEC: %v", err)
	}
}

// TestOpenDescriptors compares both ways to find what is open.
func TestOpenDescriptors(t *testing.T) {
	listed, err := openDescriptors()
	if err != nil {
		t.Fatal(err)
	}
	tried := tryBelow(maxTried)
	if len(tried) < 3 {
		t.Errorf("only %v are open", tried)
	}
	for _, fd := range tried {
		if !slices.Contains(listed, fd) {
			t.Errorf("%d is open and not listed", fd)
		}
	}
}
