package survey

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

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
		{"0::/gone\n", "/", ""},
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
