//go:build linux && (amd64 || arm64)

package launcher

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// kept are the signals that a launcher does not pass on.
var kept = []syscall.Signal{
	unix.SIGSTOP,                             // nobody can catch it; nor SIGKILL
	unix.SIGCHLD,                             // of the launcher's own children
	unix.SIGURG,                              // the Go runtime's preemption
	unix.SIGCONT, unix.SIGTTIN, unix.SIGTTOU, // do to the launcher what they do to any process
}

// TestEverySignal sends each signal there is to a launcher: it is passed on, or
// is one of those that are kept.
func TestEverySignal(t *testing.T) {
	signals := machine.CompileC(t, "testdata/signals.c")
	for _, user := range users() {
		t.Run(user, func(t *testing.T) {
			l, cmd := startTeller(t, user, signals)
			for sig := syscall.Signal(1); sig <= 64; sig++ {
				switch sig {
				case unix.SIGKILL, unix.SIGTERM:
					continue // the last ones
				}
				l.kill(l.launcher, sig)
				if !slices.Contains(kept, sig) {
					l.expect(sig)
					continue
				}
				// Had it been passed on, it would come before this one.
				l.kill(l.launcher, unix.SIGCONT)
				l.kill(l.launcher, unix.SIGUSR1)
				l.expect(unix.SIGUSR1)
			}
			l.kill(l.launcher, unix.SIGTERM)
			l.expect(unix.SIGTERM)
			ended(t, cmd)
		})
	}
	t.Run("SIGKILL", func(t *testing.T) {
		l, cmd := startTeller(t, users()[0], signals)
		l.kill(l.launcher, unix.SIGKILL)
		_ = cmd.Wait()
		if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signal() != unix.SIGKILL {
			t.Errorf("the launcher: %v", cmd.ProcessState)
		}
		for l.lines.Scan() { // until the program has ended, too
			t.Errorf("the program got signal %s", l.lines.Text())
		}
	})
}

// TestSignalsOfQueues sends the signals of faults as only sigqueue(3) can: with
// the codes that the kernel and its timers use, as far as it lets others.
func TestSignalsOfQueues(t *testing.T) {
	l, cmd := startTeller(t, users()[0], machine.CompileC(t, "testdata/signals.c"))
	const siQueue, siTimer, siAsyncNL = -1, -2, -60
	for _, sig := range []syscall.Signal{unix.SIGSEGV, unix.SIGSYS, 33, 40} {
		for _, code := range []int32{siQueue, siTimer, siAsyncNL} {
			// It says that the launcher itself has sent it.
			info := [128 / 4]int32{0: int32(sig), 2: code, 4: int32(l.launcher)}
			_, _, errno := unix.Syscall(unix.SYS_RT_SIGQUEUEINFO, uintptr(l.launcher), uintptr(sig), uintptr(unsafe.Pointer(&info)))
			if errno != 0 {
				t.Fatalf("signal %d, code %d: %v", sig, code, errno)
			}
			l.expect(sig)
		}
	}
	l.kill(l.launcher, unix.SIGTERM)
	l.expect(unix.SIGTERM)
	ended(t, cmd)
}

// TestSignalsOfFiles has the kernel send a launcher signals because of a file, as
// any process of its user can: with codes of the kernel's, which are no faults.
func TestSignalsOfFiles(t *testing.T) {
	l, cmd := startTeller(t, users()[0], machine.CompileC(t, "testdata/signals.c"))
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ends[0])
	defer unix.Close(ends[1])
	set := func(command, value int) {
		t.Helper()
		if _, err := unix.FcntlInt(uintptr(ends[0]), command, value); err != nil {
			t.Fatal(err)
		}
	}
	set(unix.F_SETOWN, l.launcher)
	set(unix.F_SETFL, unix.O_ASYNC|unix.O_NONBLOCK)
	for sig := syscall.Signal(1); sig <= 64; sig++ {
		if sig == unix.SIGKILL || sig == unix.SIGTERM || slices.Contains(kept, sig) {
			continue
		}
		set(unix.F_SETSIG, int(sig))
		if _, err := unix.Write(ends[1], []byte{0}); err != nil {
			t.Fatal(err)
		}
		l.expect(sig)
	}
	l.kill(l.launcher, unix.SIGTERM)
	l.expect(unix.SIGTERM)
	ended(t, cmd)
}

