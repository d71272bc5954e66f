package survey

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/oracle"
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
	here := &place{}
	capabilities, err := strconv.ParseUint(here.status("CapEff"), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	const wanted = 1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_SYS_PTRACE
	mayAll := capabilities&wanted == wanted && here.status("Seccomp") == "0" && strings.Join(strings.Fields(here.read("/proc/self/uid_map")), " ") == "0 0 4294967295"
	if f := find(t, r, "reading filters"); f.State == OK && os.Geteuid() != 0 || f.State != OK && mayAll {
		t.Errorf("%+v, user %d", f, os.Geteuid())
	}
	for _, f := range r.Findings {
		// Nothing hides from these tests what a kernel of that release has.
		since, ok := arch.ParseVersion(f.Since)
		if ok && (f.Area == filtersArea || f.Area == reportsArea) && here.status("Seccomp") == "0" && (f.State == OK) != (versionOf(r.Release) >= since) {
			t.Errorf("%+v, and this is Linux %s", f, r.Release)
		}
	}
	if haveInt80 {
		_, err := oracle.FindEntries()
		if f := find(t, r, "int 0x80"); strings.HasPrefix(f.Found, "64-bit programs") != (err == nil) {
			t.Errorf("%+v, and the oracle of compiled programs: %v", f, err)
		}
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

// TestNamespaces holds what is said of namespaces against what os/exec can do,
// which makes them in a process of its own as well.
func TestNamespaces(t *testing.T) {
	r := Examine()
	try := func(flags uintptr) error {
		cmd := exec.Command("/proc/self/exe", "-test.run=^$")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
		return cmd.Run()
	}
	if f, err := find(t, r, "user namespaces"), try(unix.CLONE_NEWUSER); (f.State == Missing) != (err != nil) {
		t.Errorf("%+v, and os/exec: %v", f, err)
	}
	err := try(unix.CLONE_NEWPID)
	if err != nil {
		err = try(unix.CLONE_NEWUSER | unix.CLONE_NEWPID)
	}
	if f := find(t, r, "pid namespaces"); (f.State == OK) != (err == nil) {
		t.Errorf("%+v, and os/exec: %v", f, err)
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

// nested has this binary put itself under a filter with a listener.
const nested = "SURVEY_TEST_NESTED"

// TestNested surveys a process that has a listener.
func TestNested(t *testing.T) {
	if os.Getenv(nested) == "" {
		cmd := exec.Command("/proc/self/exe", "-test.v", "-test.run=^TestNested$")
		cmd.Env = append(os.Environ(), nested+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestNested") {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	if f := find(t, Examine(), "a listener here"); f.State != OK {
		t.Errorf("before: %+v", f)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	var s script
	const flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, s.program(allowing(1))); errno != 0 {
		t.Fatal(errno)
	}
	r := Examine()
	if f := find(t, r, "a listener here"); f.State != Missing || !strings.Contains(f.Found, "EBUSY") {
		t.Errorf("%+v", f)
	}
	if f := find(t, r, "listeners"); f.State != OK {
		t.Errorf("%+v", f)
	}
	if f := find(t, r, "filters around"); f.State != Limited {
		t.Errorf("%+v", f)
	}
	if r.Enforces() != OK {
		t.Errorf("filters work without listeners: %v", r.Enforces())
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
