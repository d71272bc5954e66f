//go:build linux && (amd64 || arm64)

package launcher

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"sandbox/internal/inherited"
)

// A state is what a caller hands to a program at its execve.
type state struct {
	Ignored, Blocked []int // signals
	OpenFiles        uint64
	Closed           []int
	DeathSignal      int32
}

func set(signals []int) (mask uint64) {
	for _, n := range signals {
		mask |= 1 << (n - 1)
	}
	return mask
}

// prepare gives this process the state and executes a command, without a
// filter.
func (s state) prepare(args []string) error {
	runtime.LockOSThread()
	pl := &plan{ignored: set(s.Ignored), mask: set(s.Blocked)}
	if s.OpenFiles != 0 {
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			return err
		}
		limit.Cur = s.OpenFiles
		if err := syscall.Setrlimit(unix.RLIMIT_NOFILE, (*syscall.Rlimit)(&limit)); err != nil {
			return err
		}
	}
	for _, fd := range s.Closed {
		if err := unix.Close(fd); err != nil {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(s.DeathSignal), 0, 0, 0); err != nil {
		return err
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		return err
	}
	pl.path, _ = syscall.BytePtrFromString(path)
	pl.argv, _ = syscall.SlicePtrFromStrings(args)
	pl.envp, _ = syscall.SlicePtrFromStrings(os.Environ())
	all := ^uint64(0)
	setSignalMask(&all, nil)
	pl.resetSignals()
	setSignalMask(&pl.mask, nil)
	a := pl.execveArgs()
	return syscall.Errno(failed(systemCall(unix.SYS_EXECVE, a[0], a[1], a[2], 0, 0, 0)))
}

// seen is what a program sees of the state that it was given, as a few programs
// tell it. (A shell would not do for signals: dash clears the mask.)
var seen = []struct {
	name string
	args []string
}{
	{"status", []string{"grep", "-E", "^(Sig(Ign|Blk|Pnd)|ShdPnd|Uid|Gid|Groups|Cap|Umask|NoNewPrivs|Seccomp)", "/proc/self/status"}},
	{"limits", []string{"cat", "/proc/self/limits"}},
	{"descriptors", []string{"sh", "-c", "for fd in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$fd ] && echo $fd; done; pwd; nice"}},
	{"environment", []string{"cat", "/proc/self/environ"}},
}

// sandboxed is what becomes of those lines of /proc/PID/status that have to
// change.
var sandboxed = strings.NewReplacer(
	"NoNewPrivs:\t0", "NoNewPrivs:\t1",
	"Seccomp:\t0", "Seccomp:\t2",
	"Seccomp_filters:\t0", "Seccomp_filters:\t1",
)

func TestStateIsPassedOn(t *testing.T) {
	if !inherited.Read().SignalsKnown {
		t.Skip("built with cgo: what was inherited is not known")
	}
	for _, tt := range []struct {
		name  string
		state state
	}{
		{name: "plain"},
		{name: "ignored", state: state{Ignored: []int{1, 2, 10, 13, 15, 17, 21, 23, 27, 31, 32, 33, 34, 37, 64}}},
		{name: "blocked", state: state{Blocked: []int{2, 11, 15, 17, 23, 27, 34, 40}}},
		{name: "limit", state: state{OpenFiles: 77}},
		{name: "stdin closed", state: state{Closed: []int{0}}},
		{name: "stderr closed", state: state{Closed: []int{2}}},
		{name: "all", state: state{Ignored: []int{13, 15}, Blocked: []int{17}, OpenFiles: 64, Closed: []int{0, 2}, DeathSignal: 12}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dead := deathSignalPayload(t)
			for _, see := range append(slices.Clone(seen), struct {
				name string
				args []string
			}{"death signal", []string{dead}}) {
				want, wantStatus := result(t, role(t, "prepare", job{State: tt.state}, see.args...))
				want = sandboxed.Replace(want)
				for _, mode := range []string{"exec", "start"} {
					if mode == "start" && see.args[0] == dead {
						continue // a child never inherits it
					}
					args := append([]string{self(t)}, roleArgs(t, mode, job{Thread: true}, see.args...)...)
					got, status := result(t, role(t, "prepare", job{State: tt.state}, args...))
					if diff := cmp.Diff(want, got); diff != "" || status != wantStatus {
						t.Errorf("%s %s: status %d, want %d (-without +with a launcher):\n%s", mode, see.name, status, wantStatus, diff)
					}
				}
			}
		})
	}
}

// TestUnknownState is the control of TestStateIsPassedOn: without the record
// the runtime's changes show.
func TestUnknownState(t *testing.T) {
	prepared := job{State: state{Ignored: []int{1, 13, 15}}}
	want := map[bool]string{false: "SigIgn:\t0000000000005001", true: "SigIgn:\t0000000000000001"}
	for unknown, line := range want {
		if !unknown && !inherited.Read().SignalsKnown {
			continue // built with cgo
		}
		for _, mode := range []string{"exec", "start"} {
			args := append([]string{self(t)}, roleArgs(t, mode, job{Unknown: unknown}, "grep", "SigIgn", "/proc/self/status")...)
			got, status := result(t, role(t, "prepare", prepared, args...))
			if status != 0 || strings.TrimSpace(got) != line {
				t.Errorf("%s, unknown=%t: status %d, %q; want %q", mode, unknown, status, got, line)
			}
		}
	}
}

// TestEnvironment passes on what is no proper environment, byte for byte.
func TestEnvironment(t *testing.T) {
	env := []string{"A=1", "A=2", "noequals", "=x", "B=\x01\n"}
	for _, mode := range []string{"exec", "start"} {
		cmd := role(t, mode, job{Deny: nil}, "/bin/cat", "/proc/self/environ")
		cmd.Env = env
		// os/exec drops duplicates, so another launch in between sets them.
		cmd.Args = append(append(cmd.Args[:1:1], roleArgs(t, "exec", job{Env: env})...), append([]string{self(t)}, cmd.Args[1:]...)...)
		got, status := result(t, cmd)
		if want := strings.Join(env, "\x00") + "\x00"; status != 0 || got != want {
			t.Errorf("%s: status %d, %q; want %q", mode, status, got, want)
		}
	}
}

// TestStack launches through as many launchers as there are filters to be
// counted.
func TestStack(t *testing.T) {
	args := []string{"/bin/grep", "^Seccomp_filters", "/proc/self/status"}
	for _, mode := range []string{"exec", "start", "exec"} {
		args = append([]string{self(t)}, roleArgs(t, mode, job{Log: true}, args...)...)
	}
	got, status := result(t, command(t, args...))
	if !strings.HasSuffix(strings.TrimSpace(got), "\t3") || status != 0 {
		t.Errorf("status %d, %q; want 3 filters", status, got)
	}
}
