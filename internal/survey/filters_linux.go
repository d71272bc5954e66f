package survey

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
)

const filtersArea = "filters"

// probeErrno is what the survey's own filters answer: no call gives it by
// itself.
const probeErrno = syscall.Errno(1000)

// examineFilters tries to install filters, and asks for their actions.
func (p *place) examineFilters() {
	p.examineInstall()
	p.examineActions()
	p.examineLogFlag()
	p.examineOuter()
	p.examineRoom()
	p.examineCache()
}

// allowing returns a filter of so many instructions that allows everything, by
// the first of them. The kernel translates each that is not reached to one of
// its own.
func allowing(n int) []unix.SockFilter {
	code := make([]unix.SockFilter, n)
	for i := range code {
		code[i] = unix.SockFilter{Code: bpf.LdWAbs, K: bpf.OffsetNr}
	}
	code[0] = unix.SockFilter{Code: bpf.RetK, K: uint32(bpf.Allow)}
	code[n-1] = code[0]
	return code
}

// denying returns a filter that answers probeErrno to a call.
func denying(nr uint32) []unix.SockFilter {
	return []unix.SockFilter{
		{Code: bpf.LdWAbs, K: bpf.OffsetNr},
		{Code: bpf.JeqK, K: nr, Jf: 1},
		{Code: bpf.RetK, K: uint32(bpf.Errno.With(uint16(probeErrno)))},
		{Code: bpf.RetK, K: uint32(bpf.Allow)},
	}
}

// install appends the calls that install a filter. The second of them does.
func (s *script) install(flags uintptr, code []unix.SockFilter) {
	s.call(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1)
	s.call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, s.program(code))
}

