//go:build amd64 || arm64

package main

import (
	"bufio"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sandbox/internal/machine"
)

// TestHungReport: a path that lies in memory which never answers is not seen, and
// that is said. If sandbox is killed then, it ends, and with it all of the program:
// standard output has no writer any more.
func TestHungReport(t *testing.T) {
	program := machine.CompileC(t, "../../launcher/supervisor/testdata/fuse.c")
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	dir := machine.Dir(t)
	policy := filepath.Join(dir, "a.toml")
	write(t, policy, "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(EACCES)\"\nfilters = [\"mkdirat\"]\n", 0o444)
	run := exec.Command(command, "run", "-p", policy, "--", program, dir, "1", "stay")
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(-run.Process.Pid, syscall.SIGKILL)
	// Until the last call was made, before which there is nothing to wait for.
	lines := bufio.NewReader(out)
	for range 2 {
		line, err := lines.ReadString('\n')
		switch {
		case strings.HasPrefix(line, "fuse"):
			machine.Lacks(t, "this user cannot mount a file system of its own here: %s", line)
		case err != nil || line != "13\n":
			t.Fatalf("%q, %v", line, err)
		}
	}
	run.Process.Kill()
	late := time.AfterFunc(20*time.Second, func() {
		t.Error("sandbox was killed, and its program is alive")
		syscall.Kill(-run.Process.Pid, syscall.SIGKILL)
	})
	defer late.Stop()
	text, _ := io.ReadAll(said)
	io.Copy(io.Discard, lines)
	run.Wait()
	if want := "\n  not seen: the program's memory did not answer\n"; !strings.Contains(string(text), want) {
		t.Errorf("it does not say %q:\n%s", want, text)
	}
}
