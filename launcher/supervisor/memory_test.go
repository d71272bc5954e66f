//go:build linux && (amd64 || arm64)

package supervisor

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestSilent: memory that a handler of page faults is to fill, which never does, is
// as good as none: the kernel does not ask the handler for who reads a mem file.
func TestSilent(t *testing.T) {
	v := newVictim(t, []uint32{asked, unix.SYS_MKDIRAT}, machine.CompileC(t, "testdata/silent.c"))
	l := v.start(t)
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		seen, err := l.Look(c)
		switch {
		case err != nil || seen.Process != v.Process.Pid:
			t.Errorf("%+v, %v", seen, err)
		case c.Nr == asked:
			if len(seen.Objects) != 0 || seen.Unread != nil {
				t.Errorf("saw %+v", seen)
			}
		case len(seen.Objects) != 1 || seen.Objects[0].Err != unix.EFAULT || seen.Objects[0].Texts != nil || seen.Unread != nil:
			t.Errorf("saw %+v", seen)
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
}

// fuse returns the command of a program that makes so many calls with paths in
// memory that a file system of its own does not fill, and then one with "/last".
func fuse(t *testing.T, calls string) []string {
	return []string{machine.CompileC(t, "testdata/fuse.c"), machine.Dir(t), calls}
}

// needsFUSE is asked with what that program has printed.
func needsFUSE(t *testing.T, printed string) {
	t.Helper()
	if strings.HasPrefix(printed, "fuse") {
		machine.Lacks(t, "this user cannot mount a file system of its own here: %s", printed)
	}
}

// TestHung: reads that hang, and cannot be ended, do not keep others from being
// made; and when there are too many, that is told.
func TestHung(t *testing.T) {
	for _, tt := range []struct {
		calls string
		last  error
	}{{"1", nil}, {"5", ErrHung}} {
		t.Run(tt.calls, func(t *testing.T) {
			v := newVictim(t, []uint32{unix.SYS_MKDIRAT}, fuse(t, tt.calls)...)
			l := v.start(t)
			calls := 0
			if err := l.Serve(HandlerFunc(func(c *Call) Answer {
				seen, err := l.Look(c)
				if err != nil {
					t.Fatal(err)
				}
				calls++
				path := seen.Objects[0]
				want := ErrSilent
				if calls > maxHung {
					want = ErrHung
				}
				if c.Thread == v.Process.Pid { // the last
					want = tt.last
				}
				if seen.Unread != want || path.Err != want || (want == nil) != (path.Text() == "/last") {
					t.Errorf("call %d: saw %+v, want the error %v", calls, seen, want)
				}
				return Errno(13)
			})); err != nil {
				t.Fatal(err)
			}
			got := v.output(t)
			needsFUSE(t, got)
			if strings.Count(got, "13\n") != calls || calls < 2 {
				t.Errorf("%d calls gave\n%s", calls, got)
			}
			if l.reader.pid != 0 || len(l.reader.leaving) != 0 {
				t.Errorf("processes are left: %d, %d", l.reader.pid, l.reader.leaving)
			}
		})
	}
}

// TestKilledWhileHung: a supervisor is gone as soon as it is killed, however its
// program keeps a read of memory from ending.
func TestKilledWhileHung(t *testing.T) {
	const serving = "SERVE_HANGING"
	if os.Getenv(serving) != "" {
		serveHanging(t)
		return
	}
	s := exec.Command(self(t), "-test.run=^TestKilledWhileHung$")
	s.Env = append(os.Environ(), serving+"=1")
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	var victim int
	if _, err := fmt.Sscanf(line, "hangs %d", &victim); err != nil {
		s.Process.Kill()
		needsFUSE(t, line)
		t.Fatalf("%q: %v", line, err)
	}
	end := func() { unix.Kill(-victim, unix.SIGKILL) }
	defer end()
	s.Process.Kill()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Process.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the supervisor was killed, and waits for its program")
		end()
		<-ended
	}
}

// serveHanging is the supervisor of that test.
func serveHanging(t *testing.T) {
	v := newVictim(t, []uint32{unix.SYS_MKDIRAT}, fuse(t, "1")...)
	v.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	l := v.start(t)
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		if _, err := l.Look(c); err == nil && c.Thread != v.Process.Pid { // the last call is the parent's
			fmt.Println("hangs", v.Process.Pid)
			time.Sleep(time.Minute) // it is killed
		}
		return Errno(13)
	})); err != nil {
		t.Fatal(err)
	}
	fmt.Print(v.output(t))
}
