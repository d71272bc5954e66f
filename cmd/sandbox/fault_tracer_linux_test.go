//go:build amd64 || arm64

package main

import (
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

// An ownCall is a system call that the command makes, or package syscall for
// it, but not the Go runtime for itself. Those are told apart by the function
// that holds the instruction: this test binary is the command. What its threads
// do for the runtime is never twice the same; the own calls are.
type ownCall struct {
	nr   uint64
	args [6]uint64
	ip   uintptr
}

// String returns the call as a failed test shows it.
func (c ownCall) String() string {
	return fmt.Sprintf("system call %d(%#x, %#x, %#x) of %s", c.nr, c.args[0], c.args[1], c.args[2], runtime.FuncForPC(c.ip).Name())
}

// A callSite is where in the source a call is made: the addresses that its
// callers return to, the innermost first, as far as they go.
type callSite [32]uintptr

// A fault is what happens to one own call: it is not made, and has this result.
type fault struct {
	at     int // which of the own calls
	result int64
	// alike has all later calls with the same registers fare the same: a filter
	// around the command cannot tell them apart.
	alike bool
}

// A trial is what became of a command with a fault.
type trial struct {
	calls   []ownCall  // until another program was executed
	sites   []callSite // of those, without a fault
	process string     // /proc/PID/status of what was executed; "" if nothing was
	starts  int        // how often something was executed
	limits  string     // /proc/PID/limits of it
	leads   bool       // it leads its session
	status  unix.WaitStatus
	errors  string // what was written to standard error
}

// A tracer holds the threads of a command, and what they are in the middle of.
type tracer struct {
	fault *fault
	hit   *ownCall // that the fault has happened to
	over  bool     // nothing more is to happen to any call
	trial
	threads map[int]*tracedThread
}

type tracedThread struct {
	inside bool // a system call
	faulty bool // that is not to have happened
}

// try runs a command with a fault, or without.
func try(t *testing.T, command *exec.Cmd, f *fault) trial {
	t.Helper()
	runtime.LockOSThread() // ptrace knows threads, not processes
	defer runtime.UnlockOSThread()
	said, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	command.Stderr = said
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Ptrace = true
	if err := command.Start(); err != nil {
		machine.Lacks(t, "no process can be traced here: %v", err)
	}
	main := command.Process.Pid
	hang := time.AfterFunc(time.Minute, func() { _ = unix.Kill(main, unix.SIGKILL) })
	defer hang.Stop()
	tr := &tracer{fault: f, threads: map[int]*tracedThread{main: {}}}
	if err := tr.follow(main); err != nil {
		t.Fatal(err)
	}
	for pid := range tr.threads {
		if pid != main && unix.Kill(pid, unix.SIGKILL) == nil {
			_, _ = unix.Wait4(pid, nil, unix.WALL, nil)
		}
	}
	_ = command.Process.Release()
	b, err := os.ReadFile(said.Name())
	if err != nil {
		t.Fatal(err)
	}
	tr.errors = string(b)
	return tr.trial
}

// follow traces a process that stands at its first instruction until it ends.
func (tr *tracer) follow(main int) error {
	var status unix.WaitStatus
	if _, err := unix.Wait4(main, &status, 0, nil); err != nil {
		return err
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK |
		unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(main, options); err != nil {
		return err
	}
	for pid, signal := main, 0; ; {
		resume := unix.PtraceSyscall
		// Stops cost most of the time of a trial: there are hundreds.
		if thread := tr.threads[pid]; tr.over && (thread == nil || !thread.faulty) {
			resume = unix.PtraceCont
		}
		if err := resume(pid, signal); err != nil && err != unix.ESRCH {
			return err
		}
		// Other threads trace commands of theirs at the same time.
		const ours = unix.WALL | unix.WNOTHREAD
		var err error
		for pid, err = unix.Wait4(-1, &status, ours, nil); err == unix.EINTR; {
			pid, err = unix.Wait4(-1, &status, ours, nil)
		}
		if err != nil {
			return err
		}
		if status.Exited() || status.Signaled() {
			delete(tr.threads, pid)
			if pid == main {
				tr.status = status
				return nil
			}
		}
		if signal, err = tr.stopped(pid, status); err != nil {
			return err
		}
	}
}

// stopped looks at why a thread stopped, and returns the signal to go on with.
func (tr *tracer) stopped(pid int, status unix.WaitStatus) (signal int, err error) {
	thread := tr.threads[pid]
	switch {
	case !status.Stopped():
		return 0, nil
	case thread == nil: // a new one stops first
		tr.threads[pid] = &tracedThread{}
		return 0, nil
	case status.TrapCause() == unix.PTRACE_EVENT_EXEC:
		return 0, tr.executed(pid)
	case status.TrapCause() > 0:
		return 0, nil
	case status.StopSignal() != unix.SIGTRAP|0x80:
		return int(status.StopSignal()), nil
	case thread.inside:
		thread.inside = false
		if thread.faulty {
			thread.faulty = false
			return 0, gone(setResult(pid, tr.fault.result))
		}
		return 0, nil
	}
	thread.inside = true
	if tr.entered(pid) {
		thread.faulty = true
		return 0, gone(replaceCall(pid, standIn))
	}
	return 0, nil
}

// siteOf follows the frame pointers of a thread: each points to that of the
// caller, and the address to return to lies behind it, on both machines.
func siteOf(pid int, registers *unix.PtraceRegs) (site callSite) {
	frame, returns := frameOf(pid, registers)
	site[0] = returns
	for i := 1; i < len(site) && frame != 0; i++ {
		w := words(pid, frame)
		frame, site[i] = w[0], w[1]
	}
	return site
}

// words reads from the memory of a thread; where there is none are zeros.
func words(pid int, at uintptr) (w [2]uintptr) {
	local := unix.Iovec{Base: (*byte)(unsafe.Pointer(&w)), Len: uint64(unsafe.Sizeof(w))}
	_, _ = unix.ProcessVMReadv(pid, []unix.Iovec{local}, []unix.RemoteIovec{{Base: at, Len: int(unsafe.Sizeof(w))}}, 0)
	return w
}

// executed looks at a process that has just executed a program.
func (tr *tracer) executed(pid int) error {
	tr.starts++
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		return err
	}
	session, err := unix.Getsid(pid)
	tr.process, tr.limits, tr.leads, tr.over = string(status), string(limits), session == pid, true
	return err
}

// gone takes it that a thread may end at any time: others may end the process.
func gone(err error) error {
	if err == unix.ESRCH {
		return nil
	}
	return err
}

// entered records a call that a thread is about to make, and reports whether
// it is the faulty one.
func (tr *tracer) entered(pid int) bool {
	var registers unix.PtraceRegs
	if tr.over || unix.PtraceGetRegs(pid, &registers) != nil {
		return false
	}
	var c ownCall
	c.ip, c.args = callerOf(&registers)
	c.nr, _ = callRegisters(&registers)
	function := runtime.FuncForPC(c.ip)
	// The second is what the runtime is given in place of its own mmap.
	if function == nil || strings.HasPrefix(function.Name(), "runtime.") || strings.HasPrefix(function.Name(), "sandbox/internal/coldstart.") {
		return false
	}
	n := len(tr.calls)
	tr.calls = append(tr.calls, c)
	switch {
	case tr.fault == nil:
		tr.sites = append(tr.sites, siteOf(pid, &registers))
		return false
	case n == tr.fault.at:
		if tr.fault.alike && slices.Contains(tr.calls[:n], c) {
			return false // two processes make their calls in another order this time
		}
		tr.hit, tr.over = &c, !tr.fault.alike
		return true
	}
	return tr.fault.alike && tr.hit != nil && *tr.hit == c
}
