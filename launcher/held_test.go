//go:build linux && (amd64 || arm64)

package launcher

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// A traced zombie is shown to its tracer only: whoever waits for that one
// process waits for a tracer that may be among those which it is to kill.

// heldBy are the ways in which testdata/tracer.c holds processes: one that the
// program leaves behind, and the program itself.
var heldBy = []string{"sibling", "program"}

// TestHeld: the tree ends with the program, whoever traces whom in it.
func TestHeld(t *testing.T) {
	tracer := machine.CompileC(t, "testdata/tracer.c")
	for _, user := range users() {
		for _, which := range heldBy {
			t.Run(user+", "+which, func(t *testing.T) {
				out, cmd := startHeld(t, user, "start", tracer, which)
				awaitTreeEnd(t, out)
				_ = cmd.Wait()
				if status := exitCode(cmd); status != 7 {
					t.Errorf("status %d", status)
				}
			})
		}
	}
}

// TestHeldDeath: the same, if the supervisor is killed.
func TestHeldDeath(t *testing.T) {
	tracer := machine.CompileC(t, "testdata/tracer.c")
	for _, user := range users() {
		for _, which := range heldBy {
			t.Run(user+", "+which, func(t *testing.T) {
				out, cmd := startHeld(t, user, "start", tracer, which, "stay")
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				awaitTreeEnd(t, out)
				_ = cmd.Wait()
			})
		}
	}
}

// TestHeldWatcherDeath: the same, if it is the watcher.
func TestHeldWatcherDeath(t *testing.T) {
	tracer := machine.CompileC(t, "testdata/tracer.c")
	for _, user := range users() {
		for _, which := range heldBy {
			t.Run(user+", "+which, func(t *testing.T) {
				out, cmd := startHeld(t, user, "start", tracer, which, "stay")
				c := &captivity{t: t, cmd: cmd}
				c.signal(c.child(cmd.Process.Pid), unix.SIGKILL)
				awaitTreeEnd(t, out)
				_ = cmd.Wait()
				if status := exitCode(cmd); status != StatusFailed {
					t.Errorf("status %d", status)
				}
			})
		}
	}
}

// TestHeldFirstProcess: the same, in a pid namespace.
func TestHeldFirstProcess(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may make a pid namespace everywhere")
	}
	tracer := machine.CompileC(t, "testdata/tracer.c")
	for _, which := range heldBy {
		t.Run(which, func(t *testing.T) {
			out, cmd := startHeld(t, "first process", "start", tracer, which)
			awaitTreeEnd(t, out)
			_ = cmd.Wait()
			if status := exitCode(cmd); status != 7 {
				t.Errorf("status %d", status)
			}
		})
	}
}

// TestExpire: the end comes also while somebody from outside traces the program.
func TestExpire(t *testing.T) {
	for _, tt := range []struct {
		name   string
		traced bool
		status int
	}{
		{"free", false, 3},
		{"traced", true, 128 + int(unix.SIGKILL)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			runtime.LockOSThread() // who traces is a thread
			defer runtime.UnlockOSThread()
			cmd := role(t, "expire", job{}, "/bin/sh", "-c", "echo $$; read line; exit 3")
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			start(t, cmd)
			var program int
			if _, err := fmt.Fscan(out, &program); err != nil {
				t.Fatal(err)
			}
			if tt.traced {
				if err := unix.PtraceSeize(program); err != nil {
					t.Fatal(err)
				}
			}
			in.Close()
			_ = cmd.Wait() // command ends it after a minute
			if status := exitCode(cmd); status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if tt.traced {
				var ws unix.WaitStatus
				if _, err := unix.Wait4(program, &ws, unix.WALL, nil); err != nil || ws.ExitStatus() != 3 {
					t.Errorf("the program's zombie was not held: %v, %v", ws, err)
				}
			}
		})
	}
}

// expire starts a command, and has it end once it has.
func (j job) expire(args []string) {
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	fd, err := unix.PidfdOpen(p.Pid(), 0)
	j.fail(err)
	go func() {
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
		time.Sleep(10 * time.Millisecond) // for Wait to return, if it can
		_ = p.End()
	}()
	status, err := p.Wait()
	j.fail(err)
	if err := p.End(); err != os.ErrProcessDone {
		fmt.Fprintln(os.Stderr, "afterwards:", err)
		os.Exit(1)
	}
	os.Exit(status.ExitCode())
}

// startHeld starts a role with a program of which one process holds another. When
// the output ends, none of them is left.
func startHeld(t *testing.T, user, name string, args ...string) (out *os.File, cmd *exec.Cmd) {
	t.Helper()
	out, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	cmd = role(t, name, job{}, args...)
	cmd.Path, cmd.Dir = "/proc/self/exe", "/"
	cmd.Stdout, cmd.Stderr = theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	switch user {
	case "nobody":
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	case "first process":
		cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWPID
	}
	start(t, cmd)
	theirs.Close()
	// How long all takes is the machine's business, as long as it happens.
	if err := out.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReaderSize(out, 16).ReadString('\n'); line != "held\n" {
		t.Fatalf("%q, %v: nothing is held, so this test shows nothing", line, err)
	}
	return out, cmd
}

func awaitTreeEnd(t *testing.T, out *os.File) {
	t.Helper()
	b, err := io.ReadAll(out)
	if err != nil {
		t.Errorf("processes were left after a minute: %v", err)
	}
	if len(b) != 0 {
		t.Logf("%s", b)
	}
}

func exitCode(cmd *exec.Cmd) int {
	return newStatus(unix.WaitStatus(cmd.ProcessState.Sys().(syscall.WaitStatus))).ExitCode()
}
