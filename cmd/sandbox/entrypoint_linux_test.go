//go:build amd64 || arm64

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"sandbox/internal/inherited"
	"sandbox/internal/machine"
)

// TestEntryPoint starts programs as the first process of a pid namespace, in a
// root that has sandbox, a policy and the program, and no /proc, no /dev and no
// libraries: an image FROM scratch. An unprivileged user does it in a user
// namespace of its own.
func TestEntryPoint(t *testing.T) {
	root := machine.Dir(t)
	if !inherited.Read().SignalsKnown {
		t.Skip("built with cgo: it needs libraries")
	}
	self, err := os.ReadFile("/proc/self/exe") // it is the command, too: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "sandbox"), string(self), 0o755)
	policy := fmt.Sprintf("version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(%d)\"\nfilters = [\"getppid\"]\n", probeErrno)
	write(t, filepath.Join(root, "app.toml"), policy, 0o444)
	for name, code := range map[string][]byte{"probe": probeCode, "pid": pidCode} {
		if err := os.Rename(machine.Code(t, code), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	compile := exec.Command(filepath.Join(root, "sandbox"), "compile", "-p", "app.toml", "-o", "app.sandbox")
	compile.Dir = root
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, verb := range []string{"exec", "run"} {
		for _, options := range [][]string{{"-p", "/app.toml"}, {"--program", "/app.sandbox"}} {
			inRoot(t, root, int(probeErrno), verb, options[0], options[1], "--", "/probe")
		}
		inRoot(t, root, 125, verb, "-p", "/none.toml", "--", "/probe")
		inRoot(t, root, 127, verb, "-p", "/app.toml", "--", "probe")
		inRoot(t, root, 126, verb, "-p", "/app.toml", "--", "/app.toml")
	}
	// In place, the program is the namespace's first process itself.
	inRoot(t, root, 1, "exec", "--program", "/app.sandbox", "--", "/pid")
	inRoot(t, root, 1, "exec", "-p", "/app.toml", "--rlimit", "nofile=64", "--no-core", "--die-with-parent", "--chdir", "/", "--", "/pid")
}

// inRoot runs sandbox in a root directory, as the first process there, and
// compares its exit code.
func inRoot(t *testing.T, root string, want int, args ...string) {
	t.Helper()
	command := exec.Command("/sandbox", args...)
	command.Env = []string{"PATH=/bin"}
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{
		Chroot:     root,
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS,
	}
	if os.Getuid() != 0 {
		command.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getgid(), Size: 1}}
	}
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		machine.Lacks(t, "no namespaces are to be had here: %v", err)
	}
	if got := command.ProcessState.ExitCode(); got != want {
		t.Errorf("%q: exit code %d, want %d; %s", args, got, want, out)
	}
}
