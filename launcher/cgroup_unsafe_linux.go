//go:build amd64 || arm64

package launcher

import (
	"syscall"
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

// remove removes the cgroup, which nothing is in any more, and those that the
// program has made in it. That is bounded: of cgroups below each other some 90
// are removed, of those beside each other thousands. The contract of enter holds.
//
// It never leaves the cgroup: not by a link, a mount or the path of a directory
// that was there before.
//
//go:nosplit
//go:norace
func (c *cgroup) remove(entries *[4096]byte) {
	if !c.used {
		return
	}
	removed := true
	for most := 4096; most > 0 && removed && c.removeOwn() == uint32(syscall.EBUSY); {
		removed = false
		dir := openBelow(uintptr(c.own), &itself[0])
		for failed(dir) == 0 {
			into := ^uintptr(0)
			for name := firstBelow(dir, entries); name != nil && most > 0; name = firstBelow(dir, entries) {
				most--
				errno := failed(systemCall(unix.SYS_UNLINKAT, dir, uintptr(unsafe.Pointer(name)), unix.AT_REMOVEDIR, 0, 0, 0))
				if errno != 0 {
					// It has cgroups in it: those first, and then from the top.
					into = openBelow(dir, name)
					break
				}
				removed = true
			}
			systemCall(unix.SYS_CLOSE, dir, 0, 0, 0, 0, 0)
			dir = into
		}
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

// below has openat2 (Linux 5.6) open a directory, and nothing that is elsewhere.
var below = unix.OpenHow{
	Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
	Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
}

var itself = [...]byte{'.', 0}

// openBelow opens a directory in another. Descriptor 0 is not believed, as a
// filter around this process can fake that, and it may be somebody's directory
// here. In the watcher it may be a true one: there it stays open, and the next is
// another.
//
//go:nosplit
//go:norace
func openBelow(dir uintptr, name *byte) (fd uintptr) {
	for range 2 {
		fd = systemCall(unix.SYS_OPENAT2, dir, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&below)), unix.SizeofOpenHow, 0, 0)
		if fd != 0 {
			return fd
		}
	}
	return ^uintptr(0)
}

// firstBelow returns the name of the first cgroup in a directory, or nil. What
// else is in the directory are the kernel's files.
//
//go:nosplit
//go:norace
func firstBelow(dir uintptr, entries *[4096]byte) (name *byte) {
	const reclen, kind, start = 16, 18, 19 // of struct linux_dirent64
	systemCall(unix.SYS_LSEEK, dir, 0, unix.SEEK_SET, 0, 0, 0)
	for {
		n := systemCall(unix.SYS_GETDENTS64, dir, uintptr(unsafe.Pointer(entries)), uintptr(len(entries)), 0, 0, 0)
		if failed(n) != 0 || n == 0 || n > uintptr(len(entries)) {
			return nil
		}
		for at := uintptr(0); at+start < n; {
			length := uintptr(entries[at+reclen]) | uintptr(entries[at+reclen+1])<<8
			if entries[at+kind] == unix.DT_DIR && !isDot(entries, at+start) {
				return &entries[at+start]
			}
			if length == 0 {
				return nil
			}
			at += length
		}
	}
}

// isDot reports whether a name is that of a directory itself or of the one above.
//
//go:nosplit
//go:norace
func isDot(entries *[4096]byte, at uintptr) bool {
	return at+2 < uintptr(len(entries)) && entries[at] == '.' && (entries[at+1] == 0 || entries[at+1] == '.' && entries[at+2] == 0)
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

var procs = [...]byte{'c', 'g', 'r', 'o', 'u', 'p', '.', 'p', 'r', 'o', 'c', 's', 0}

// zero is the process that writes it, to cgroup.procs.
var zero = [...]byte{'0'}

// join moves this process into the cgroup, and reports whether it did: for a child
// that cloneInto cannot make there. Since 6.14, and 6.12 stable up to 6.12.114,
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

// reap waits for a child that was killed.
//
//go:nosplit
//go:norace
func reap(pid uintptr) {
	for failed(systemCall(unix.SYS_WAIT4, pid, 0, unix.WALL, 0, 0, 0)) == uint32(syscall.EINTR) {
	}
}
