//go:build linux && (amd64 || arm64)

package launcher

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestAttributes asks the kernel for what was asked of the launcher, which
// the control lacks.
func TestAttributes(t *testing.T) {
	dead := deathSignalPayload(t)
	limits := []string{"grep", "-E", "open files|core file", "/proc/self/limits"}
	leads := []string{"sh", "-c", "read pid a b c d session rest < /proc/self/stat; test $session = $$"}
	for _, tt := range []struct {
		name   string
		job    job
		args   []string
		status int
		want   []string
	}{
		{"no death signal", job{}, []string{dead}, 0, nil}, // of the caller's
		{"death signal", job{Die: true}, []string{dead}, int(unix.SIGKILL), nil},
		{"orphan", job{Die: true, Orphan: true}, []string{dead}, StatusFailed, []string{"has ended already"}},
		{"same session", job{}, leads, 1, nil},
		{"session", job{Session: true}, leads, 0, nil},
		{
			"limits",
			job{Limits: []Limit{{Resource: openFiles, Soft: 20, Hard: 30}, NoCore()}},
			limits, 0,
			[]string{"open files 20 30 files", "core file size 1 1 bytes"},
		},
		{
			"limit refused",
			job{Limits: []Limit{{Resource: openFiles, Soft: 1, Hard: Unlimited}}},
			limits, StatusFailed,
			[]string{"cannot set the limit nofile: operation not permitted"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, mode := range []string{"exec", "start"} {
				out, status := result(t, role(t, mode, tt.job, tt.args...))
				out = strings.Join(strings.Fields(out), " ")
				if mode == "start" && tt.name == "no death signal" {
					tt.status = int(unix.SIGKILL) // with the watcher
				}
				if status != tt.status {
					t.Errorf("%s: status %d, want %d; %s", mode, status, tt.status, out)
				}
				for _, want := range tt.want {
					if !strings.Contains(out, want) {
						t.Errorf("%s: %q lacks %q", mode, out, want)
					}
				}
			}
		})
	}
}

// TestBothKilled: a program does not outlive supervisor and watcher, unless it has
// undone what sees to that.
func TestBothKilled(t *testing.T) {
	const wait = "echo started; exec sleep 60"
	for _, tt := range []struct {
		name    string
		command []string
		ends    bool
	}{
		{"program", []string{"sh", "-c", wait}, true},
		{"undone", []string{"setpriv", "--pdeathsig", "clear", "sh", "-c", wait}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			c := &captivity{t: t, cmd: role(t, "start", job{}, tt.command...)}
			c.cmd.Stdout = w
			start(t, c.cmd)
			w.Close()
			var line [16]byte
			if n, err := r.Read(line[:]); string(line[:n]) != "started\n" {
				t.Fatalf("%q (%v)", line[:n], err)
			}
			program := c.child(c.child(c.cmd.Process.Pid))
			c.killBoth()
			_ = c.cmd.Wait()
			if !tt.ends {
				c.signal(program, unix.SIGKILL) // which fails if it has ended
			}
			if err := r.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Read(line[:]); err != io.EOF {
				t.Errorf("process %d lives on: %v", program, err)
				c.signal(program, unix.SIGKILL)
			}
		})
	}
}

// TestSessionOfLeader: who leads a process group cannot leave it, and a child
// can.
func TestSessionOfLeader(t *testing.T) {
	for mode, want := range map[string]int{"exec": StatusFailed, "start": payloadStatus} {
		cmd := role(t, mode, job{Session: true}, exitPayload(t))
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if out, status := result(t, cmd); status != want || status == StatusFailed && !strings.Contains(out, "cannot start a new session") {
			t.Errorf("%s: status %d, want %d; %s", mode, status, want, out)
		}
	}
}

// TestNoCore has the same program crash with a core dump and without.
func TestNoCore(t *testing.T) {
	// Start has made this process undumpable.
	defer func() { _ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) }()
	for _, tt := range []struct {
		limit Limit
		want  bool
	}{
		{Limit{Resource: Core, Soft: Unlimited, Hard: Unlimited}, true},
		{NoCore(), false},
	} {
		p, err := Start(job{}.program(), Command{
			Path: "/bin/sh", Args: []string{"sh", "-c", "cd $0; kill -SEGV $$", machine.Dir(t)}, Limits: []Limit{tt.limit},
		}, Options{})
		if err != nil {
			machine.Lacks(t, "no core dump is to be had: %v", err)
		}
		status, err := p.Wait()
		if err != nil || status.Signal() != syscall.SIGSEGV {
			t.Fatal(status, err)
		}
		if got := status.CoreDumped(); got != tt.want {
			if tt.want {
				machine.Lacks(t, "no core dump is to be had: see /proc/sys/kernel/core_pattern")
			}
			t.Errorf("limit %+v: a core dump", tt.limit)
		}
	}
}

// TestDieWithParent kills the parent of a launcher, or the launcher itself. The
// program holds a pipe open for as long as it lives.
func TestDieWithParent(t *testing.T) {
	for _, tt := range []struct{ mode, victim string }{
		{"exec", "parent"},
		{"start", "parent"},
		{"start", "launcher"},
	} {
		t.Run(tt.mode+" "+tt.victim, func(t *testing.T) {
			pid := filepath.Join(t.TempDir(), "pid")
			launch := role(t, tt.mode, job{Die: true}, "sh", "-c", "echo ready; exec sleep 100")
			// The shell stays as the launcher's parent, which would be a test's thread
			// otherwise.
			cmd := command(t, append([]string{"sh", "-c", `pid=$1; shift; "$@" & echo $! > $pid; wait`, "sh", pid}, launch.Args...)...)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			start(t, cmd)
			if _, err := io.ReadFull(out, make([]byte, len("ready\n"))); err != nil {
				t.Fatal(err)
			}
			kill(t, cmd, tt.victim, pid)
			if err := out.(*os.File).SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, out); err != nil {
				t.Error("the program lives on: ", err)
			}
		})
	}
}

func kill(t *testing.T, parent *exec.Cmd, victim, file string) {
	t.Helper()
	if victim == "parent" {
		if err := parent.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
}
