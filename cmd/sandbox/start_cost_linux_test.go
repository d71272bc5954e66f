//go:build amd64 || arm64

package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// TestStartCalls lists the system calls that a start makes, from the opening of
// the compiled program to the execve of the command. Each costs some tenths of
// a microsecond, and those that open files several: a new one here should be
// worth it.
func TestStartCalls(t *testing.T) {
	file := compiledProgram(t)
	command := exec.Command(lookPath(t, "sandbox"), "exec", "--program", file, "--", lookPath(t, "sandbox"))
	command.Env = []string{}
	calls := tracedCalls(t, command)
	begin := slices.IndexFunc(calls, func(c tracedCall) bool { return c.path == file })
	if begin < 0 {
		t.Fatal("the program was never opened")
	}
	var got []string
	for _, c := range calls[begin:] {
		name, known := ownCalls[c.nr]
		switch {
		case slices.Contains(runtimeOwn, c.nr):
		case !known:
			got = append(got, fmt.Sprintf("system call %d", c.nr))
		case len(got) > 0 && strings.HasPrefix(got[len(got)-1], name):
			got[len(got)-1] = counted(got[len(got)-1], name)
		default:
			got = append(got, name)
		}
	}
	want := []string{
		"openat", "fstat", "read", "close", // the program
		"newfstatat", "faccessat", // the command
		"seccomp",                 // does it know kill_process
		"close_range*2",           // does it work
		"openat", "read", "close", // what the command is, should its execve fail
		"close_range", "prlimit64", "rt_sigaction*62", // what it is to find
		"prctl*2", "seccomp*2", "execve", // the point of it, and whether it can be faked
	}
	if !static(t, command.Args[len(command.Args)-1]) {
		// Is its loader there, should its execve fail?
		want = slices.Insert(want, slices.Index(want, "close_range"), "newfstatat")
	}
	if !slices.Equal(got, want) {
		t.Errorf("a start makes these calls:\n%s\nwant:\n%s", strings.Join(got, " "), strings.Join(want, " "))
	}
}

// counted returns "name*2" for "name", "name*3" for "name*2" and so on.
func counted(text, name string) string {
	n := 1
	_, _ = fmt.Sscanf(text, name+"*%d", &n)
	return fmt.Sprintf("%s*%d", name, n+1)
}

// ownCalls names the calls that the launcher makes.
var ownCalls = map[uint64]string{
	unix.SYS_OPENAT:       "openat",
	unix.SYS_FSTAT:        "fstat",
	unix.SYS_READ:         "read",
	unix.SYS_CLOSE:        "close",
	sysStat:               "newfstatat",
	unix.SYS_FACCESSAT:    "faccessat",
	unix.SYS_FACCESSAT2:   "faccessat",
	unix.SYS_SECCOMP:      "seccomp",
	unix.SYS_CLOSE_RANGE:  "close_range",
	unix.SYS_PRLIMIT64:    "prlimit64",
	unix.SYS_RT_SIGACTION: "rt_sigaction",
	unix.SYS_PRCTL:        "prctl",
	unix.SYS_EXECVE:       "execve",
}

// runtimeOwn are calls of the Go runtime, whose number depends on what its
// threads do meanwhile.
var runtimeOwn = []uint64{
	unix.SYS_CLONE, unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_GETTID, unix.SYS_SIGALTSTACK, unix.SYS_RT_SIGPROCMASK,
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_PREAD64,
	unix.SYS_TGKILL, unix.SYS_GETPID, unix.SYS_RT_SIGRETURN, unix.SYS_EXIT,
}

// TestStartAllocations bounds what is allocated for a compiled program before
// the launcher has it.
func TestStartAllocations(t *testing.T) {
	l := launch{program: compiledProgram(t)}
	allocations := testing.AllocsPerRun(10, func() {
		if err := l.filter(new(start), "exec", nil); err != nil {
			t.Fatal(err)
		}
	})
	if most := 14.0; allocations > most {
		t.Errorf("a compiled program takes %v allocations, want at most %v", allocations, most)
	}
}

