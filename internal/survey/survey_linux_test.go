package survey

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

// find returns the finding of that name.
func find(t *testing.T, r *Report, name string) Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("nothing was found about %s", name)
	return Finding{}
}

// TestExamine compares what is found here with what the system says of itself,
// and holds the survey to changing nothing.
func TestExamine(t *testing.T) {
	before := stateOf(t)
	r := Examine()
	if after := stateOf(t); after != before {
		t.Errorf("before: %s, after: %s", before, after)
	}
	if _, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
		t.Errorf("a child is left: %v", err)
	}
	if r.Enforces() != OK {
		t.Errorf("the tests install filters here, but it is said: %v", r.Enforces())
	}
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil || strings.TrimSpace(string(release)) != r.Release {
		t.Errorf("the release is %q, and said to be %q", release, r.Release)
	}
	available, err := os.ReadFile("/proc/sys/kernel/seccomp/actions_avail")
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range strings.Fields(string(available)) {
		if action == "user_notif" {
			action = "notify"
		}
		if f := find(t, r, "action "+action); f.State != OK {
			t.Errorf("%+v, but the kernel lists it", f)
		}
	}
	if f := find(t, r, "reading filters"); f.State == OK && os.Geteuid() != 0 {
		t.Errorf("%+v, but only root is told", f)
	}
	_, err = os.Stat("/proc/sys/kernel/yama/ptrace_scope")
	if f := find(t, r, "ptrace_scope"); err != nil && f.State != Limited {
		t.Errorf("%+v without Yama", f)
	}
	for _, f := range r.Findings {
		if f.Area == "" || f.Name == "" || f.Found == "" {
			t.Errorf("%+v: something is not said", f)
		}
		if f.State != OK && f.State != Unknown && f.Effect == "" {
			t.Errorf("%+v: what follows is not said", f)
		}
		if f.State == OK && (f.Remedy != "" || f.Effect != "" && f.Name != "container") {
			t.Errorf("%+v: a remedy for what is as it should be", f)
		}
		for _, text := range []string{f.Found, f.Effect, f.Remedy} {
			if strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
				t.Errorf("%q is not a line without a full stop", text)
			}
		}
	}
}

// stateOf returns what the survey could have changed about this process.
func stateOf(t *testing.T) string {
	t.Helper()
	p := &place{}
	namespaces := ""
	for _, name := range []string{"user", "pid_for_children", "uts"} {
		link, err := os.Readlink("/proc/self/ns/" + name)
		if err != nil {
			t.Fatal(err)
		}
		namespaces += " " + link
	}
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, d := range descriptors {
		// The runtime's own, which it opens once.
		target, _ := os.Readlink("/proc/self/fd/" + d.Name())
		if !strings.HasPrefix(target, "anon_inode:[event") {
			open++
		}
	}
	return strings.Join([]string{
		p.status("Seccomp"), p.status("NoNewPrivs"), namespaces, strconv.Itoa(open),
	}, " ")
}

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
		{"nobody to trace", func(c call) syscall.Errno { return 0 }, "reading filters", Unknown, "operation not permitted"},
	} {
		f := find(t, answering(t, "6.12.1", tt.errno).examine(), tt.name)
		if f.State != tt.state || !strings.Contains(f.Found, tt.found) {
			t.Errorf("%s: %+v, want %v: %s", tt.situation, f, tt.state, tt.found)
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

func write(t *testing.T, root, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFiles has a system that says something else of itself.
func TestFiles(t *testing.T) {
	for _, tt := range []struct {
		path, text, name string
		state            State
		found            string
	}{
		{"/proc/sys/kernel/yama/ptrace_scope", "1\n", "ptrace_scope", OK, "ptrace_scope = 1"},
		{"/proc/sys/kernel/yama/ptrace_scope", "0\n", "ptrace_scope", Limited, "ptrace_scope = 0"},
		{"/etc/other", "", "ptrace_scope", Limited, "no Yama"},
		{"/.dockerenv", "", "container", OK, "signs of one: /.dockerenv"},
		{"/proc/self/uid_map", "         0       1000          1\n", "container", OK, "a user namespace"},
		{"/proc/self/uid_map", "         0          0 4294967295\n", "container", OK, "no sign of one"},
		{"/proc/self/status", "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t3\n", "filters around", Limited, "filters already: 3"},
		{"/proc/self/status", "Name:\tx\nNoNewPrivs:\t1\nSeccomp:\t0\n", "filters around", OK, "no_new_privs is set"},
		{"/proc/self/status", "Name:\tx\n", "/proc", OK, "mounted"},
		{"/etc/other", "", "/proc", Limited, "not mounted"},
		{"/etc/other", "", "cgroup.kill", Unknown, "cannot be read"},
		{"/proc/self/cgroup", "1:name=systemd:/\n", "cgroup.kill", Missing, "no cgroup of version 2"},
	} {
		p := answering(t, "6.12.1", func(call) syscall.Errno { return 0 })
		write(t, p.root, tt.path, tt.text)
		if f := find(t, p.examine(), tt.name); f.State != tt.state || !strings.Contains(f.Found, tt.found) {
			t.Errorf("%s %q: %+v, want %v: %s", tt.path, tt.text, f, tt.state, tt.found)
		}
	}
	p := answering(t, "6.12.1", func(c call) syscall.Errno {
		if c.nr == unix.SYS_UNSHARE {
			return unix.EPERM
		}
		return 0
	})
	write(t, p.root, "/proc/sys/user/max_user_namespaces", "0\n")
	if f := find(t, p.examine(), "user namespaces"); !strings.Contains(f.Found, "max_user_namespaces = 0") {
		t.Errorf("%+v", f)
	}
}

// TestCgroup finds the directory of a cgroup, of which a container sees a part.
func TestCgroup(t *testing.T) {
	for _, tt := range []struct{ cgroup, mounted, want string }{
		{"0::/\n", "/", "/sys/fs/cgroup"},
		{"0::/user.slice/a\n", "/", "/sys/fs/cgroup/user.slice/a"},
		{"4:cpu:/x\n0::/docker/7/a\n", "/docker/7", "/sys/fs/cgroup/a"},
		{"0::/elsewhere\n", "/docker/7", ""},
	} {
		p := answering(t, "6.12.1", func(call) syscall.Errno { return 0 })
		write(t, p.root, "/proc/self/cgroup", tt.cgroup)
		write(t, p.root, "/proc/self/mountinfo", "30 23 0:26 / /proc rw shared:9 - proc proc rw\n31 23 0:27 "+tt.mounted+" /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n")
		if tt.want != "" {
			write(t, p.root, tt.want+"/cgroup.procs", "")
		}
		if got, ok := p.cgroup(); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%q mounted %s: %q, want %q", tt.cgroup, tt.mounted, got, tt.want)
		}
	}
}

// TestDeputies finds sockets that can be reached, and nothing else.
func TestDeputies(t *testing.T) {
	root, err := os.MkdirTemp("", "s") // short: addresses of sockets are
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	listen := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(root+path), 0o755); err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("unix", root+path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
	}
	environment := map[string]string{
		"DISPLAY": ":7.0", "XDG_RUNTIME_DIR": "/run/user/7", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/tmp/dbus-7,guid=abc",
		"TMUX": "/tmp/tmux-7/default,99,0",
	}
	p := &place{root: root, getenv: func(name string) string { return environment[name] }, attempt: (*script).run}
	p.examineDeputies()
	if len(p.findings) != 1 || p.findings[0].State != OK {
		t.Errorf("without sockets: %+v", p.findings)
	}
	p.findings = nil
	listen("/run/docker.sock")
	listen("/tmp/.X11-unix/X7")
	listen("/tmp/dbus-7")
	listen("/tmp/tmux-7/default")
	listen("/run/containerd/containerd.sock")
	write(t, root, "/run/dbus/system_bus_socket", "a file")
	if err := os.Chmod(root+"/run/containerd/containerd.sock", 0); err != nil {
		t.Fatal(err)
	}
	p.examineDeputies()
	var names []string
	for _, f := range p.findings {
		if f.State != Limited || f.Effect == "" || f.Remedy == "" {
			t.Errorf("%+v", f)
		}
		names = append(names, f.Name)
	}
	want := "Docker, the session's D-Bus, X11, tmux"
	if os.Geteuid() == 0 { // whom no mode keeps out
		want = "Docker, containerd, the session's D-Bus, X11, tmux"
	}
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("found %s, want %s", got, want)
	}
}

