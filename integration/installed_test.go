package integration

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"sandbox/internal/machine"
)

// diffOf runs sandbox diff on a running process and a policy.
func diffOf(t *testing.T, pid int, policy string) outcome {
	t.Helper()
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	return command{argv: []string{sandbox, "diff", fmt.Sprintf("pid:%d", pid), policy}}.run(t)
}

// waiting starts cat under policies, and returns its process id once it is cat.
func waiting(t *testing.T, under ...string) int {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	cmd := command{under: under, verb: "exec", argv: []string{program(t, "cat")}, stdin: read}.start(t)
	for range 1000 {
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", cmd.Process.Pid)); string(name) == "cat\n" {
			return cmd.Process.Pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("cat was not started")
	return 0
}

// What the kernel says that a process's filters are is what its policy says.
func TestInstalledFiltersAreThePolicy(t *testing.T) {
	pid := waiting(t, "-p", "offline")
	if os.Getuid() != 0 {
		if o := diffOf(t, pid, "offline"); o.code != 1 || !strings.Contains(o.stderr, "filters are handed out only to") {
			t.Errorf("as an unprivileged user it ended with %d: %s%s", o.code, o.stdout, o.stderr)
		}
		return
	}
	if o := diffOf(t, pid, "offline"); o.code != 0 || o.stdout+o.stderr != "" {
		t.Errorf("ended with %d: %s%s", o.code, o.stdout, o.stderr)
	}
	o := diffOf(t, pid, "baseline")
	if o.code != 1 || !strings.Contains(o.stdout, "baseline lets calls pass that pid:") || !strings.Contains(o.stdout, "\n+ socket: errno(EPERM) -> allow\n") {
		t.Errorf("against another policy it ended with %d: %s%s", o.code, o.stdout, o.stderr)
	}
}

// Of several filters on top of each other all count.
func TestStackedFiltersAreTheIntersection(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root is told of the filters of a process")
	}
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	// No profile is in the other, and sandbox can start under baseline.
	pid := waiting(t, "-p", "baseline", "-e", "errno(EACCES) mkdir", "--", sandbox, "exec", "-p", "offline")
	both := writeFile(t, machine.Dir(t), "both.toml", `version = 1
extends = ["offline"]
[[rule]]
action  = "errno(EACCES)"
filters = ["mkdir"]
`)
	if o := diffOf(t, pid, both); o.code != 0 || o.stdout+o.stderr != "" {
		t.Errorf("ended with %d: %s%s", o.code, o.stdout, o.stderr)
	}
}
