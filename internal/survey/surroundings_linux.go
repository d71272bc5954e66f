package survey

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"sandbox/internal/installed"
)

const surroundingsArea = "surroundings"

// landlockCreateRulesetVersion is LANDLOCK_CREATE_RULESET_VERSION.
const landlockCreateRulesetVersion = 1

// examineSurroundings looks at what else decides how well a sandbox holds.
func (p *place) examineSurroundings() {
	p.examineContainer()
	p.examineProc()
	p.examineYama()
	p.examineLandlock()
	p.examineCloseRange()
	p.examineDump()
	p.examineMemory()
}

// examineContainer looks for the signs that containers leave.
func (p *place) examineContainer() {
	var signs []string
	for _, file := range []string{"/.dockerenv", "/run/.containerenv", "/run/systemd/container"} {
		if p.exists(file) {
			signs = append(signs, file)
		}
	}
	for _, variable := range []string{"container", "KUBERNETES_SERVICE_HOST"} {
		if p.getenv(variable) != "" {
			signs = append(signs, "$"+variable)
		}
	}
	if ids := strings.Fields(p.read("/proc/self/uid_map")); len(ids) > 0 && strings.Join(ids, " ") != "0 0 4294967295" {
		signs = append(signs, "a user namespace")
	}
	f := Finding{Area: surroundingsArea, Name: "container", Found: "no sign of one"}
	if len(signs) > 0 {
		f.Found = "there are signs of one: " + strings.Join(signs, ", ")
		f.Effect = "what is denied here may be denied by the container's filter, capabilities or security module"
	}
	p.add(f)
}

func (p *place) examineProc() {
	f := Finding{Area: surroundingsArea, Name: "/proc", Found: "mounted"}
	if p.read("/proc/self/status") == "" {
		f.State, f.Found = Limited, "not mounted, or not readable"
		f.Effect = "programs can be started; what other processes do and have cannot be shown"
		f.Remedy = "mount -t proc proc /proc"
	}
	p.add(f)
}

// examineYama reads who may trace whom.
func (p *place) examineYama() {
	f := Finding{Area: surroundingsArea, Name: "ptrace_scope"}
	switch scope := p.read("/proc/sys/kernel/yama/ptrace_scope"); scope {
	case "1", "2", "3":
		f.Found = "kernel.yama.ptrace_scope = " + scope + ": a process cannot reach into others that it did not start"
	case "0":
		f.State, f.Found = Limited, "kernel.yama.ptrace_scope = 0"
		f.Remedy = "sysctl kernel.yama.ptrace_scope=1"
	default:
		f.State, f.Found = Limited, "the kernel has no Yama, or /proc/sys cannot be read"
		f.Remedy = "give programs that are not trusted a user of their own"
	}
	if f.State == Limited {
		f.Effect = "a program can reach into other processes of its user through /proc/PID/mem, which is no system call of its own"
	}
	p.add(f)
}

func (p *place) examineLandlock() {
	var s script
	s.call(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, landlockCreateRulesetVersion)
	o := p.attempt(&s)
	f := p.judge(feature{
		area: surroundingsArea, name: "Landlock", since: "5.13",
		absent: []syscall.Errno{unix.EOPNOTSUPP},
		effect: "files cannot be confined by path without mounts; filters never see paths",
	}, o, 0)
	if f.State == OK {
		f.Found = fmt.Sprintf("version %d", o.results[0].value)
	}
	p.add(f)
}

// examineCloseRange asks for no descriptor at all to be closed.
func (p *place) examineCloseRange() {
	const last = ^uint32(0)
	var s script
	s.call(unix.SYS_CLOSE_RANGE, uintptr(last), uintptr(last), unix.CLOSE_RANGE_CLOEXEC)
	p.add(p.judge(feature{
		area: surroundingsArea, name: "close_range", since: "5.11",
		absent: []syscall.Errno{unix.EINVAL},
		found:  "inherited descriptors are closed by one call", effect: "inherited descriptors are closed one by one, as /proc/self/fd or the limit on them says",
	}, p.attempt(&s), 0))
}

