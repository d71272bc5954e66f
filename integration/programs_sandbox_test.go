package integration

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sandbox/internal/machine"
)

// shared is a directory that lasts for the whole run, for what is built once.
// Every user can read it: some programs change theirs.
var shared string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sandbox-integration-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	shared = dir
	return m.Run()
}

// builtSandbox builds the command once. SANDBOX_BINARY names one that exists
// already, for machines without the go command.
var builtSandbox = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("SANDBOX_BINARY"); path != "" {
		return path, nil
	}
	if err := lookAtSources(); err != nil {
		return "", err
	}
	path := filepath.Join(shared, "sandbox")
	build := exec.Command("go", "build", "-o", path, "sandbox/cmd/sandbox")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w (SANDBOX_BINARY can name a binary)\n%s", err, output)
	}
	return path, nil
})

// lookAtSources opens every directory with sources. The go command takes a
// test's earlier result when nothing that it opened has changed; it cannot know
// of what a build of the command reads.
func lookAtSources() error {
	return filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		return err
	})
}

// A command is a program that a test starts.
type command struct {
	under []string // options of sandbox; nil: no sandbox
	verb  string   // "run" or "exec"; "": "run"
	argv  []string
	dir   string   // where it runs, and its HOME; "": a new one
	stdin *os.File // nil: nothing to read
	env   []string // besides PATH, HOME and LC_ALL

	stdout *os.File // nil: what is written is kept
}

// An outcome is how a command ended.
type outcome struct {
	stdout, stderr string
	code           int // 128+n for signal n
}

// searched is where programs are looked up: the distribution's, not what
// version managers put into somebody's PATH.
const searched = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func (c command) run(t *testing.T) outcome {
	t.Helper()
	cmd := c.start(t)
	err := cmd.Wait()
	o := outcome{
		stdout: cmd.Stdout.(*bytes.Buffer).String(),
		stderr: cmd.Stderr.(*bytes.Buffer).String(),
		code:   cmd.ProcessState.ExitCode(),
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		o.code = 128 + int(status.Signal())
	}
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatalf("%q: %v\n%s", cmd.Args, err, o.stderr)
	}
	return o
}

// start starts the command. It is killed when it has not ended after a minute,
// or at the end of the test.
func (c command) start(t *testing.T) *exec.Cmd {
	t.Helper()
	argv := c.argv
	if c.under != nil {
		sandbox, err := builtSandbox()
		if err != nil {
			t.Fatal(err)
		}
		verb := cmp.Or(c.verb, "run")
		argv = slices.Concat([]string{sandbox, verb}, c.under, []string{"--"}, argv)
	}
	if c.dir == "" {
		c.dir = machine.Dir(t)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = c.dir
	cmd.Env = append([]string{"PATH=" + searched, "HOME=" + c.dir, "LC_ALL=C"}, c.env...)
	if c.stdin != nil {
		cmd.Stdin = c.stdin
	}
	cmd.Stdout, cmd.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	if c.stdout != nil {
		cmd.Stdout = c.stdout
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%q: %v", cmd.Args, err)
	}
	return cmd
}

// writeFile writes a file that every user can read, and run if it is a script.
func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// program finds a program. CI installs all of them, so one that is missing
// there is a failure.
func program(t *testing.T, name string) string {
	t.Helper()
	for dir := range strings.SplitSeq(searched, ":") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	machine.Lacks(t, "%s is not installed in %s", name, searched)
	return ""
}

// succeeds demands that the command ends with 0 and silence on stderr, but for
// reports, and returns what it wrote.
func (c command) succeeds(t *testing.T) string {
	t.Helper()
	o := c.run(t)
	if o.code != 0 || !onlyReports(o.stderr) { // what it can do without may be denied
		t.Fatalf("%q under %q ended with %d:\n%s%s", c.argv, c.under, o.code, o.stdout, o.stderr)
	}
	return o.stdout
}
