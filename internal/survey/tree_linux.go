package survey

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const treeArea = "process tree"

// examineTree finds out how run ends all processes of a sandbox, should it be
// killed (see launcher.Tree).
func (p *place) examineTree() {
	p.examinePIDNamespaces(p.examineUserNamespaces())
	kill := p.examineCgroupKill()
	p.examineProcesses()
	f := Finding{Area: treeArea, Name: "end of the tree"}
	switch {
	case os.Getpid() == 1:
		f.Found = "by the kernel: this is the first process of a pid namespace, and none in it outlives that"
	case kill.State == OK:
		f.Found = "by cgroup.kill, which either of two watching processes writes: run makes a cgroup for the program"
	default:
		f.State, f.Found = Limited, "by two processes that watch each other: run can make no cgroup for the program"
		f.Effect = "if both are killed at once, the program ends, and what it has started goes on, under its filter"
		f.Remedy = "give sandbox a cgroup that it may write, or start it as the first process of a pid namespace"
	}
	p.add(f)
}

// examineUserNamespaces makes a user namespace in a child, and then what takes
// its capabilities: security modules can let it be made and withhold those.
func (p *place) examineUserNamespaces() Finding {
	var s script
	s.call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER)
	s.call(unix.SYS_UNSHARE, unix.CLONE_NEWUTS)
	o := p.attempt(&s)
	f := p.judge(feature{
		area: treeArea, name: "user namespaces", since: "3.8",
		absent: []syscall.Errno{unix.EINVAL},
		found:  "can be made", effect: "without root no pid namespace can be made",
	}, o, 0)
	switch {
	case f.State == OK && o.made(1) && o.results[1].errno != 0:
		f.State, f.Found = Limited, "can be made, but without capabilities inside: "+name(o.results[1].errno)
		f.Effect = "without root no pid namespace can be made"
		if p.read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
			f.Remedy = "AppArmor withholds them (kernel.apparmor_restrict_unprivileged_userns = 1): give sandbox a profile with userns"
		} else {
			f.Remedy = "a security module or a filter withholds them"
		}
	case f.State == OK && !o.made(1):
		f.State, f.Found, f.Remedy = o.untried(1)
	case f.State == OK:
	case p.read("/proc/sys/user/max_user_namespaces") == "0":
		f.State, f.Found = Missing, "switched off: user.max_user_namespaces = 0"
		f.Remedy = "sysctl user.max_user_namespaces=10000, if the administrator wants them"
	case p.read("/proc/sys/kernel/unprivileged_userns_clone") == "0" && os.Geteuid() != 0:
		f.State, f.Found = Missing, "switched off for all but root: kernel.unprivileged_userns_clone = 0"
		f.Remedy = "sysctl kernel.unprivileged_userns_clone=1, if the administrator wants them"
	case o.made(0) && o.results[0].errno == unix.ENOSPC:
		f.State, f.Found = Missing, "the limit on them is reached: "+name(unix.ENOSPC)
		f.Remedy = "raise user.max_user_namespaces; they nest 32 deep at most"
	case o.made(0) && o.results[0].errno == unix.EPERM:
		f.Remedy = "a filter or a security module around this process denies it, or its root directory is not that of its mount namespace (chroot)"
	}
	p.add(f)
	return f
}

// examinePIDNamespaces makes a pid namespace in a child: directly, or inside of
// a user namespace.
func (p *place) examinePIDNamespaces(userNS Finding) Finding {
	var s script
	s.call(unix.SYS_UNSHARE, unix.CLONE_NEWPID)
	s.call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER|unix.CLONE_NEWPID)
	o := p.attempt(&s)
	f := p.judge(feature{
		area: treeArea, name: "pid namespaces", since: "3.8",
		absent: []syscall.Errno{unix.EINVAL},
		found:  "can be made", effect: "sandbox cannot be started as the first process of one (unshare -pf --mount-proc)",
	}, o, 0)
	switch {
	case f.State == OK:
	case o.made(1) && o.results[1].errno == 0:
		f.State, f.Found, f.Effect, f.Remedy = OK, "can be made, in a user namespace", "", ""
	case f.State == Missing && userNS.State != OK && o.made(0) && o.results[0].errno == unix.EPERM:
		f.Found = "denied without CAP_SYS_ADMIN, and in a user namespace, too"
		f.Remedy = "see user namespaces, or be root"
	}
	p.add(f)
	return f
}

// examineCgroupKill looks whether a cgroup could be made for a sandbox whose
// cgroup.kill ends all that is in it.
func (p *place) examineCgroupKill() Finding {
	const remedy = "delegate a cgroup: systemd-run --user --scope -p Delegate=yes, or a writable /sys/fs/cgroup in the container"
	f := Finding{Area: treeArea, Name: "cgroup.kill", Since: "5.14", Effect: "a cgroup cannot end a sandbox's processes"}
	dir, ok := p.cgroup()
	switch {
	case p.version != 0 && !p.has(f.Since):
		f.State, f.Found, f.Remedy = Missing, "Linux "+p.release+" lacks it", "Linux 5.14 or newer is needed"
	case !ok && p.read("/proc/self/cgroup") == "":
		f.State, f.Found, f.Remedy = Unknown, "/proc/self/cgroup cannot be read", "mount /proc"
	case !ok:
		f.State, f.Found, f.Remedy = Missing, "no cgroup of version 2 is mounted where this process is", "mount cgroup2 at /sys/fs/cgroup"
	case !p.writable(dir) || !p.writable(dir+"/cgroup.procs"):
		f.State, f.Found, f.Remedy = Limited, "the cgroup of this process is not its to divide: "+dir, remedy
	default:
		f.Found, f.Effect = "a cgroup can be made below "+dir, ""
	}
	p.add(f)
	return f
}

// cgroup returns the directory of this process's cgroup of version 2.
func (p *place) cgroup() (dir string, ok bool) {
	for line := range strings.Lines(p.read("/proc/self/cgroup") + "\n") {
		path, unified := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !unified {
			continue
		}
		for mount := range strings.Lines(p.read("/proc/self/mountinfo") + "\n") {
			before, after, _ := strings.Cut(mount, " - ")
			fields := strings.Fields(before)
			if !strings.HasPrefix(after, "cgroup2 ") || len(fields) < 5 {
				continue
			}
			below, inside := strings.CutPrefix(path, strings.TrimSuffix(fields[3], "/"))
			if dir := fields[4] + strings.TrimSuffix(below, "/"); inside && p.exists(dir+"/cgroup.procs") {
				return dir, true
			}
		}
	}
	return "", false
}

// examineProcesses asks for what watchers of processes need.
func (p *place) examineProcesses() {
	var s script
	s.call(unix.SYS_PRCTL, unix.PR_SET_CHILD_SUBREAPER, 1)
	s.call(unix.SYS_PIDFD_OPEN, 0, 0) // no process has this number: EINVAL
	o := p.attempt(&s)
	p.add(p.judge(feature{
		area: treeArea, name: "subreapers", since: "3.4",
		absent: []syscall.Errno{unix.EINVAL},
		found:  "orphans of a sandbox can be found", effect: "orphans of a sandbox cannot be found",
	}, o, 0))
	p.add(p.judge(feature{
		area: treeArea, name: "pidfds", since: "5.3",
		present: []syscall.Errno{unix.EINVAL},
		found:   "processes can be watched and ended without mistaking one for another", effect: "two watchers cannot watch each other",
	}, o, 1))
}
