//go:build amd64 || arm64

package launcher

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// spawn makes the program's process, which carries out the plan, and returns when
// that has executed the command or is dead: CLONE_VFORK waits for that. So the
// report is complete when it returns.
//
// Until then the two share their memory (CLONE_VM), which saves the copying of
// page tables and all the faults that come of it. The child has a stack of its own,
// and by the contract of enter it writes nowhere else but to the plan and the
// report. They share the table of descriptors, too (CLONE_FILES): so the child's
// listener becomes one of the parent's.
//
// spawn stays on its thread, as replace does. Signals are blocked from before the
// child exists, so that no handler of Go's runs in it. The scheduler does not know
// that this thread waits: that is well under a millisecond.
//
//go:nosplit
//go:norace
func (pl *plan) spawn(r *report) (pid uintptr, errno uint32) {
	all, old := ^uint64(0), uint64(0)
	watcher := pl.watch != nil // has all blocked, for good
	if !watcher {
		if errno = setSignalMask(&all, &old); errno != 0 {
			return 0, errno
		}
	}
	pid = pl.spawned(r)
	if !watcher {
		setSignalMask(&old, nil)
	}
	if pid == 0 { // a filter around this process has faked it
		return 0, uint32(syscall.EPERM)
	}
	return pid, failed(pid)
}

// spawned makes the process in the cgroup for it, if there is one. If that is not
// to be had after all, there is none.
//
//go:nosplit
//go:norace
func (pl *plan) spawned(r *report) (pid uintptr) {
	if pl.watch == nil || !pl.watch.ending.cgroup.used {
		return pl.cloned(r)
	}
	c := &pl.watch.ending.cgroup
	pid = pl.clonedInto(c, r)
	if pid != 0 && failed(pid) == 0 {
		if r.step != stepProcess {
			return pid
		}
		pl.watch.joins = true // it was killed before it did anything: see join
		reap(pid)
	}
	pid = pl.cloned(r)
	if !r.joined {
		c.used = false
		c.removeOwn()
	}
	return pid
}

// become is the life of the child that spawn has made. It does not return.
//
//go:nosplit
//go:norace
func (pl *plan) become(r *report) {
	if pl.watch != nil && pl.watch.joins {
		r.joined = pl.watch.ending.cgroup.join()
	}
	pl.enter(r)
	if r.step != stepExecve || pl.mayExit {
		systemCall(unix.SYS_EXIT_GROUP, StatusFailed, 0, 0, 0, 0, 0)
	}
	crash()
}

// forkWatcher makes the watcher, and returns at once. The watcher has a copy of
// the memory and only this thread, so that it can outlive this process. As for the
// rest, see spawn.
//
//go:nosplit
//go:norace
func (pl *plan) forkWatcher(r *report) (pid uintptr, errno uint32) {
	pid, errno = pl.forked()
	if pid == 0 && errno == 0 {
		pl.watchOver(r)
	}
	return pid, errno
}

// forked makes a child, in which it returns 0 and 0.
//
//go:nosplit
//go:norace
func (pl *plan) forked() (pid uintptr, errno uint32) {
	all, old := ^uint64(0), uint64(0)
	if errno = setSignalMask(&all, &old); errno != 0 {
		return 0, errno
	}
	pl.child = 0
	// The address of the id is the fourth argument on amd64, and the fifth on
	// arm64; there, the other is not looked at.
	id := pl.childAddress()
	pid = systemCall(unix.SYS_CLONE, unix.CLONE_CHILD_SETTID|uintptr(unix.SIGCHLD), 0, 0, id, id, 0)
	if pid == 0 && pl.child != 0 {
		return 0, 0
	}
	setSignalMask(&old, nil)
	if pid == 0 { // a filter around this process has faked it
		return 0, uint32(syscall.EPERM)
	}
	return pid, failed(pid)
}