// examineInstall installs a filter in a child and looks whether it decides.
func (p *place) examineInstall() {
	var s script
	s.install(0, denying(unix.SYS_GETPPID))
	s.call(unix.SYS_GETPPID)
	o := p.attempt(&s)
	const effect = "no program can be started under a policy"
	p.add(p.judge(feature{
		area: filtersArea, name: "no_new_privs", since: "3.5", needed: true,
		absent: []syscall.Errno{unix.EINVAL},
		found:  "can be set", effect: effect,
	}, o, 0))
	installed := p.judge(feature{
		area: filtersArea, name: "seccomp filters", since: "3.17", needed: true,
		absent: []syscall.Errno{unix.EINVAL}, // seccomp() without CONFIG_SECCOMP_FILTER
		found:  "one was installed in a child, and decided there", effect: effect,
	}, o, 1)
	switch {
	case installed.State == Unknown && o.made(1) && o.results[1].errno == unix.ENOMEM:
		installed.State, installed.Found = Missing, "no memory for a filter, or too many filters on top of each other"
		installed.Remedy = "all filters of a process together have 32768 instructions: start with fewer around it"
	case installed.State == OK && !o.made(2):
		installed.State, installed.Found, installed.Remedy = o.untried(2)
	case installed.State == OK && o.results[2].errno != probeErrno:
		installed.State, installed.Found = Missing, "seccomp() says that it installed a filter, and none decides"
		installed.Effect = effect
		installed.Remedy = "a filter around this process, as in a container, fakes success: that one has to allow seccomp"
	case installed.State == OK && (runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64"):
		installed.State, installed.Found = Missing, "the kernel takes filters, but sandbox starts no programs on "+runtime.GOARCH
		installed.Effect = "policies can be checked, compiled and tested here"
	}
	p.add(installed)
}

// examineActions asks for each action that a filter can return.
func (p *place) examineActions() {
	actions := []struct {
		action        bpf.Return
		since, effect string
		needed        bool
	}{
		{bpf.KillProcess, "4.14", "run and exec refuse all policies: each kills for calls of an ABI that it does not serve", true},
		{bpf.KillThread, "3.5", "policies with kill_thread are refused", false},
		{bpf.Trap, "3.5", "policies with trap are refused", false},
		{bpf.Errno, "3.5", "policies that deny with an errno are refused", true},
		{bpf.UserNotif, "5.0", "denials cannot be reported as they happen", false},
		{bpf.Trace, "3.5", "policies with trace are refused", false},
		{bpf.Log, "4.14", "policies with log are refused", false},
		{bpf.Allow, "3.5", "nothing can be allowed", true},
	}
	var s script
	for _, a := range actions {
		s.call(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, held(&s, []uint32{uint32(a.action)}))
	}
	o := p.attempt(&s)
	for i, a := range actions {
		f := p.judge(feature{
			area: filtersArea, name: "action " + actionName(a.action), since: a.since, needed: a.needed,
			absent: []syscall.Errno{unix.EOPNOTSUPP, unix.EINVAL},
			found:  "the kernel has it", effect: a.effect,
		}, o, i)
		// The question itself came with 4.14.
		if f.State == Missing && a.since == "3.5" && o.made(i) && o.results[i].errno == unix.EINVAL && !p.has("4.14") {
			f.State, f.Found, f.Effect, f.Remedy = OK, "as old as filters, of which kernels before 4.14 do not tell", "", ""
		}
		p.add(f)
	}
}

// actionName returns the name of an action, without the data that some carry.
func actionName(action bpf.Return) string {
	name, _, _ := strings.Cut(action.String(), "(")
	return name
}

// examineLogFlag asks for the flag without giving a filter. Flags are looked at
// before the filter, which then is a bad address.
func (p *place) examineLogFlag() {
	var s script
	s.call(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_LOG, 0)
	p.add(p.judge(feature{
		area: filtersArea, name: "logging flag", since: "4.14",
		present: []syscall.Errno{unix.EFAULT}, absent: []syscall.Errno{unix.EINVAL},
		found: "the kernel can log denials", effect: "exec --log is refused",
	}, p.attempt(&s), 0))
}

// examineOuter looks for filters that this process has already.
func (p *place) examineOuter() {
	f := Finding{Area: filtersArea, Name: "filters around", Found: "none: this process has no filter"}
	mode, count := p.status("Seccomp"), p.status("Seccomp_filters")
	if mode == "" {
		mode = p.askMode()
	}
	switch mode {
	case "0":
	case "":
		f.State, f.Found = Unknown, "it is not known whether this process has a filter"
		f.Remedy = "mount /proc"
	default:
		f.State, f.Found = Limited, "this process has filters already"
		if count != "" {
			f.Found = "this process has filters already: " + count
		}
		f.Effect = "what they deny stays denied, whatever a policy allows; findings below may be theirs"
		f.Remedy = "to see without them, run doctor outside of the container or sandbox"
	}
	if p.status("NoNewPrivs") == "1" {
		f.Found += "; no_new_privs is set"
	}
	p.add(f)
}

// askMode asks the kernel for what /proc/self/status has as Seccomp.
func (p *place) askMode() string {
	var s script
	s.call(unix.SYS_PRCTL, unix.PR_GET_SECCOMP)
	if o := p.attempt(&s); o.made(0) && o.results[0].errno == 0 {
		return fmt.Sprint(o.results[0].value)
	}
	return ""
}

// examineRoom counts the largest filters that fit on top of those that are
// there: all together have 32768 instructions, with 4 more for each
// (MAX_INSNS_PER_PATH in kernel/seccomp.c).
func (p *place) examineRoom() {
	const most = 8
	var s script
	largest := allowing(bpf.MaxInstructions)
	for range most {
		s.install(0, largest)
	}
	o := p.attempt(&s)
	room := 0
	for room < most && o.made(2*room+1) && o.results[2*room+1].errno == 0 {
		room++
	}
	f := Finding{Area: filtersArea, Name: "room for filters", Found: fmt.Sprintf("%d more of the largest size, %d instructions", room, bpf.MaxInstructions)}
	switch {
	case !o.made(1):
		f.State, f.Found, f.Remedy = o.untried(1)
	case room == 0 && o.results[1].errno == unix.ENOMEM:
		f.State, f.Found = Limited, "a filter of the largest size, 4096 instructions, does not fit any more"
		f.Effect = "large policies cannot be installed"
		f.Remedy = "start with fewer filters around it, or with more memory"
	case room == 0:
		f.State, f.Found = Unknown, "no filter can be installed: "+name(o.results[1].errno)
	}
	p.add(f)
}

// examineCache tells by the version whether the kernel remembers calls that
// are always allowed: there is no way to ask.
func (p *place) examineCache() {
	f := Finding{Area: filtersArea, Name: "cache", Since: "5.11", Found: "calls that are allowed whatever their arguments cost nothing (by the kernel's version)"}
	switch {
	case p.version == 0:
		f.State, f.Found = Unknown, "the kernel's version is not known"
	case !p.has(f.Since):
		f.State, f.Found = Missing, "Linux "+p.release+" runs the filter for every call"
		f.Effect = "each system call costs some tens of nanoseconds more"
		f.Remedy = "Linux 5.11 or newer is needed"
	}
	p.add(f)
}
