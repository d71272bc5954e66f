package arch_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The tables are data that the linker lays out: nothing of this package runs
// when a program starts.
func TestNothingRunsAtStart(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "init os @") {
		t.Fatalf("no trace of initializers:\n%s", out)
	}
	if strings.Contains(string(out), "init sandbox/arch @") {
		t.Errorf("package arch has an initializer:\n%s", out)
	}
}
