//go:build linux && (amd64 || arm64)

package launcher

import (
	"bufio"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestCover has programs that may mount do so over /proc: what they leave behind
// is ended all the same, whoever has to do that.
func TestCover(t *testing.T) {
	cover := machine.CompileC(t, "testdata/cover.c")
	for _, user := range users() {
		for _, what := range []string{"list", "silent", "task"} {
			for _, tt := range []struct {
				name   string
				args   []string
				strike func(*captivity)
				status int
			}{
				{"program ends", nil, func(*captivity) {}, 7},
				{"supervisor killed", []string{"stay"}, func(c *captivity) { c.signal(c.cmd.Process.Pid, unix.SIGKILL) }, 128 + int(unix.SIGKILL)},
				{"watcher killed", []string{"stay"}, func(c *captivity) { c.signal(c.child(c.cmd.Process.Pid), unix.SIGKILL) }, StatusFailed},
			} {
				t.Run(user+", "+what+", "+tt.name, func(t *testing.T) {
					out, cmd := startCovered(t, user, append([]string{cover, what}, tt.args...)...)
					tt.strike(&captivity{t: t, cmd: cmd})
					awaitTreeEnd(t, out)
					_ = cmd.Wait()
					if status := exitCode(cmd); status != tt.status {
						t.Errorf("status %d, want %d", status, tt.status)
					}
				})
			}
		}
	}
}

// startCovered starts a program where it may mount, and returns when it has. When
// the output ends, none of its processes is left.
func startCovered(t *testing.T, user string, args ...string) (out *os.File, cmd *exec.Cmd) {
	t.Helper()
	out, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	cmd = role(t, "cover", job{}, args...)
	cmd.Path, cmd.Dir = "/proc/self/exe", "/"
	cmd.Stdout, cmd.Stderr = theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
	if user != "root" {
		id := os.Getuid()
		if id == 0 {
			id = 65534
		}
		cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
		cmd.SysProcAttr.Credential = &syscall.Credential{NoSetGroups: true}
	}
	if err := cmd.Start(); err != nil {
		machine.Lacks(t, "no mount namespace is to be had here: %v", err)
	}
	theirs.Close()
	// How long all takes is the machine's business, as long as it happens.
	if err := out.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReaderSize(out, 16).ReadString('\n')
	if said != "covered\n" {
		machine.Lacks(t, "%q, %v: nothing can be mounted over /proc, so this test shows nothing", said, err)
	}
	return out, cmd
}

// cover starts a command that has no cgroup of its own by which it could be ended.
func (j job) cover(args []string) {
	j.fail(unix.Mount("none", "/sys/fs/cgroup", "tmpfs", 0, ""))
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	status, err := p.Wait()
	j.fail(err)
	os.Exit(status.ExitCode())
}