// TestSignalsOfWrites has a launcher write what its limit on file sizes forbids: the
// signal for that is its own, and none of the program's.
func TestSignalsOfWrites(t *testing.T) {
	cmd := role(t, "overflow", job{Forward: true}, "sh", "-c", `trap 'echo 15; exit 42' TERM; echo ready; sleep 1000 & wait`)
	l, _ := teller(t, cmd)
	l.expect(unix.SIGTERM)
	ended(t, cmd)
}

// overflow is the role of a launcher that writes too much, and then ends its
// command.
func (j job) overflow(args []string) {
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	for caught := uint64(0); caught>>(unix.SIGTERM-1)&1 == 0; time.Sleep(time.Millisecond) {
		_, text, _ := strings.Cut(statusText(p.Pid()), "SigCgt:")
		_, _ = fmt.Sscanf(text, "%x", &caught)
	}
	f, err := os.CreateTemp("", "")
	j.fail(err)
	j.fail(os.Remove(f.Name()))
	j.fail(unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{}))
	for range 20 {
		if _, err := f.WriteString("x"); !errors.Is(err, unix.EFBIG) {
			j.fail(fmt.Errorf("written: %v", err))
		}
	}
	j.fail(p.Signal(unix.SIGTERM))
	status, err := p.Wait()
	j.fail(err)
	os.Exit(status.ExitCode())
}

// TestSignalsDoNotLoop has a program send back what it gets.
func TestSignalsDoNotLoop(t *testing.T) {
	signals := machine.CompileC(t, "testdata/signals.c")
	// The shell's process becomes the launcher, so it can name it.
	script := `exec "$@" $$`
	launcher := role(t, "start", job{Forward: true}, signals)
	l, cmd := teller(t, exec.Command("sh", slices.Concat([]string{"-c", script, "sh", launcher.Path}, launcher.Args[1:])...))
	for _, sig := range []syscall.Signal{unix.SIGHUP, unix.SIGSEGV, unix.SIGTSTP, unix.SIGPIPE, 32, 64} {
		l.kill(l.launcher, sig)
		l.expect(sig)
		l.kill(l.launcher, unix.SIGUSR2)
		l.expect(unix.SIGUSR2)
	}
	l.kill(l.launcher, unix.SIGTERM)
	l.expect(unix.SIGTERM)
	ended(t, cmd)
}

// TestFaultsOfTheLauncher: while the signals that others send are passed on, a
// fault of the launcher's own is still the runtime's: a panic, in Go.
func TestFaultsOfTheLauncher(t *testing.T) {
	out, status := result(t, role(t, "fault", job{Forward: true}, "sleep", "1000"))
	if status != payloadStatus || out != "invalid memory address or nil pointer dereference\ninteger divide by zero\n" {
		t.Errorf("status %d: %s", status, out)
	}
}

// fault is the role of a launcher that goes wrong, while its command runs.
func (j job) fault(args []string) {
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	var none *job
	zero := j.Times
	caught(func() { none.Times++ })
	caught(func() { zero = 1 / zero })
	j.fail(p.End())
	_, err = p.Wait()
	j.fail(err)
	os.Exit(payloadStatus)
}

func caught(fault func()) {
	defer func() {
		if err, ok := recover().(runtime.Error); ok {
			_, text, _ := strings.Cut(err.Error(), "runtime error: ")
			println(text)
		}
	}()
	fault()
}

// startTeller starts a program under a launcher that passes signals on.
func startTeller(t *testing.T, user, program string) (*told, *exec.Cmd) {
	t.Helper()
	cmd := role(t, "start", job{Forward: true}, program)
	cmd.Path, cmd.Dir = "/proc/self/exe", "/"
	if user == "nobody" {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	return teller(t, cmd)
}

func teller(t *testing.T, cmd *exec.Cmd) (*told, *exec.Cmd) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = testOutput{t}
	start(t, cmd)
	return listen(t, cmd, out), cmd
}

// testOutput has what a process says stand in the test's log.
type testOutput struct{ t *testing.T }

func (o testOutput) Write(b []byte) (int, error) {
	o.t.Logf("%s", b)
	return len(b), nil
}
