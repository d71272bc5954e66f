//go:build amd64 || arm64

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

var allFaults = flag.Bool("faults", false, "fail each system call with each errno, not some with some")

// someErrnos and moreErrnos are those that system calls of a start give, by the
// kernel's or a filter's will.
var (
	someErrnos = []syscall.Errno{unix.EPERM, unix.EINTR}
	moreErrnos = []syscall.Errno{
		unix.ENOSYS, unix.ENOMEM, unix.EAGAIN, unix.EFAULT, unix.EACCES, unix.EINVAL, unix.EMFILE, unix.ENFILE,
		unix.ENOENT, unix.EBADF, unix.EIO, unix.EBUSY, unix.ESRCH, unix.ENOSPC, unix.E2BIG, unix.ETXTBSY,
	}
)

// probeErrno is what the policy of this test answers to getppid, and with which
// the program that is started ends therefore. Nothing else gives it.
const probeErrno = unix.ENOMSG

// moreOptions ask for what can be faked besides the filter.
var moreOptions = []string{"--rlimit", "nofile=64", "--no-core", "--new-session", "--die-with-parent", "--chdir", "/", "--env-clear"}

// Those options, as /proc/PID/limits has them.
var (
	nofile64 = regexp.MustCompile(`Max open files +64 +64 `)
	core1    = regexp.MustCompile(`Max core file size +1 +1 `)
)

// TestFaultySystemCalls walks the system calls that sandbox makes until it
// executes the program, and has each of them fail with each errno, or pretend
// that it succeeded. Whatever happens, the program runs confined or not at all,
// and then the exit code and a message say so.
//
// Starts by the same verb differ in few calls, whatever their options are. So a
// call is walked in the first of them that makes it, and those that ask for most
// come first; with -faults, each is walked in each.
func TestFaultySystemCalls(t *testing.T) {
	dir, program := machine.Dir(t), machine.Code(t, probeCode)
	file := filepath.Join(dir, "a.sandbox")
	policy := filepath.Join(dir, "a.toml")
	write(t, policy, fmt.Sprintf("version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(%d)\"\nfilters = [\"getppid\"]\n", probeErrno), 0o444)
	compileTo(t, file, policy)
	once, onceFile := filepath.Join(dir, "once.toml"), filepath.Join(dir, "once.sandbox")
	write(t, once, "version = 1\nextends = [\"a.toml\"]\n"+`
[[rule]]
action  = "allow"
filters = ["execve: once()"]
[[rule]]
action  = "errno(EPERM)"
filters = ["execve, execveat"]
`, 0o444)
	compileTo(t, onceFile, once)
	for _, user := range users() {
		for _, verb := range []string{"exec", "run"} {
			t.Run(user+" "+verb, func(t *testing.T) {
				t.Parallel()
				w := &faultWalk{walked: map[occurrence]bool{}, happened: map[string]int{}}
				for _, options := range [][]string{
					slices.Concat([]string{"--program", file}, moreOptions),
					{"--program", onceFile},
					{"-p", once},
					{"-p", policy},
					{"--program", file},
				} {
					policy := options[1]
					s := &faultyStart{
						user: user,
						args: slices.Concat([]string{"sandbox", verb}, options, []string{"--", program}),
						more: len(options) > 2,
						own:  1,
					}
					if policy == onceFile {
						s.own = 2
					}
					t.Run(strings.ReplaceAll(strings.Join(options, " "), dir+"/", ""), func(t *testing.T) { s.walk(t, w) })
				}
				if w.happened["confined"] == 0 || w.happened["refused"] == 0 {
					t.Error("faults made no difference, or all the same")
				}
			})
		}
	}
}

// compileTo compiles a policy to a file that everybody can read.
func compileTo(t *testing.T, file, policy string) {
	t.Helper()
	compile := exec.Command(lookPath(t, "sandbox"), "compile", "-p", policy, "-o", file)
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Chmod(file, 0o444); err != nil {
		t.Fatal(err)
	}
}

// users are those by whom commands are started: this one, and an unprivileged
// one besides if this is root.
func users() []string {
	if os.Getuid() == 0 {
		return []string{"root", "nobody"}
	}
	return []string{"user"}
}

// A faultWalk is a walk through several starts.
type faultWalk struct {
	walked   map[occurrence]bool
	happened map[string]int // what became of starts, and how often
}

// An occurrence of a call is where it is made, and how often that was done before.
type occurrence struct {
	site  callSite
	times int
}

// A faultyStart is a start of which every system call is made to fail.
type faultyStart struct {
	user    string
	args    []string
	more    bool // with moreOptions
	own     int  // filters that it installs
	filters int  // around it
	begin   int  // the call that opens the policy: before it the Go runtime starts, or cannot
}

