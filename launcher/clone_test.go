//go:build linux && (amd64 || arm64)

package launcher

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestChildStack: a child uses its own stack, and little of it.
func TestChildStack(t *testing.T) {
	limit := Limit{Resource: unix.RLIMIT_CORE}
	command := Command{Path: "/bin/true", Args: []string{"true"}, Limits: []Limit{limit}}
	pl, err := newPlan(job{}.program().Program(), command, Options{NewSession: true})
	if err != nil {
		t.Fatal(err)
	}
	const untouched = 0xa5
	pl.stack = new(childStack)
	for i := range pl.stack {
		pl.stack[i] = untouched
	}
	page, err := newReportPage()
	if err != nil {
		t.Fatal(err)
	}
	defer page.free()
	pid, errno := pl.spawn(page.report)
	if errno != 0 {
		t.Fatal(syscall.Errno(errno))
	}
	var ws unix.WaitStatus
	if _, err := unix.Wait4(int(pid), &ws, 0, nil); err != nil || ws.ExitStatus() != 0 {
		t.Fatalf("%v, status %#x, report %+v", err, ws, *page.report)
	}
	free := 0
	for free < len(pl.stack) && pl.stack[free] == untouched {
		free++
	}
	used := len(pl.stack) - free
	t.Logf("%d of %d bytes used", used, len(pl.stack))
	if used == 0 || used > len(pl.stack)/2 {
		t.Errorf("%d of %d bytes used, want some and at most half", used, len(pl.stack))
	}
}

// TestClonedByNobody has cloneOnto make calls that make no child, as one that a
// filter has faked does not: it returns, and the child's code does not run. (If it
// did, this process would end.)
func TestClonedByNobody(t *testing.T) {
	for nr, want := range map[uintptr]syscall.Errno{unix.SYS_SCHED_YIELD: 0, 1 << 20: unix.ENOSYS} {
		r := report{}
		got := cloneOnto(nr, 0, 0, 0, 0, &plan{mayExit: true}, &r)
		if errno := syscall.Errno(failed(got)); errno != want || errno == 0 && got != 0 || r != (report{}) {
			t.Errorf("call %d returns %#x, want errno %d; the report is %+v", nr, got, want, r)
		}
	}
}
