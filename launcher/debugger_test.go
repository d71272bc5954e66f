//go:build linux && (amd64 || arm64)

package launcher

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDebugger starts a program as gdb does that debugs the launcher: each process
// that is made takes one step before it goes its way. SIGTRAP, which that is told
// by, cannot stay blocked then: the kernel opens it to whoever has blocked it
// (force_sig).
func TestDebugger(t *testing.T) {
	runtime.LockOSThread() // ptrace knows threads
	defer runtime.UnlockOSThread()
	cmd := role(t, "start", job{Forward: true}, exitPayload(t))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	launcher := cmd.Process.Pid
	var ws unix.WaitStatus
	if _, err := unix.Wait4(launcher, &ws, 0, nil); err != nil || !ws.Stopped() {
		t.Fatal(err, ws)
	}
	if err := unix.PtraceSetOptions(launcher, unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_TRACEFORK|unix.PTRACE_O_EXITKILL); err != nil {
		t.Fatal(err)
	}
	steps := 0
	for pid := launcher; ; {
		switch _, err := os.Stat(fmt.Sprintf("/proc/%d/task/%d", launcher, pid)); {
		case err == nil: // a thread of the launcher's
			pass := ws.StopSignal()
			if pass == unix.SIGTRAP || pass == unix.SIGSTOP {
				pass = 0
			}
			_ = unix.PtraceCont(pid, int(pass)) // it may have ended meanwhile
		default:
			stepOnce(t, pid)
			steps++
		}
		for {
			var err error
			if pid, err = unix.Wait4(-1, &ws, unix.WALL, nil); err != nil {
				t.Fatal(err)
			}
			if ws.Stopped() {
				break
			}
			if pid == launcher {
				if code := newStatus(ws).ExitCode(); code != payloadStatus || steps == 0 {
					t.Errorf("status %d after %d steps, want %d and some", code, steps, payloadStatus)
				}
				return
			}
		}
	}
}

// stepOnce has a process take a step, and lets it go.
func stepOnce(t *testing.T, pid int) {
	t.Helper()
	var ws unix.WaitStatus
	if err := unix.PtraceSingleStep(pid); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Wait4(pid, &ws, unix.WALL, nil); err != nil || ws.StopSignal() != unix.SIGTRAP {
		t.Fatal(err, ws)
	}
	if err := unix.PtraceDetach(pid); err != nil {
		t.Fatal(err)
	}
}
