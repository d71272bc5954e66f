//go:build amd64 || arm64

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// longEnough is for what takes milliseconds, or would take forever.
const longEnough = 30 * time.Second

// unread makes a pipe that nobody reads and that takes no more, and returns its
// ends and what is in it.
func unread(t *testing.T) (r, w *os.File, filled int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w, fill(t, int(w.Fd()))
}

// unreadFIFO makes a FIFO that somebody has opened and does not read, and that
// takes no more.
func unreadFIFO(t *testing.T, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	w, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(r); unix.Close(w) })
	fill(t, w)
}

// sandboxRun returns a run of a script that is denied mkdir.
func sandboxRun(t *testing.T, script string, options ...string) *exec.Cmd {
	t.Helper()
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"run", "-p", "baseline", "-e", "mkdir, mkdirat"}, options...)
	run := exec.Command(command, append(args, "--", "/bin/sh", "-c", script)...)
	run.Dir = t.TempDir()
	return run
}

// wait waits for a process that was started, and returns how it ended.
func wait(t *testing.T, run *exec.Cmd) syscall.WaitStatus {
	t.Helper()
	late := time.AfterFunc(longEnough, func() { _ = run.Process.Kill() })
	_ = run.Wait()
	if !late.Stop() {
		t.Fatalf("%q had to be killed", run.Args)
	}
	return run.ProcessState.Sys().(syscall.WaitStatus)
}

// written waits for a whole line in a file, and returns it.
func written(t *testing.T, path string) string {
	t.Helper()
	for began := time.Now(); time.Since(began) < longEnough; time.Sleep(time.Millisecond) {
		if b, _ := os.ReadFile(path); bytes.HasSuffix(b, []byte("\n")) {
			return strings.TrimSpace(string(b))
		}
	}
	t.Fatalf("%s was not written", path)
	return ""
}

// TestStalledStatus has nobody read the status lines: the program gets the
// answers to its calls, people are told of them, and the lines come when somebody
// reads.
func TestStalledStatus(t *testing.T) {
	r, w, filled := unread(t)
	run := sandboxRun(t, "mkdir no; echo >done; exit 3", "--status-fd", "3")
	var said bytes.Buffer
	run.Stderr = &said
	run.ExtraFiles = []*os.File{w}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer run.Process.Kill()
	w.Close()
	written(t, filepath.Join(run.Dir, "done"))
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if status := wait(t, run); status.ExitStatus() != 3 {
		t.Errorf("exit code %d, want 3", status.ExitStatus())
	}
	var events []string
	for line := range bytes.Lines(all[filled:]) {
		var j struct{ Event string }
		if err := json.Unmarshal(line, &j); err != nil {
			t.Errorf("%v: %q", err, line)
		}
		events = append(events, j.Event)
	}
	if got := strings.Join(events, " "); got != "started denied exited" {
		t.Errorf("the lines are %q", got)
	}
	if !strings.Contains(said.String(), "was denied mkdir") || strings.Contains(said.String(), "lost") {
		t.Errorf("it said %q", said.String())
	}
}

// TestTimeOverUnread has nobody read what run writes: with --timeout it ends all
// the same, and says what is lost where that can be read.
func TestTimeOverUnread(t *testing.T) {
	for _, tt := range []struct{ unread, lost string }{
		{"standard error", ""},
		{"status lines", "sandbox: status lines are lost: nobody has read them in time\n"},
		{"report", "/fifo is lost: nobody has read it in time\n"},
	} {
		t.Run(tt.unread, func(t *testing.T) {
			t.Parallel()
			run := sandboxRun(t, `trap "" TERM; mkdir no 2>/dev/null; echo >done; while :; do sleep 1; done`,
				"--timeout", "1s", "--kill-after", "1s", "--status-fd", "3", "--report", "fifo")
			var said bytes.Buffer
			run.Stderr = &said
			status, err := os.Create(filepath.Join(run.Dir, "status"))
			if err != nil {
				t.Fatal(err)
			}
			defer status.Close()
			run.ExtraFiles = []*os.File{status}
			_, full, _ := unread(t)
			switch tt.unread {
			case "standard error":
				run.Stderr = full
			case "status lines":
				run.ExtraFiles[0] = full
			case "report":
				unreadFIFO(t, filepath.Join(run.Dir, "fifo"))
			}
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			if status := wait(t, run); status.ExitStatus() != exitTimeout {
				t.Errorf("exit code %d, want %d", status.ExitStatus(), exitTimeout)
			}
			if _, err := os.Stat(filepath.Join(run.Dir, "done")); err != nil {
				t.Error("the program got no answer:", err)
			}
			if !strings.HasSuffix(said.String(), tt.lost) || tt.lost == "" && said.Len() > 0 {
				t.Errorf("it said %q, want %q at the end", said.String(), tt.lost)
			}
			if lines, _ := os.ReadFile(status.Name()); tt.unread != "status lines" && !bytes.Contains(lines, []byte(`"event":"exited","exitCode":124`)) {
				t.Errorf("the status lines are %q", lines)
			}
		})
	}
}

// TestSignalEndsWaiting has nobody read what run writes, and no limit on its
// time: signals that end other programs end it when its program has ended.
func TestSignalEndsWaiting(t *testing.T) {
	for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT} {
		if signal.Ignored(sig) {
			continue // by whoever has started this test, and so by sandbox
		}
		for _, fd := range []int{2, 3} {
			t.Run(unix.SignalName(sig)+" "+strconv.Itoa(fd), func(t *testing.T) {
				t.Parallel()
				_, full, _ := unread(t)
				run := sandboxRun(t, `mkdir no 2>/dev/null; echo $$ >pid; exit 3`, "--status-fd", "3")
				run.ExtraFiles = []*os.File{full}
				if fd == 2 {
					run.Stderr = full
					null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
					if err != nil {
						t.Fatal(err)
					}
					defer null.Close()
					run.ExtraFiles[0] = null
				}
				if err := run.Start(); err != nil {
					t.Fatal(err)
				}
				pid, err := strconv.Atoi(written(t, filepath.Join(run.Dir, "pid")))
				if err != nil {
					t.Fatal(err)
				}
				for unix.Kill(pid, 0) == nil {
					time.Sleep(time.Millisecond)
				}
				// The first may still be meant for the program.
				go func() {
					for run.Process.Signal(sig) == nil {
						time.Sleep(50 * time.Millisecond)
					}
				}()
				status := wait(t, run)
				if status.Signal() != sig {
					t.Errorf("it ended with %#x", status)
				}
			})
		}
	}
}

// TestLostStatus has run unable to write its status lines: it says so once, and
// the program's exit code is its own.
func TestLostStatus(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, tt := range []struct {
		to  *os.File
		why string
	}{{w, "broken pipe"}, {full, "no space left on device"}} {
		run := sandboxRun(t, "mkdir no 2>/dev/null; exit 4", "--status-fd", "3", "--quiet")
		var said bytes.Buffer
		run.Stderr = &said
		run.ExtraFiles = []*os.File{tt.to}
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		if status := wait(t, run); status.ExitStatus() != 4 {
			t.Errorf("%s: exit code %d, want 4", tt.why, status.ExitStatus())
		}
		if want := "sandbox: status lines are lost: " + tt.why + "\n"; said.String() != want {
			t.Errorf("it said %q, want %q", said.String(), want)
		}
	}
}
