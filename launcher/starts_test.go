//go:build linux && (amd64 || arm64)

package launcher

import (
	"flag"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// The promise is that 10,000 starts of 10,000 succeed: -starts=10000 tries it.
var starts = flag.Int("starts", 1000, "how often TestStartsUnderAnyPolicy starts a program, each way")

// runtimeCalls are what the Go runtime and the launcher need themselves.
var runtimeCalls = []struct {
	name string
	nr   uint32
}{
	{"brk", unix.SYS_BRK},
	{"clone", unix.SYS_CLONE},
	{"clone3", unix.SYS_CLONE3},
	{"close", unix.SYS_CLOSE},
	{"close_range", unix.SYS_CLOSE_RANGE},
	{"epoll_create1", unix.SYS_EPOLL_CREATE1},
	{"epoll_ctl", unix.SYS_EPOLL_CTL},
	{"epoll_pwait", unix.SYS_EPOLL_PWAIT},
	{"exit_group", unix.SYS_EXIT_GROUP},
	{"fcntl", unix.SYS_FCNTL},
	{"futex", unix.SYS_FUTEX},
	{"getpid", unix.SYS_GETPID},
	{"gettid", unix.SYS_GETTID},
	{"madvise", unix.SYS_MADVISE},
	{"mmap", unix.SYS_MMAP},
	{"mprotect", unix.SYS_MPROTECT},
	{"munmap", unix.SYS_MUNMAP},
	{"nanosleep", unix.SYS_NANOSLEEP},
	{"openat", unix.SYS_OPENAT},
	{"prctl", unix.SYS_PRCTL},
	{"prlimit64", unix.SYS_PRLIMIT64},
	{"read", unix.SYS_READ},
	{"restart_syscall", unix.SYS_RESTART_SYSCALL},
	{"rt_sigaction", unix.SYS_RT_SIGACTION},
	{"rt_sigprocmask", unix.SYS_RT_SIGPROCMASK},
	{"rt_sigreturn", unix.SYS_RT_SIGRETURN},
	{"sched_getaffinity", unix.SYS_SCHED_GETAFFINITY},
	{"sched_yield", unix.SYS_SCHED_YIELD},
	{"seccomp", unix.SYS_SECCOMP},
	{"sigaltstack", unix.SYS_SIGALTSTACK},
	{"tgkill", unix.SYS_TGKILL},
	{"wait4", unix.SYS_WAIT4},
	{"waitid", unix.SYS_WAITID},
	{"write", unix.SYS_WRITE},
}

var denials = []bpf.Return{bpf.Errno.With(uint16(unix.EPERM)), bpf.KillProcess, bpf.KillThread, bpf.Trap}

// TestStartsUnderAnyPolicy denies what the Go runtime needs, each call alone
// and all together, while the garbage collector and SIGURG preemption run.
func TestStartsUnderAnyPolicy(t *testing.T) {
	payload := threadExitPayload(t) // makes no call that is denied
	var all []deny
	for _, call := range runtimeCalls {
		all = append(all, deny{call.nr, bpf.KillProcess})
		for _, action := range denials {
			t.Run(fmt.Sprintf("%s=%v", call.name, action), func(t *testing.T) {
				j := job{Deny: []deny{{call.nr, action}}, Stress: true, Times: *starts / len(runtimeCalls) / len(denials)}
				for _, mode := range []string{"exec", "start"} {
					if out, status := result(t, role(t, mode, j, payload)); status != payloadStatus {
						t.Errorf("%s: status %d, want the payload's %d\n%s", mode, status, payloadStatus, out)
					}
				}
			})
		}
	}
	for _, mode := range []string{"exec", "start"} {
		for _, stress := range []bool{false, true} {
			t.Run(fmt.Sprintf("all=kill_process/%s,stress=%t", mode, stress), func(t *testing.T) {
				j, n := job{Deny: all, Stress: stress}, *starts/2
				if mode == "start" {
					j.Times, n = n, 1
				}
				for i := range n {
					if out, status := result(t, role(t, mode, j, payload)); status != payloadStatus {
						t.Fatalf("start %d of %d: status %d, want the payload's %d\n%s", i+1, n, status, payloadStatus, out)
					}
				}
			})
		}
	}
}

// TestDeniedCallKills is the control of TestStartsUnderAnyPolicy: a payload
// that does make the denied call ends as the policy says.
func TestDeniedCallKills(t *testing.T) {
	payload := exitPayload(t)
	for _, tt := range []struct {
		action bpf.Return
		want   int
	}{
		{bpf.Allow, payloadStatus},
		{bpf.Errno.With(1), payloadStatus}, // goes on to exit
		{bpf.KillProcess, 128 + int(unix.SIGSYS)},
		{bpf.KillThread, 128 + int(unix.SIGSYS)},
		{bpf.Trap, 128 + int(unix.SIGSYS)},
	} {
		for _, mode := range []string{"exec", "start"} {
			j := job{Deny: []deny{{unix.SYS_EXIT_GROUP, tt.action}}}
			if out, status := result(t, role(t, mode, j, payload)); status != tt.want {
				t.Errorf("%v, %s: status %d, want %d\n%s", tt.action, mode, status, tt.want, out)
			}
		}
	}
}

// TestInstructionPointer has the filter allow nothing but calls from where the
// launcher makes them: the program starts, and its own first call is denied.
func TestInstructionPointer(t *testing.T) {
	payload := exitPayload(t)
	for _, mode := range []string{"exec", "start"} {
		want := 128 + int(unix.SIGILL) // neither exit comes through; it traps
		if out, status := result(t, role(t, mode, job{IP: true}, payload)); status != want {
			t.Errorf("%s: status %d, want %d\n%s", mode, status, want, out)
		}
	}
}