// command returns a new command for the start.
func (s *faultyStart) command() *exec.Cmd {
	command := exec.Command("/proc/self/exe")
	command.Args = s.args
	command.Dir = "/"
	command.Env = []string{"PATH=/usr/bin:/bin"}
	command.SysProcAttr = &syscall.SysProcAttr{}
	if s.user == "nobody" {
		const nobody = 65534
		command.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return command
}

func (s *faultyStart) walk(t *testing.T, w *faultWalk) {
	own, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	s.filters = statusNumber(string(own), "Seccomp_filters")
	control := try(t, s.command(), nil)
	if problem := s.confined(control); problem != "" {
		t.Fatalf("without a fault: %s\n%s", problem, control.errors)
	}
	errnos := someErrnos
	if *allFaults {
		errnos = slices.Concat(someErrnos, moreErrnos)
	}
	s.begin = slices.IndexFunc(control.calls, func(c ownCall) bool { return c.nr == unix.SYS_OPENAT })
	times, walked := map[callSite]int{}, 0
	for at, call := range control.calls {
		here := occurrence{control.sites[at], times[control.sites[at]]}
		times[here.site]++
		if !*allFaults && (w.walked[here] || control.between(at)) {
			continue
		}
		w.walked[here] = true
		walked++
		for _, errno := range errnos {
			s.fail(t, call, errno.Error(), &fault{at: at, result: -int64(errno)}, w.happened)
		}
		// A filter has no memory: of calls that it sees alike, it pretends the first
		// already. And memory at address 0 is nothing that Go would live with.
		if call.nr != unix.SYS_MMAP && !slices.Contains(control.calls[:at], call) {
			s.fail(t, call, "pretended", &fault{at: at, result: 0, alike: true}, w.happened)
		}
	}
	t.Logf("%d system calls, %d of them walked; so far %v", len(control.calls), walked, w.happened)
}

// between reports whether a call is neither the first that is made where it is
// made, nor the last: rt_sigaction for each signal. Calls of seccomp are all
// different.
func (r *trial) between(at int) bool {
	here := r.sites[at]
	return r.calls[at].nr != unix.SYS_SECCOMP && slices.Contains(r.sites[:at], here) && slices.Contains(r.sites[at+1:], here)
}

// fail tries one fault and judges what became of it.
func (s *faultyStart) fail(t *testing.T, call ownCall, how string, f *fault, happened map[string]int) {
	tried := try(t, s.command(), f)
	problem := s.confined(tried)
	if problem == "" {
		happened["confined"]++
		return
	}
	if s.ended(tried) {
		happened["ended"]++
		return
	}
	if tried.process == "" {
		happened["refused"]++
		problem = ""
		if f.at >= s.begin {
			problem = refused(tried)
		}
	}
	if problem != "" {
		if f.at < len(tried.calls) {
			call = tried.calls[f.at] // two threads can make theirs in another order
		}
		t.Errorf("call %d, %v, %s: %s\n%s", f.at, call, how, problem, tried.errors)
	}
}

// confined says why it is not so that the program was executed, under the
// filter, and found it in force.
func (s *faultyStart) confined(r trial) string {
	switch {
	case r.process == "":
		return "nothing was executed"
	case r.starts != 1:
		return fmt.Sprintf("the program was executed %d times", r.starts)
	case statusNumber(r.process, "Seccomp") != 2, statusNumber(r.process, "Seccomp_filters") != s.filters+s.own:
		return "the program is not confined"
	case statusNumber(r.process, "NoNewPrivs") != 1:
		return "the program can gain privileges"
	case s.more && (!r.leads || !nofile64.MatchString(r.limits) || !core1.MatchString(r.limits)):
		return "the program has not what was asked for it"
	case !r.status.Exited() || r.status.ExitStatus() != int(probeErrno):
		return fmt.Sprintf("the program's call was not denied: %v", describe(r.status))
	}
	return ""
}

// ended reports whether the program was executed, under the filter, and killed
// before it could do anything: the command could not be told of it.
func (s *faultyStart) ended(r trial) bool {
	return r.process != "" && r.starts == 1 && statusNumber(r.process, "Seccomp_filters") == s.filters+s.own && refused(r) == "" &&
		strings.Contains(r.errors, "program was killed")
}

// refused says what is wrong with how a start was refused.
func refused(r trial) string {
	switch status := r.status.ExitStatus(); {
	case !r.status.Exited(), status < 125, status > 127:
		return "it should have exited with 125, 126 or 127, and not " + describe(r.status)
	case !strings.HasPrefix(r.errors, "sandbox: "):
		return "it said nothing"
	}
	return ""
}

func describe(s unix.WaitStatus) string {
	if s.Signaled() {
		return unix.SignalName(s.Signal())
	}
	return fmt.Sprint(s.ExitStatus())
}

// statusNumber returns a number of a file like /proc/PID/status, or -1.
func statusNumber(status, name string) int {
	for line := range strings.Lines(status) {
		n := -1
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			_, _ = fmt.Sscan(rest, &n)
			return n
		}
	}
	return -1
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
