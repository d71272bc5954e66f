package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sandbox/internal/machine"
)

// TestDoctorWithoutProc asks where there is nothing but the command, not even
// /proc. A root directory of its own keeps it from user namespaces.
func TestDoctorWithoutProc(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !static(t, self) {
		t.Skip("this test binary needs a dynamic loader: build it with CGO_ENABLED=0")
	}
	root := machine.Dir(t)
	copyFile(t, self, filepath.Join(root, "sandbox"))
	out, code := inScratch(t, root, "doctor")
	if code != exitYes {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, want := range []string{
		"run and exec work here\n",
		"\n  limited  /proc: not mounted, or not readable\n",
		"\n  ok       filters around: none: this process has no filter",
		"\n  missing  user namespaces (Linux 3.8): denied here: EPERM",
		"(chroot)\n",
		"\n  unknown  cgroup.kill (Linux 5.14): /proc/self/cgroup cannot be read\n",
		"\n  ok       known sockets: none is within reach\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not said:\n%s", want, out)
		}
	}
}
