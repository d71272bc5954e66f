// Package machine is what tests need of the machine that they run on: programs
// of the distribution, a C compiler, directories that every user can read. It is
// for tests only.
package machine

import (
	"os"
	"os/exec"
	"testing"
)

// Lacks ends a test for which this machine lacks what the message says. In CI
// (CI=true) that is a failure: there everything is installed, and a test that
// nothing runs would not be missed. Elsewhere the test is skipped.
//
// It is not for what no machine has: another architecture, the rights of
// another user, a kernel that answers otherwise. Such a test skips itself, and
// says why.
func Lacks(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format+" (the tests' programs are installed by bash .ci/run, as root)", args...)
}

// Program returns the path of a program that is named as in a shell.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Lacks(t, "%v", err)
	}
	return path
}