// examineDump tries to read the filters of a child.
func (p *place) examineDump() {
	f := Finding{Area: surroundingsArea, Name: "reading filters", Since: "4.4"}
	logFlag := Finding{Area: surroundingsArea, Name: "reading logging flags", Since: "4.16"}
	const effect = "dump and pid: cannot look at running processes"
	if mode := p.status("Seccomp"); mode != "0" && p.askMode() != "0" {
		// ptrace would be this process's own call, which a filter could kill for.
		f.State, f.Found = Missing, "nobody who has a filter is told of others"
		f.Effect, f.Remedy = effect, "run dump outside of this container or sandbox"
		p.add(f)
		return
	}
	logKnown, err := p.filters()
	switch {
	case err == nil:
		f.Found = "those of a child could be read"
	case errors.Is(err, installed.ErrNotBuilt), errors.Is(err, installed.ErrUnclear): // the child has one
		f.State, f.Found, f.Remedy = Missing, installed.ErrNotBuilt.Error(), "a kernel with CONFIG_CHECKPOINT_RESTORE is needed"
	case errors.Is(err, installed.ErrNotTold), errors.Is(err, installed.ErrUntraceable):
		f.State, f.Found, f.Remedy = Missing, err.Error(), "be root in the initial user namespace"
	default:
		f.State, f.Found = Unknown, err.Error()
	}
	if err != nil {
		f.Effect = effect
		p.add(f)
		return
	}
	p.add(f)
	logFlag.Found = "dump tells which filters log"
	if !logKnown {
		logFlag.State, logFlag.Found = Missing, "the kernel does not tell which filters log"
		logFlag.Remedy = "Linux 4.16 or newer is needed"
	}
	p.add(logFlag)
}

// readFilters starts a child that installs a filter and stops, and reads the
// filter.
func readFilters() (logKnown bool, err error) {
	var s script
	s.install(0, allowing(1))
	s.call(unix.SYS_GETPID).keep = true
	s.call(unix.SYS_KILL, 0, uintptr(unix.SIGSTOP)).onKept = true
	pid, err := s.start()
	if err != nil {
		return false, err
	}
	defer s.free()
	defer func() {
		_ = unix.Kill(pid, unix.SIGKILL) // ESRCH: it has ended already
		if _, failed := wait(pid, 0); failed != nil && err == nil {
			err = failed
		}
	}()
	status, err := wait(pid, unix.WUNTRACED)
	if err != nil {
		return false, err
	}
	if !status.Stopped() {
		return false, errors.New("no filter could be installed")
	}
	filters, err := installed.Read(pid)
	if err != nil {
		return false, err
	}
	if len(filters) != 1 {
		return false, fmt.Errorf("a child with one filter seems to have %d", len(filters))
	}
	return filters[0].LogKnown, nil
}

// examineMemory looks for a limit on address space, of which the Go runtime
// reserves much more than it uses: below about a gigabyte it may not start.
func (p *place) examineMemory() {
	const enough = 2 << 30
	f := Finding{Area: surroundingsArea, Name: "memory", Found: "address space is not limited"}
	var limit unix.Rlimit
	switch err := unix.Getrlimit(unix.RLIMIT_AS, &limit); {
	case err != nil:
		f.State, f.Found = Unknown, "the limit on address space is not known: "+err.Error()
	case limit.Cur == unix.RLIM_INFINITY:
	case limit.Cur < enough:
		f.State, f.Found = Limited, fmt.Sprintf("address space is limited to %d MiB", limit.Cur>>20)
		f.Effect = "sandbox may fail to start, or to compile and prove a large policy"
		f.Remedy = "ulimit -v unlimited; limits on memory that is used, as of a cgroup, do no harm"
	default:
		f.Found = fmt.Sprintf("address space is limited to %d MiB, which is enough", limit.Cur>>20)
	}
	p.add(f)
}
