package installed_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"sandbox/bpf"
	"sandbox/internal/installed"
)

// install is what a child of the test does: it installs two filters, says so,
// and waits for its standard input to end.
const install = "INSTALLED_TEST_CHILD"

// old and recent are the filters, in the order of installation.
var (
	old    = []bpf.Instruction{{Op: bpf.LdWAbs, K: bpf.OffsetNr}, {Op: bpf.JeqK, Jf: 1, K: 1 << 20}, {Op: bpf.RetK, K: uint32(bpf.KillProcess)}, {Op: bpf.RetK, K: uint32(bpf.Allow)}}
	recent = []bpf.Instruction{{Op: bpf.RetK, K: uint32(bpf.Allow)}}
)

// The filters are the main thread's, on which init runs.
func init() {
	if os.Getenv(install) != "" {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(install) == "" {
		os.Exit(m.Run())
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	for i, code := range [][]bpf.Instruction{old, recent} {
		raw := make([]unix.SockFilter, len(code))
		for i, in := range code {
			raw[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
		}
		program := unix.SockFprog{Len: uint16(len(raw)), Filter: &raw[0]}
		flags := uintptr(i * unix.SECCOMP_FILTER_FLAG_LOG) // only the recent one
		if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program))); errno != 0 {
			panic(errno)
		}
	}
	os.Stdout.WriteString("installed\n")
	os.Stdin.Read(make([]byte, 1))
}

// start starts a child and returns its process id. Without an environment it is
// one that has no filters.
func start(t *testing.T, environment ...string) int {
	t.Helper()
	child := exec.Command(os.Args[0])
	if len(environment) == 0 {
		child = exec.Command("cat")
	}
	child.Env = append(os.Environ(), environment...)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		child.Process.Kill()
		child.Wait()
	})
	if len(environment) > 0 {
		if n, err := stdout.Read(make([]byte, 16)); n == 0 {
			t.Fatalf("the child did not install its filters: %v", err)
		}
	}
	return child.Process.Pid
}

func TestFilters(t *testing.T) {
	pid := start(t, install+"=1")
	filters, err := installed.Filters(pid)
	if os.Getuid() != 0 {
		if err == nil {
			t.Fatal("an unprivileged user was given filters")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var got [][]bpf.Instruction
	for _, p := range filters {
		got = append(got, p.Code())
	}
	if diff := cmp.Diff([][]bpf.Instruction{old, recent}, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	// The process goes on, and can be asked again.
	if again, err := installed.Filters(pid); err != nil || len(again) != 2 {
		t.Errorf("asked again: %d filters, %v", len(again), err)
	}
}

func TestLog(t *testing.T) {
	if os.Getuid() != 0 {
		if _, err := installed.Read(start(t, install+"=1")); !errors.Is(err, installed.ErrNotTold) {
			t.Errorf("an unprivileged user: %v", err)
		}
		return
	}
	filters, err := installed.Read(start(t, install+"=1"))
	if err != nil || len(filters) != 2 {
		t.Fatalf("%d filters, %v", len(filters), err)
	}
	if f := filters[0]; !f.LogKnown || f.Log {
		t.Errorf("the old filter: log %v, known %v", f.Log, f.LogKnown)
	}
	if f := filters[1]; !f.LogKnown || !f.Log {
		t.Errorf("the recent filter: log %v, known %v", f.Log, f.LogKnown)
	}
}

func TestNone(t *testing.T) {
	if os.Getuid() != 0 {
		if _, err := installed.Filters(start(t)); !errors.Is(err, installed.ErrNotTold) {
			t.Errorf("an unprivileged user, about an unfiltered process: %v", err)
		}
		return
	}
	if _, err := installed.Filters(start(t)); !errors.Is(err, installed.ErrUnfiltered) {
		t.Errorf("an unfiltered process: %v", err)
	}
	if _, err := installed.Filters(1 << 22); !errors.Is(err, unix.ESRCH) {
		t.Errorf("no process: %v", err)
	}
}
