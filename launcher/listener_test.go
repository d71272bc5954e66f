//go:build linux && (amd64 || arm64)

package launcher

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// A notification is struct seccomp_notif, and answer struct seccomp_notif_resp
// (linux/seccomp.h).
type (
	notification struct {
		id         uint64
		pid, flags uint32
		data       bpf.Data
	}
	answer struct {
		id           uint64
		value        int64
		errno, flags int32
	}
)

// serve answers every call that waits at a listener with an errno, until no
// process is left under the filter. It writes what it answers to.
func serve(listener int, errno unix.Errno) {
	answerCalls(listener, func(n *notification) unix.Errno {
		fmt.Printf("call %d(%d)\n", n.data.Nr, n.data.Args[0])
		return errno
	})
}

// answerCalls answers every call that waits at a listener, until no process is
// left under the filter.
func answerCalls(listener int, errno func(*notification) unix.Errno) {
	for {
		poll := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, -1); err == unix.EINTR {
			continue
		}
		if poll[0].Revents&unix.POLLIN == 0 {
			return
		}
		var n notification
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); e != 0 {
			continue
		}
		a := answer{id: n.id, errno: -int32(errno(&n))}
		_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&a)))
	}
}

// listen starts a command and denies it what it asks for.
func (j job) listen(args []string) {
	o := j.options()
	o.Listen = true
	p, err := Start(j.program(), j.command(args), o)
	j.fail(err)
	if flags, err := unix.FcntlInt(uintptr(p.Listener()), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		fmt.Println("the listener is not closed on execve:", err)
	}
	served := make(chan bool)
	go func() {
		defer close(served)
		if j.Deaf {
			unix.Close(p.Listener())
			return
		}
		serve(p.Listener(), unix.EPERM)
	}()
	status, err := p.Wait()
	j.fail(err)
	<-served
	os.Exit(status.ExitCode())
}

func TestListener(t *testing.T) {
	ok, nowhere := exitPayload(t), t.TempDir()+"/noline"
	if err := os.WriteFile(nowhere, []byte("exit 42\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	asks := []deny{{unix.SYS_EXIT_GROUP, bpf.UserNotif}}
	called := fmt.Sprintf("call %d(%d)\n", unix.SYS_EXIT_GROUP, payloadStatus)
	inner := append([]string{self(t)}, roleArgs(t, "listen", job{Deny: asks}, ok)...)
	const faked, eperm = bpf.Errno, bpf.Errno + bpf.Return(unix.EPERM)
	for _, tt := range []struct {
		name   string
		role   string
		job    job
		args   []string
		status int
		want   string
	}{
		{"answered", "listen", job{Deny: asks}, []string{ok}, payloadStatus, called},
		{"nothing to answer", "listen", job{}, []string{ok}, payloadStatus, ""},
		{"nobody answers", "listen", job{Deny: asks, Deaf: true}, []string{ok}, payloadStatus, ""},
		{"logging", "listen", job{Deny: asks, Log: true}, []string{ok}, payloadStatus, called},
		{"failed execve", "listen", job{Deny: asks}, []string{nowhere}, StatusNotExecutable, "does not know its format"},
		{"denied execve", "listen", job{Deny: []deny{{unix.SYS_EXECVE, bpf.UserNotif}}}, []string{ok}, StatusFailed, "the policy denies execve, with which the command is started: notify"},
		{"no room", "listen", job{Deny: asks, Limits: []Limit{{openFiles, 3, 3}}}, []string{ok}, StatusFailed, "the limit on open files leaves no room for the listener for denied calls\nno listener\n"},
		{"hardly any room", "listen", job{Deny: asks, Limits: []Limit{{openFiles, 4, 4}}}, []string{ok}, payloadStatus, called},
		{"a second one", "listen", job{}, inner, StatusFailed, "another program listens for the denied calls of this process already, and there can be one only\nno listener\n"},
		{"below another filter", "exec", job{}, inner, payloadStatus, called},
		{"below a filter that denies", "exec", job{Deny: []deny{{unix.SYS_SECCOMP, eperm}}}, inner, StatusFailed, "operation not permitted\n"},
		{"below a filter that fakes", "exec", job{Deny: []deny{{unix.SYS_SECCOMP, faked}}}, inner, StatusFailed, "no listener\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, status := result(t, role(t, tt.role, tt.job, tt.args...))
			if status != tt.status || !strings.Contains(out, tt.want) || tt.want == "" && out != "" {
				t.Errorf("status %d, output %q; want %d, %q", status, out, tt.status, tt.want)
			}
		})
	}
}

// TestLostListener has a listener turn out to be none when the program has begun
// to run: who is told that there is none would start it again.
func TestLostListener(t *testing.T) {
	ok := exitPayload(t)
	inner := append([]string{self(t)}, roleArgs(t, "listen", job{Deny: []deny{{unix.SYS_EXIT_GROUP, bpf.UserNotif}}}, ok)...)
	unasked := job{Deny: []deny{{unix.SYS_IOCTL, bpf.Errno + bpf.Return(unix.EPERM)}}}
	out, status := result(t, role(t, "exec", unasked, inner...))
	if status != StatusFailed || !strings.Contains(out, " so the program was killed") || strings.Contains(out, "no listener") {
		t.Errorf("status %d, output %q", status, out)
	}
}

// TestIsListener: nothing else is taken for one.
func TestIsListener(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	for _, fd := range []int{-1, int(null.Fd()), pipe[0], pipe[1], 1 << 20} {
		if isListener(fd) {
			t.Errorf("descriptor %d passes for a listener", fd)
		}
	}
}