// TestStartFaults bounds the pages that a start touches for the first time. Of
// the first 200, no Go program can do without, unless its heap is in huge pages.
func TestStartFaults(t *testing.T) {
	sandbox := filepath.Join(t.TempDir(), "sandbox")
	build := exec.Command("go", "build", "-o", sandbox, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		machine.Lacks(t, "the command cannot be built here: %v\n%s", err, out)
	}
	faults := func(args ...string) int64 {
		least := int64(math.MaxInt64)
		for range 10 {
			command := exec.Command(args[0], args[1:]...)
			command.Env = []string{}
			if out, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			least = min(least, command.ProcessState.SysUsage().(*syscall.Rusage).Minflt)
		}
		return least
	}
	command := lookPath(t, "true")
	alone := faults(command)
	for _, tt := range []struct {
		name      string
		start     []string
		most      int64
		mostSmall int64 // without huge pages
	}{
		{"a compiled program", []string{"exec", "--program", compiledProgram(t)}, 160, 265},
		{"Docker's policy, compiled and proved", []string{"exec", "-p", "../../policy/testdata/docker.toml"}, 195, 420},
		{"the same under run, in all processes", []string{"run", "-p", "../../policy/testdata/docker.toml"}, 340, 700},
	} {
		if !hugePages(t) {
			tt.most = tt.mostSmall
		}
		got := faults(slices.Concat([]string{sandbox}, tt.start, []string{"--", command})...) - alone
		if got > tt.most {
			t.Errorf("%s takes %d page faults, want at most %d", tt.name, got, tt.most)
		}
		t.Logf("%s: %d page faults", tt.name, got)
	}
}

// TestStartTasks bounds the processes and threads that a start under run makes: in
// a pid namespace of its own, the program's id counts them.
func TestStartTasks(t *testing.T) {
	command := exec.Command(lookPath(t, "sandbox"), "run", "-p", "baseline", "--", "/bin/sh", "-c", "echo $$")
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
	if os.Getuid() != 0 {
		command.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
	}
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		machine.Lacks(t, "no pid namespace can be made here: %v", err)
	}
	var id int
	if n, _ := fmt.Sscan(string(out), &id); err != nil || n != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%d besides sandbox itself", id-1)
	if most := 20; id-1 > most {
		t.Errorf("a start makes %d processes and threads, want at most %d", id-1, most)
	}
}

// hugePages reports whether the kernel gives huge pages to those that ask.
func hugePages(t *testing.T) bool {
	t.Helper()
	setting, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	if err != nil {
		t.Logf("no huge pages here: %v", err)
		return false
	}
	return !bytes.Contains(setting, []byte("[never]"))
}

// compiledProgram writes the file of a shipped profile.
func compiledProgram(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.sandbox")
	command := exec.Command(lookPath(t, "sandbox"), "compile", "-p", "baseline", "-o", file)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A tracedCall is one system call of a traced process.
type tracedCall struct {
	nr   uint64
	path string // of openat
}

// tracedCalls runs a command and returns the system calls of all its threads up
// to its first execve.
func tracedCalls(t *testing.T, command *exec.Cmd) []tracedCall {
	t.Helper()
	runtime.LockOSThread() // ptrace knows threads, not processes
	defer runtime.UnlockOSThread()
	var out bytes.Buffer
	command.Stderr = &out
	command.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := command.Start(); err != nil {
		machine.Lacks(t, "no process can be traced here: %v", err)
	}
	main := command.Process.Pid
	var status unix.WaitStatus
	if _, err := unix.Wait4(main, &status, 0, nil); err != nil {
		t.Fatal(err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL
	if err := unix.PtraceSetOptions(main, options); err != nil {
		t.Fatal(err)
	}
	var calls []tracedCall
	inside := map[int]bool{} // the threads that are in a system call
	for pid := main; ; {
		if err := unix.PtraceSyscall(pid, 0); err != nil && err != unix.ESRCH {
			t.Fatal(err)
		}
		var err error
		for pid, err = unix.Wait4(-1, &status, unix.WALL, nil); err == unix.EINTR; {
			pid, err = unix.Wait4(-1, &status, unix.WALL, nil)
		}
		switch {
		case err != nil:
			t.Fatal(err)
		case pid == main && (status.Exited() || status.Signaled()):
			t.Fatalf("it ended before its execve: %v\n%s", status, out.String())
		case status.Stopped() && status.TrapCause() == unix.PTRACE_EVENT_EXEC:
			_ = unix.Kill(main, unix.SIGKILL)
			_ = command.Wait()
			return calls
		case status.Stopped() && status.StopSignal() == unix.SIGTRAP|0x80:
			if inside[pid] = !inside[pid]; inside[pid] {
				if call, ok := enteredCall(pid); ok {
					calls = append(calls, call)
				}
			}
		}
	}
}

// enteredCall returns the call that a stopped thread is about to make, unless
// the execve of another thread has ended it meanwhile.
func enteredCall(pid int) (c tracedCall, ok bool) {
	var registers unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &registers); err != nil {
		return c, false
	}
	nr, second := callRegisters(&registers)
	c.nr = nr
	if nr == unix.SYS_OPENAT {
		var path [4096]byte
		n, _ := unix.PtracePeekData(pid, uintptr(second), path[:])
		c.path, _, _ = strings.Cut(string(path[:n]), "\x00")
	}
	return c, true
}
