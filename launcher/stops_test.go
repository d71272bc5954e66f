//go:build linux && (amd64 || arm64)

package launcher

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestContinuedByAnother has a program stop that somebody else continues or ends
// than the launcher, which stops with it: it must not stay stopped.
func TestContinuedByAnother(t *testing.T) {
	const (
		launcher = "launcher=$(sed -n 's/^PPid:.//p' /proc/$PPID/status)\n"
		await    = `(until grep -q '^State:.T' /proc/%s/status; do :; done; kill -%s $$) &` + "\n"
		stop     = "kill -%s $$\n"
		end      = "exit 42\n"
	)
	for _, tt := range []struct {
		name   string
		script string
		want   int
	}{
		{"after the launcher has stopped", launcher + await + stop + end, payloadStatus},
		{"before", "launcher=$$\n" + await + stop + end, payloadStatus},
		{"many times", "launcher=$$\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n" + await + stop + "wait; done\n" + end, payloadStatus},
		{"ended", launcher + strings.Replace(await, "-%s", "-KILL $$; : %s", 1) + stop + end, 128 + int(unix.SIGKILL)},
	} {
		for _, sig := range []string{"STOP", "TSTP", "TTIN", "TTOU"} {
			for _, user := range users() {
				t.Run(tt.name+", "+sig+", "+user, func(t *testing.T) {
					cmd := stopping(t, user, "start", job{Forward: true}, fmt.Sprintf(tt.script, "$launcher", "CONT", sig))
					if out, status := result(t, cmd); status != tt.want || out != "" {
						t.Errorf("status %d, want %d: %s", status, tt.want, out)
					}
				})
			}
		}
	}
}

// stopping returns a role that runs a shell's script, in a process group that the
// kernel does stop: a shell could continue it.
func stopping(t *testing.T, user, name string, j job, script string) *exec.Cmd {
	t.Helper()
	cmd := role(t, name, j, "sh", "-c", script)
	cmd.Path, cmd.Dir = "/proc/self/exe", "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if user == "nobody" {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	return cmd
}

// TestKeepRunning has a program stop for good, by itself: that must not stop a
// launcher that is to keep running.
func TestKeepRunning(t *testing.T) {
	for _, sig := range []string{"STOP", "TSTP", "TTIN", "TTOU"} {
		for _, user := range users() {
			t.Run(sig+", "+user, func(t *testing.T) {
				cmd := stopping(t, user, "keep", job{Forward: true, Keeps: true}, "kill -"+sig+" $$; exit 1")
				if out, status := result(t, cmd); status != 128+int(unix.SIGTERM) {
					t.Errorf("status %d: %s", status, out)
				}
			})
		}
	}
}

// keep is the role of a launcher that ends its command once that has stopped, and
// it could have stopped itself.
func (j job) keep(args []string) {
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	go func() {
		for !strings.Contains(statusText(p.Pid()), "State:\tT") {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(3 * typedAfter)
		_ = p.Signal(unix.SIGTERM)
		_ = p.Signal(unix.SIGCONT)
	}()
	status, err := p.Wait()
	j.fail(err)
	os.Exit(status.ExitCode())
}

func statusText(pid int) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return string(b)
}

// TestWatcherWithoutLimit takes its limit on open files from a watcher, as any
// process of its user can: it watches on.
func TestWatcherWithoutLimit(t *testing.T) {
	cmd := stopping(t, users()[0], "start", job{Forward: true}, `trap 'echo 10' USR1; trap 'exit 42' TERM; echo ready; while :; do read line; done`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	l, _ := teller(t, cmd)
	watcher := onlyChild(t, l.launcher)
	program := onlyChild(t, watcher)
	if err := unix.Prlimit(watcher, unix.RLIMIT_NOFILE, &unix.Rlimit{}, nil); err != nil {
		t.Fatal(err)
	}
	for range 3 { // each wakes the watcher
		l.kill(program, unix.SIGSTOP)
		for state := ""; !strings.Contains(state, "State:\tT"); time.Sleep(time.Millisecond) {
			if state = statusText(l.launcher); strings.Contains(state, "State:\tZ") {
				t.Fatal("the launcher has ended")
			}
		}
		l.kill(program, unix.SIGCONT)
		l.kill(l.launcher, unix.SIGUSR1)
		_, _ = in.Write([]byte("\n"))
		l.expect(unix.SIGUSR1)
	}
	l.kill(l.launcher, unix.SIGTERM)
	_, _ = in.Write([]byte("\n"))
	ended(t, cmd)
}

// TestWatcherStoppedAtOnce has programs stop their watchers before these have told
// of them.
func TestWatcherStoppedAtOnce(t *testing.T) {
	stopper := machine.CompileC(t, "testdata/stopper.c", "-static")
	for _, user := range users() {
		t.Run(user, func(t *testing.T) {
			cmd := role(t, "start", job{Forward: true, Times: 300}, stopper)
			cmd.Path, cmd.Dir = "/proc/self/exe", "/"
			if user == "nobody" {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			if out, status := result(t, cmd); status != payloadStatus {
				t.Errorf("status %d, want %d: %s", status, payloadStatus, out)
			}
		})
	}
}

// onlyChild returns the only child of a process.
func onlyChild(t *testing.T, pid int) (child int) {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if _, err := fmt.Sscan(string(b), &child); err == nil {
			return child
		}
	}
	t.Fatalf("process %d has no child", pid)
	return 0
}
