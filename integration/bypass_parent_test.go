package integration

import (
	"os"
	"testing"
)

// TestParentsMemory opens /proc/PID/mem of the process that waits outside. It
// takes root, or a parent that lets others of its user look.
func TestParentsMemory(t *testing.T) {
	program := attackProgram(t)
	a := attack{"open-parent-memory"}
	if got := a.try(t, program, "-p", "compute"); got != "EPERM" {
		t.Errorf("under compute: %s, want EPERM", got)
	}
	if os.Geteuid() == 0 {
		return // the kernel grants it to root, whatever the parent says
	}
	if got := a.try(t, program); got != "done" {
		t.Skipf("no control: without a sandbox this kernel answers %s", got)
	}
	if got := a.try(t, program, "-p", "baseline"); got != "EACCES" {
		t.Errorf("under baseline: %s, want EACCES from the kernel", got)
	}
}
