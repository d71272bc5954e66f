//go:build amd64 || arm64

package launcher

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

var one = [...]byte{'1'}

// kill has the kernel kill all processes in the cgroup, also those that are
// being made. The contract of enter holds.
//
//go:nosplit
//go:norace
func (c *cgroup) kill() {
	if c.used {
		systemCall(unix.SYS_WRITE, uintptr(c.ends), uintptr(unsafe.Pointer(&one)), 1, 0, 0, 0)
	}
}

// removeOwn removes the cgroup if there is none in it: otherwise the error is
// EBUSY, as it is while a process is.
//
//go:nosplit
//go:norace
func (c *cgroup) removeOwn() (errno uint32) {
	return failed(systemCall(unix.SYS_UNLINKAT, uintptr(c.dir), address(c.name), unix.AT_REMOVEDIR, 0, 0, 0))
}

var procs = [...]byte{'c', 'g', 'r', 'o', 'u', 'p', '.', 'p', 'r', 'o', 'c', 's', 0}

// zero is the process that writes it, to cgroup.procs.
var zero = [...]byte{'0'}

// join moves this process into the cgroup, and reports whether it did: for a child
// that clonedInto cannot make there. Since 6.14, and 6.12 stable up to 6.12.114,
// Linux kills such a child before its first instruction if cgroup.kill of its
// parent's cgroup was ever written, be it when that was empty: it compares how
// often that was done with how often for the child's cgroup (cgroup_css_set_fork
// and cgroup_post_fork, kernel/cgroup/cgroup.c).
//
//go:nosplit
//go:norace
func (c *cgroup) join() bool {
	fd := systemCall(unix.SYS_OPENAT, uintptr(c.own), uintptr(unsafe.Pointer(&procs)), unix.O_WRONLY|unix.O_CLOEXEC, 0, 0, 0)
	if failed(fd) != 0 || fd < 3 { // less is faked: those are open always in a Go program
		return false
	}
	written := systemCall(unix.SYS_WRITE, fd, uintptr(unsafe.Pointer(&zero)), 1, 0, 0, 0)
	systemCall(unix.SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	return written == 1
}

// reap waits for a child that was killed. No signal disturbs that: the watcher has
// all blocked.
//
//go:nosplit
//go:norace
func reap(pid uintptr) { systemCall(unix.SYS_WAIT4, pid, 0, unix.WALL, 0, 0, 0) }