// TestScript checks what is told of a child that a filter ends, and of memory
// that it writes.
func TestScript(t *testing.T) {
	var s script
	s.call(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1)
	s.call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, s.program([]unix.SockFilter{
		{Code: bpf.LdWAbs, K: bpf.OffsetNr},
		{Code: bpf.JeqK, K: unix.SYS_GETPPID, Jf: 1},
		{Code: bpf.RetK, K: uint32(bpf.KillProcess)},
		{Code: bpf.RetK, K: uint32(bpf.Allow)},
	}))
	s.call(unix.SYS_CLOSE, ^uintptr(0))
	s.call(unix.SYS_GETPPID)
	s.call(unix.SYS_GETPID)
	o := s.run()
	if o.err != nil || len(o.results) != 3 || o.signal != unix.SIGSYS || o.results[2].errno != unix.EBADF {
		t.Errorf("%+v", o)
	}
	if state, found, _ := o.untried(3); state != Missing || !strings.Contains(found, "kills for it") {
		t.Errorf("the call that killed: %v, %s", state, found)
	}
	if state, _, _ := o.untried(4); state != Unknown {
		t.Errorf("the call after it: %v", state)
	}
	var long script
	for range mostCalls + 1 {
		long.call(unix.SYS_GETPID)
	}
	if o := long.run(); o.err == nil {
		t.Errorf("a script that is too long ran: %+v", o)
	}
	if runtime.GOARCH == "amd64" {
		var faults script
		faults.call(uprobe) // SIGILL or an error of its own, or ENOSYS
		faults.run()
	}
}

func FuzzText(f *testing.F) {
	f.Add("6.18.44-generic")
	f.Add("unix:path=/run/bus,guid=1;tcp:")
	f.Add("0::/a\n1:x")
	f.Fuzz(func(t *testing.T, text string) {
		if v := versionOf(text); v != 0 && !strings.Contains("0123456789", text[:1]) {
			t.Errorf("%q is version %v", text, v)
		}
		if path := unixAddress(text); !strings.Contains(text, path) || strings.Contains(path, ",") && !strings.HasPrefix(text, "unix://") {
			t.Errorf("%q: path %q", text, path)
		}
	})
}

func TestVersionOf(t *testing.T) {
	for release, want := range map[string]string{
		"6.18.44-fc-v657": "6.18", "5.10": "5.10", "5.15.0-91-generic": "5.15", "6.1-rc3": "6.1", "4.4.302+": "4.4",
	} {
		if got := versionOf(release).String(); got != want {
			t.Errorf("%s: %s, want %s", release, got, want)
		}
	}
	for _, release := range []string{"", "x", "..", "-1.2"} {
		if got := versionOf(release); got != 0 {
			t.Errorf("%q: %v", release, got)
		}
	}
}
