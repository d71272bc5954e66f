package main

import (
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sandbox/internal/machine"
)

// TestScratchImage starts a program where there is nothing but the command, a
// compiled program and a static executable: no /proc, no /dev, no libraries, as
// in a container image FROM scratch.
func TestScratchImage(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !static(t, self) {
		t.Skip("this test binary needs a dynamic loader: build it with CGO_ENABLED=0")
	}
	root := machine.Dir(t)
	copyFile(t, self, filepath.Join(root, "sandbox"))
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("app.toml", "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(EROFS)\"\nfilters = [\"open, openat: flags & O_ACCMODE != O_RDONLY\"]\n")
	write("looser.toml", "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(EROFS)\"\nfilters = [\"reboot\"]\n")
	for _, args := range [][]string{
		{"compile", "-p", "/app.toml", "-o", "/app.sandbox"},
		{"compile", "-p", "/looser.toml", "-o", "/looser.sandbox"},
	} {
		if out, code := inScratch(t, root, args...); code != 0 || out != "" {
			t.Fatalf("%q: exit code %d, %s", args, code, out)
		}
	}
	// The program that is started is this binary again: it cannot write a file,
	// and can under the policy that is for control.
	attempt := []string{"--", "/sandbox", "compile", "-p", "/looser.toml", "-o", "/out"}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"exec", append([]string{"exec", "--program", "/app.sandbox"}, attempt...), exitNo, "read-only file system"},
		{"run", append([]string{"run", "--program", "/app.sandbox"}, attempt...), exitNo, "read-only file system"},
		{"exec with the policy", append([]string{"exec", "--program", "/app.sandbox", "-p", "/app.toml"}, attempt...), exitNo, "read-only file system"},
		{"exec with another policy", append([]string{"exec", "--program", "/app.sandbox", "-p", "/looser.toml"}, attempt...), exitFailed, "not compiled from"},
		{"control", append([]string{"exec", "--program", "/looser.sandbox"}, attempt...), exitYes, ""},
	} {
		out, code := inScratch(t, root, tt.args...)
		if code != tt.code || !strings.Contains(out, tt.want) || tt.want == "" && out != "" {
			t.Errorf("%s: exit code %d, %q; want %d, %q", tt.name, code, out, tt.code, tt.want)
		}
	}
}

// inScratch runs the command in a root directory that holds it, and returns what
// it says and its exit code. Only root may change the root directory: another
// user does it in a user namespace.
func inScratch(t *testing.T, root string, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("/sandbox", args...)
	cmd.Env = []string{}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		machine.Lacks(t, "no other root directory is to be had: %v", err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// static reports whether an executable needs no dynamic loader.
func static(t *testing.T, path string) bool {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}
