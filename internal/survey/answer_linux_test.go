package survey

import (
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// answering returns a place whose kernel answers each call with what the
// function says.
func answering(t *testing.T, release string, errno func(c call) syscall.Errno) *place {
	t.Helper()
	return &place{
		root:   t.TempDir(),
		getenv: func(string) string { return "" },
		attempt: func(s *script) outcome {
			o := outcome{shared: make([]byte, sharedBytes)}
			if s.mem != nil {
				s.free()
			}
			copy(o.shared[2*65:], release)
			for _, c := range s.calls {
				r := result{}
				if c.nr != unix.SYS_UNAME {
					r.errno = errno(c)
				}
				o.results = append(o.results, r)
			}
			return o
		},
		filters: func() (bool, error) { return false, unix.EPERM },
	}
}

// TestOldKernel has a kernel that knows nothing: what it lacks is named with the
// release that has it.
func TestOldKernel(t *testing.T) {
	for _, errno := range []syscall.Errno{unix.ENOSYS, unix.EINVAL} {
		r := answering(t, "3.4.0-old", func(call) syscall.Errno { return errno }).examine()
		if r.Release != "3.4.0-old" || r.Enforces() != Missing {
			t.Errorf("release %q, enforces: %v", r.Release, r.Enforces())
		}
		for name, since := range map[string]string{
			"seccomp filters": "3.17", "action kill_process": "4.14", "action notify": "5.0",
			"cache": "5.11", "cgroup.kill": "5.14", "close_range": "5.11",
		} {
			f := find(t, r, name)
			if f.State != Missing || f.Since != since || f.Remedy != "Linux "+since+" or newer is needed" {
				t.Errorf("%v: %s: %+v", errno, name, f)
			}
		}
		if f := find(t, r, "Landlock"); errno == unix.ENOSYS && f.State != Missing {
			t.Errorf("%+v", f)
		}
	}
}

// TestHidden has a new kernel that denies everything: nothing is blamed on its
// age.
func TestHidden(t *testing.T) {
	r := answering(t, "6.12.1", func(call) syscall.Errno { return unix.ENOSYS }).examine()
	f := find(t, r, "seccomp filters")
	if f.State != Missing || !strings.Contains(f.Remedy, "a filter around this process hides it") {
		t.Errorf("%+v", f)
	}
	// Kernels before 4.14 do not know the question for actions, and have these.
	r = answering(t, "6.12.1", func(call) syscall.Errno { return unix.EINVAL }).examine()
	if f := find(t, r, "action trap"); f.State != Missing {
		t.Errorf("%+v", f)
	}
	r = answering(t, "4.4.0", func(call) syscall.Errno { return unix.EINVAL }).examine()
	if f := find(t, r, "action trap"); f.State != OK {
		t.Errorf("%+v", f)
	}
	r = answering(t, "6.12.1", func(call) syscall.Errno { return unix.EPERM }).examine()
	for _, name := range []string{"seccomp filters", "no_new_privs", "a listener here", "user namespaces", "pid namespaces", "Landlock"} {
		if f := find(t, r, name); f.State != Missing || !strings.Contains(f.Found, "EPERM") && name != "pid namespaces" {
			t.Errorf("%+v", f)
		}
	}
}

// TestAnswers has single calls answer as they do in some situation.
func TestAnswers(t *testing.T) {
	const userNS, pidNS = uintptr(unix.CLONE_NEWUSER), uintptr(unix.CLONE_NEWPID)
	for _, tt := range []struct {
		situation string
		errno     func(call) syscall.Errno
		name      string
		state     State
		found     string
	}{
		{"success is faked", func(c call) syscall.Errno { return 0 }, "seccomp filters", Missing, "none decides"},
		{"another listener", func(c call) syscall.Errno {
			if c.nr == unix.SYS_SECCOMP && c.args[1] == unix.SECCOMP_FILTER_FLAG_NEW_LISTENER && c.args[2] != 0 {
				return unix.EBUSY
			}
			return 0
		}, "a listener here", Missing, "has a listener already"},
		{"a listener that cannot be asked", func(c call) syscall.Errno {
			switch {
			case c.nr == unix.SYS_IOCTL && c.args[1] == unix.SECCOMP_IOCTL_NOTIF_SEND:
				return unix.EPERM
			case c.nr == unix.SYS_IOCTL && uint32(c.args[0]) == ^uint32(0):
				return unix.EBADF
			}
			return 0
		}, "a listener here", Missing, "denies SECCOMP_IOCTL_NOTIF_SEND: EPERM"},
		{"a listener that seems to be asked", func(c call) syscall.Errno { return 0 }, "a listener here", Missing, "fakes SECCOMP_IOCTL_NOTIF_RECV"},
		{"AppArmor", func(c call) syscall.Errno {
			if c.nr == unix.SYS_UNSHARE && c.args[0] != userNS {
				return unix.EPERM
			}
			return 0
		}, "user namespaces", Limited, "without capabilities inside"},
		{"only in a user namespace", func(c call) syscall.Errno {
			if c.nr == unix.SYS_UNSHARE && c.args[0] == pidNS {
				return unix.EPERM
			}
			return 0
		}, "pid namespaces", OK, "in a user namespace"},
		{"no more of them", func(c call) syscall.Errno {
			if c.nr == unix.SYS_UNSHARE {
				return unix.ENOSPC
			}
			return 0
		}, "user namespaces", Missing, "the limit on them is reached"},
		{"too many filters", func(c call) syscall.Errno {
			if c.nr == unix.SYS_SECCOMP {
				return unix.ENOMEM
			}
			return 0
		}, "room for filters", Limited, "does not fit any more"},
		{"too many filters", func(c call) syscall.Errno {
			if c.nr == unix.SYS_SECCOMP {
				return unix.ENOMEM
			}
			return 0
		}, "seccomp filters", Missing, "too many filters"},
		{"no rings", func(c call) syscall.Errno { return unix.EPERM }, "io_uring", OK, "denied here"},
		{"rings", func(c call) syscall.Errno { return unix.EFAULT }, "io_uring", Limited, "no filter sees"},
		{"filters see all", func(c call) syscall.Errno {
			if c.nr == uprobe {
				return probeErrno
			}
			return 0
		}, "uprobe", OK, "filters decide"},
		{"its own error", func(c call) syscall.Errno {
			if c.nr == uprobe {
				return unix.ENXIO
			}
			return 0
		}, "uprobe", Limited, "pass every filter"},
		{"nobody to trace", func(c call) syscall.Errno { return 0 }, "reading filters", Unknown, "operation not permitted"},
	} {
		if tt.name == "uprobe" && !haveInt80 {
			continue // a call of x86_64
		}
		f := find(t, answering(t, "6.12.1", tt.errno).examine(), tt.name)
		if f.State != tt.state || !strings.Contains(f.Found, tt.found) {
			t.Errorf("%s: %+v, want %v: %s", tt.situation, f, tt.state, tt.found)
		}
	}
}

// TestNeeded has everything but one action.
func TestNeeded(t *testing.T) {
	for action, want := range map[bpf.Return]State{bpf.KillProcess: Missing, bpf.Errno: Missing, bpf.UserNotif: OK, bpf.Trap: OK} {
		p := answering(t, "6.12.1", func(call) syscall.Errno { return 0 })
		answer := p.attempt
		p.attempt = func(s *script) outcome {
			o := answer(s)
			for i, c := range s.calls {
				switch {
				case c.nr == unix.SYS_GETPPID:
					o.results[i].errno = probeErrno
				case c.nr == unix.SYS_SECCOMP && c.args[0] == unix.SECCOMP_GET_ACTION_AVAIL && s.held[i].([]uint32)[0] == uint32(action):
					o.results[i].errno = unix.EOPNOTSUPP
				}
			}
			return o
		}
		r := p.examine()
		if f := find(t, r, "action "+actionName(action)); f.State != Missing || r.Enforces() != want {
			t.Errorf("%+v; enforces: %v, want %v", f, r.Enforces(), want)
		}
	}
}

// TestNoProcesses has a place where no child can be made: nothing is claimed.
func TestNoProcesses(t *testing.T) {
	p := answering(t, "", nil)
	p.attempt = func(s *script) outcome {
		if s.mem != nil {
			s.free()
		}
		return outcome{err: unix.EAGAIN}
	}
	r := p.examine()
	if r.Enforces() != Unknown {
		t.Errorf("enforces: %v", r.Enforces())
	}
	for _, name := range []string{"seccomp filters", "a listener here", "user namespaces", "io_uring", "Landlock", "room for filters", "cache"} {
		if f := find(t, r, name); f.State != Unknown {
			t.Errorf("%+v", f)
		}
	}
}
