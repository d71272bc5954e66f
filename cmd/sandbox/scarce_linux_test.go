//go:build amd64 || arm64

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"sandbox/internal/machine"
)

// TestScarceProcesses runs programs under each low limit on processes: they run
// to their end, or not at all. Threads count as processes. Where the Go runtime
// has come up, sandbox itself says that nothing was started.
func TestScarceProcesses(t *testing.T) {
	prlimit := machine.Program(t, "prlimit")
	dir := machine.Dir(t)
	self, err := os.ReadFile("/proc/self/exe") // it is the command, too: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	sandbox := filepath.Join(dir, "sandbox")
	write(t, sandbox, string(self), 0o755)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	const script = `echo >>"$0"; mkdir "$0.d" 2>/dev/null || echo >>"$0"`
	// What the Go runtime needs to come up and to say so; others of this user come
	// and go.
	comesUp := 6
	uid, least, most := os.Getuid(), 0, 40
	if uid == 0 { // whom the limit does not hold
		uid = 200_000 + os.Getpid()
	} else {
		comesUp = most
		least = machine.Tasks(t, uid)
		most += least
	}
	ran, refused, early := 0, 0, 0
	for _, options := range [][]string{nil, {"-q"}, {"--status-fd", "1"}} {
		for n := least + 1; n <= most; n++ {
			marks := filepath.Join(dir, "marks"+strconv.Itoa(n)+strings.Join(options, ""))
			args := append([]string{"--nproc=" + strconv.Itoa(n), sandbox, "run"}, options...)
			cmd := exec.Command(prlimit, append(args, "-p", "baseline", "-e", "errno(EACCES) mkdir, mkdirat", "--", "/bin/sh", "-c", script, marks)...)
			if os.Getuid() == 0 {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
			}
			out, _ := cmd.CombinedOutput()
			if cmd.ProcessState == nil {
				t.Fatal("prlimit was not started")
			}
			b, _ := os.ReadFile(marks)
			code, lines := cmd.ProcessState.ExitCode(), len(b)
			switch {
			case code == 0 && lines == 2:
				ran++
			case code == exitFailed && lines == 0:
				refused++
			case lines == 0 && n-least <= comesUp: // the Go runtime did not come up, before anything
				early++
			case code == 2 && lines == 1 && !strings.Contains(string(out), "runtime: "):
				ran++ // the shell could not make a process for mkdir
			default:
				t.Errorf("limit %d, %q: code %d, %d marks: %s", n, options, code, lines, out)
			}
		}
	}
	t.Logf("%d ran, %d were refused, for %d the Go runtime did not come up", ran, refused, early)
	if ran == 0 || refused == 0 {
		t.Error("no limit was high enough, or none too low: this test shows nothing")
	}
}
