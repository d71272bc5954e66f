//go:build linux && (amd64 || arm64)

package supervisor

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestReader has functions that end and one that hangs.
func TestReader(t *testing.T) {
	var r reader
	hang, ran := make(chan struct{}), 0
	for range 2 {
		if !r.within(time.Hour, func() { ran++ }) {
			t.Error("a function has not ended in time")
		}
	}
	if ran != 2 {
		t.Errorf("%d of 2 functions ran", ran)
	}
	if r.within(time.Millisecond, func() { <-hang }) {
		t.Error("a function that hangs has ended in time")
	}
	if r.within(time.Hour, func() { ran++ }) || ran != 2 {
		t.Error("a function was run beside one that hangs")
	}
	close(hang)
	for r.busy.Load() {
		time.Sleep(time.Millisecond)
	}
	if !r.within(time.Hour, func() { ran++ }) || ran != 3 {
		t.Error("no function is run after one that has hung")
	}
}

// TestSilent: memory that answers nobody does not keep the supervisor from
// answering, nor a goroutine for longer than the program lives.
func TestSilent(t *testing.T) {
	v := newVictim(t, []uint32{asked, unix.SYS_MKDIRAT}, machine.CompileC(t, "testdata/silent.c"))
	l := v.start(t)
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		seen, err := l.Look(c)
		switch {
		case err != nil || seen.Process != v.Process.Pid:
			t.Errorf("%+v, %v", seen, err)
		case c.Nr == asked:
			if len(seen.Objects) != 0 {
				t.Errorf("saw %+v", seen.Objects)
			}
		case len(seen.Objects) != 1 || seen.Objects[0].Err != ErrSilent || seen.Objects[0].Texts != nil:
			t.Errorf("saw %+v", seen.Objects)
		}
		return Errno(13)
	})); err != nil {
		t.Fatal(err)
	}
	got := v.output(t)
	if strings.HasPrefix(got, "userfaultfd") && os.Getuid() != 0 {
		t.Skip("only root may have page faults of the kernel handled (vm.unprivileged_userfaultfd)")
	}
	if got == "userfaultfd 38\n" {
		machine.Lacks(t, "this kernel has no userfaultfd (CONFIG_USERFAULTFD)")
	}
	if strings.Count(got, "13\n") != 3 {
		t.Errorf("the calls gave\n%s", got)
	}
	for deadline := time.Now().Add(10 * time.Second); l.reader.busy.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a goroutine still reads the memory of a program that has ended")
		}
	}
}
