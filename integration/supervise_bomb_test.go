//go:build linux && (amd64 || arm64)

package integration

import (
	"bytes"
	"context"
	"flag"
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

var bombCalls = flag.Int("bomb-calls", 100, "how many calls are measured beside the fork bombs of TestSuperviseBomb")

// TestSuperviseBomb: a fork bomb whose processes all make denied calls, and that
// its first process leaves behind, under what can hold it: a limit of its own,
// or a group of pids that holds the supervisor too. run goes on answering, ends
// with the first process, and leaves none of the others.
func TestSuperviseBomb(t *testing.T) {
	const processes = 60
	policy := writeFile(t, machine.Dir(t), "bomb.toml", "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(EPERM)\"\nfilters = [\"getpriority\"]\n")
	run := func(t *testing.T, bomb string, limit, uid int, around ...string) {
		sandbox, err := builtSandbox()
		if err != nil {
			t.Fatal(err)
		}
		argv := append(around, sandbox, "run", "-p", policy, "--", bomb, strconv.Itoa(limit), strconv.Itoa(uid), strconv.Itoa(*bombCalls))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		// Whatever fails, all of them end: a signal to a group is sent at once.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
		cmd.WaitDelay = time.Second
		stdout, stderr := new(bytes.Buffer), new(bytes.Buffer)
		cmd.Stdout, cmd.Stderr = stdout, stderr
		err = cmd.Run()
		left := 0
		for range 100 { // a process that has been killed is there for a moment
			if left = running(bomb); left == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if cmd.Process != nil {
			unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
		}
		if err != nil || left != 0 || !strings.Contains(stderr.String(), "getpriority(") {
			t.Errorf("%v, and %d processes of the bomb were left:\n%s%s", err, left, stdout, stderr)
		}
		t.Logf("microseconds for a call beside the bomb, mean and longest: %s", strings.TrimSpace(stdout.String()))
	}
	t.Run("limit", func(t *testing.T) {
		uid, limit := 0, processes
		if os.Getuid() == 0 { // the limit does not hold root
			uid = 100_000 + os.Getpid()
		} else {
			limit += machine.Tasks(t, os.Getuid())
		}
		run(t, builtVictim(t, "bomb.c"), limit, uid)
	})
	t.Run("pids", func(t *testing.T) {
		group := pidsGroup(t, processes)
		run(t, builtVictim(t, "bomb.c"), 0, 0, "/bin/sh", "-c", `echo $$ >`+group+`/cgroup.procs && exec "$@"`, "sh")
	})
}

// pidsGroup makes a cgroup that holds a number of tasks, of either version.
func pidsGroup(t *testing.T, limit int) string {
	t.Helper()
	for _, root := range []string{"/sys/fs/cgroup/pids", "/sys/fs/cgroup"} {
		group := filepath.Join(root, "sandbox-test-"+strconv.Itoa(os.Getpid()))
		if os.Mkdir(group, 0o755) != nil {
			continue
		}
		t.Cleanup(func() { os.Remove(group) })
		if os.WriteFile(group+"/pids.max", []byte(strconv.Itoa(limit)), 0) == nil {
			return group
		}
	}
	if os.Getuid() != 0 {
		t.Skip("only root may make a cgroup everywhere")
	}
	machine.Lacks(t, "no cgroup with a limit of tasks is to be had")
	return ""
}

// running counts the processes of an executable that are not zombies.
func running(executable string) (n int) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == executable {
			n++
		}
	}
	return n
}
