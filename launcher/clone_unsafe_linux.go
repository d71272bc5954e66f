//go:build amd64 || arm64

package launcher

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// spawnFlags are those of clone for the program's process: see spawn.
const spawnFlags = unix.CLONE_VFORK | unix.CLONE_VM | unix.CLONE_FILES

// A childStack is what the program's process runs on until it executes the
// program. It is the stack of functions that may not grow theirs, for which 800
// bytes have to do anywhere (the linker sees to that), and of become.
type childStack [4096]byte

// top returns where the stack starts, to grow downwards: 16 bytes are what both
// architectures want it to be aligned to.
//
//go:nosplit
func (s *childStack) top() uintptr {
	return (uintptr(unsafe.Pointer(s)) + unsafe.Sizeof(*s)) &^ 15
}

// cloneOnto makes a system call that makes a child, which runs (*plan).become on
// the stack that it was given. It returns what the kernel does: minus an errno; 0
// if a filter around this process has faked the call, as the child does not
// return.
//
//go:noescape
func cloneOnto(nr, a, b, c, d uintptr, pl *plan, r *report) (pid uintptr)

// startChild is what a child of cloneOnto calls.
//
//lint:ignore U1000 called from assembly
//go:nosplit
//go:norace
func startChild(pl *plan, r *report) { pl.become(r) }

// cloned makes a child by clone.
//
//go:nosplit
//go:norace
func (pl *plan) cloned(r *report) (pid uintptr) {
	return cloneOnto(unix.SYS_CLONE, spawnFlags|uintptr(unix.SIGCHLD), pl.stack.top(), 0, 0, pl, r)
}

// cloneArgs is struct clone_args as of Linux 5.7 (linux/sched.h).
type cloneArgs struct {
	flags      uint64
	_, _, _    uint64
	exitSignal uint64
	stack      uint64
	stackSize  uint64
	_          uint64
	_, _       uint64
	cgroup     uint64
}

// clonedInto makes a child in a cgroup by clone3. To make it and move it would
// take milliseconds: the kernel waits for all processors then
// (cgroup_threadgroup_rwsem).
//
//go:nosplit
//go:norace
func (pl *plan) clonedInto(c *cgroup, r *report) (pid uintptr) {
	args := cloneArgs{
		flags:      spawnFlags | unix.CLONE_INTO_CGROUP,
		exitSignal: uint64(unix.SIGCHLD),
		stack:      uint64(uintptr(unsafe.Pointer(pl.stack))),
		stackSize:  uint64(pl.stack.top() - uintptr(unsafe.Pointer(pl.stack))),
		cgroup:     uint64(c.own),
	}
	return cloneOnto(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args), 0, 0, pl, r)
}
