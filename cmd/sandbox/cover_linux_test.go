//go:build amd64 || arm64

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestCoveredProc: a program that mounts something over /proc is seen to its end,
// and what it is denied is reported, as if nothing was there.
func TestCoveredProc(t *testing.T) {
	cover := machine.CompileC(t, "../../launcher/testdata/cover.c")
	policy := filepath.Join(machine.Dir(t), "a.toml")
	write(t, policy, "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(EACCES)\"\nfilters = [\"rmdir, unlinkat\"]\n", 0o444)
	seen := []string{"sandbox: " + cover + " (process ", ") was denied rmdir("}
	for _, user := range users() {
		for what, says := range map[string][]string{
			"list": seen, "silent": seen,
			// It has made itself invisible, and nothing else.
			"own": {" (something is mounted over it in /proc) was denied rmdir("},
		} {
			t.Run(user+" "+what, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				command := exec.CommandContext(ctx, "/proc/self/exe")
				command.Args = []string{"sandbox", "run", "-p", policy, "--", cover, what}
				command.Dir, command.Env = "/", []string{"PATH=/usr/bin:/bin"}
				command.WaitDelay = time.Second
				command.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
				if user != "root" {
					id := os.Getuid()
					if id == 0 {
						id = 65534
					}
					command.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER
					command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
					command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
					command.SysProcAttr.Credential = &syscall.Credential{NoSetGroups: true}
				}
				var out, said bytes.Buffer
				command.Stdout, command.Stderr = &out, &said
				err := command.Run()
				if command.ProcessState == nil {
					machine.Lacks(t, "no mount namespace is to be had here: %v", err)
				}
				if out.String() != "covered\n" && ctx.Err() == nil {
					machine.Lacks(t, "%q: nothing can be mounted over /proc, so this test shows nothing\n%s", out.String(), said.String())
				}
				if code := command.ProcessState.ExitCode(); code != 7 {
					t.Errorf("exit code %d, %v", code, err)
				}
				for _, want := range slices.Concat(says, []string{"sandbox: cover (process ", "left behind in a session of its own, was ended with"}) {
					if !strings.Contains(said.String(), want) {
						t.Errorf("it does not say %q:\n%s", want, said.String())
					}
				}
			})
		}
	}
}
