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

// remove removes the cgroup, which nothing is in any more. The contract of enter
// holds.
//
//go:nosplit
//go:norace
func (c *cgroup) remove() {
	if c.used {
		systemCall(unix.SYS_UNLINKAT, uintptr(c.dir), address(c.name), unix.AT_REMOVEDIR, 0, 0, 0)
	}
}

// cloneArgs is struct clone_args as of Linux 5.7 (linux/sched.h).
type cloneArgs struct {
	flags      uint64
	_, child   uint64
	_          uint64
	exitSignal uint64
	_, _, _    uint64
	_, _       uint64
	cgroup     uint64
}

// cloneInto makes a child in a cgroup, as clone does elsewhere. To make it and
// move it would take milliseconds: the kernel waits for all processors then
// (cgroup_threadgroup_rwsem).
//
//go:nosplit
//go:norace
func (pl *plan) cloneInto(c *cgroup, flags uintptr) uintptr {
	args := cloneArgs{
		flags:      uint64(flags) | unix.CLONE_INTO_CGROUP | unix.CLONE_CHILD_SETTID,
		child:      uint64(pl.childAddress()),
		exitSignal: uint64(unix.SIGCHLD),
		cgroup:     uint64(c.own),
	}
	return systemCall(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args), 0, 0, 0, 0)
}
