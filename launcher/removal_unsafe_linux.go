//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A removal walks through the cgroups that a program has made in its own, and
// removes each when it has been in it. It keeps nothing of the way that it went:
// it comes back by "..", which leads where it came from, as cgroups of version 2
// cannot be moved (kernfs), and goes on behind the one that it comes from, which
// it knows by its inode.
//
// It never leaves the cgroup where it begins: not by a link or a mount on the way
// down, and not upwards, as it counts.
//
// Its methods are bound by the contract of enter.
type removal struct {
	dir   uintptr // where it is
	depth int     // how far below the cgroup
	inode uint64  // of dir, or 0
	past  uint64  // the inode of the one in dir that it comes from, or 0
	most  int     // how many more may be tried
	until int64   // when it stops, in ns
}

// What a removal is bounded by. As many take about three seconds where nothing
// else is to be done.
const (
	mostRemovals = 1 << 16
	longRemoval  = 3 * time.Second
)

// remove removes the cgroup, which nothing is in any more, and those that the
// program has made in it. What cannot be removed stays, with what it is in. The
// contract of enter holds.
//
//go:nosplit
//go:norace
func (c *cgroup) remove(entries *[4096]byte) {
	if !c.used || c.removeOwn() != uint32(syscall.EBUSY) {
		return
	}
	r := removal{most: mostRemovals, until: clock() + int64(longRemoval)}
	r.dir = openAllowed(uintptr(c.own), &itself[0], &below)
	for failed(r.dir) == 0 {
		next := r.pass(entries)
		if failed(next) != 0 {
			next = r.up()
		}
		systemCall(unix.SYS_CLOSE, r.dir, 0, 0, 0, 0, 0)
		r.dir = next
	}
	c.removeOwn()
}

// pass removes what is in the directory, from where it has come from, and returns
// the first that has to be entered before, opened; or an error at the end. What
// else is in the directory are the kernel's files.
//
//go:nosplit
//go:norace
func (r *removal) pass(entries *[4096]byte) (into uintptr) {
	const reclen, kind, start = 16, 18, 19 // of struct linux_dirent64
	r.inode = 0
	for {
		n := systemCall(unix.SYS_GETDENTS64, r.dir, uintptr(unsafe.Pointer(entries)), uintptr(len(entries)), 0, 0, 0)
		if failed(n) != 0 || n == 0 || n > uintptr(len(entries)) {
			return ^uintptr(0)
		}
		for at := uintptr(0); at+start < n; {
			inode, name := *(*uint64)(unsafe.Pointer(&entries[at])), &entries[at+start]
			switch {
			case entries[at+kind] != unix.DT_DIR:
			case isDot(entries, at+start):
				if entries[at+start+1] == 0 {
					r.inode = inode
				}
			case r.past == 0 || inode == r.past:
				entered := r.past != 0
				r.past = 0
				if r.most--; r.most < 0 || clock() > r.until {
					r.most = 0
					return ^uintptr(0)
				}
				if r.unlink(name) || entered {
					break
				}
				if into = r.enter(name); failed(into) == 0 {
					r.depth++
					return into
				}
			}
			length := uintptr(entries[at+reclen]) | uintptr(entries[at+reclen+1])<<8
			if length == 0 {
				return ^uintptr(0)
			}
			at += length
		}
	}
}

// unlink removes a cgroup in the directory, and reports whether it did.
//
//go:nosplit
//go:norace
func (r *removal) unlink(name *byte) bool {
	for range 2 {
		errno := failed(systemCall(unix.SYS_UNLINKAT, r.dir, uintptr(unsafe.Pointer(name)), unix.AT_REMOVEDIR, 0, 0, 0))
		if errno != uint32(syscall.EACCES) {
			return errno == 0
		}
		allow(r.dir)
	}
	return false
}

// enter opens a cgroup in the directory. One that its mode keeps from being read
// cannot be opened for that to be changed, which so needs fchmodat2 (Linux 6.6).
//
//go:nosplit
//go:norace
func (r *removal) enter(name *byte) (fd uintptr) {
	fd = openBelow(r.dir, name, &below)
	if failed(fd) != uint32(syscall.EACCES) {
		return fd
	}
	at := openBelow(r.dir, name, &placeBelow)
	if failed(at) != 0 {
		return at
	}
	systemCall(unix.SYS_FCHMODAT2, at, uintptr(unsafe.Pointer(&empty)), allAllowed, unix.AT_EMPTY_PATH, 0, 0)
	fd = openBelow(at, &itself[0], &below)
	systemCall(unix.SYS_CLOSE, at, 0, 0, 0, 0, 0)
	return fd
}

// up opens what the directory is in, unless it is the cgroup itself.
//
//go:nosplit
//go:norace
func (r *removal) up() (fd uintptr) {
	if r.depth == 0 || r.most == 0 || r.inode == 0 {
		return ^uintptr(0)
	}
	r.depth--
	r.past = r.inode
	return openAllowed(r.dir, &dotDot[0], &above)
}

// openAllowed opens a directory from another, which may have to be allowed.
//
//go:nosplit
//go:norace
func openAllowed(dir uintptr, name *byte, how *unix.OpenHow) (fd uintptr) {
	fd = openBelow(dir, name, how)
	if failed(fd) == uint32(syscall.EACCES) {
		allow(dir)
		fd = openBelow(dir, name, how)
	}
	return fd
}

// allAllowed is the mode of a directory whose owner may do all that there is.
const allAllowed = 0o700

// allow has a directory's mode not keep its owner from anything.
//
//go:nosplit
//go:norace
func allow(dir uintptr) { systemCall(unix.SYS_FCHMOD, dir, allAllowed, 0, 0, 0, 0) }

const (
	directory = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC
	notAway   = unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV
)

// How openat2 (Linux 5.6) opens a directory, and nothing that is elsewhere.
var (
	below      = unix.OpenHow{Flags: directory, Resolve: notAway | unix.RESOLVE_BENEATH}
	placeBelow = unix.OpenHow{Flags: directory | unix.O_PATH, Resolve: notAway | unix.RESOLVE_BENEATH}
	above      = unix.OpenHow{Flags: directory, Resolve: notAway}
)

var (
	itself = [...]byte{'.', 0}
	dotDot = [...]byte{'.', '.', 0}
	empty  = [...]byte{0}
)

// openBelow opens a directory from another. Descriptor 0 is not believed, as a
// filter around this process can fake that, and it may be somebody's directory
// here. In the watcher it may be a true one: there it stays open, and the next is
// another.
//
//go:nosplit
//go:norace
func openBelow(dir uintptr, name *byte, how *unix.OpenHow) (fd uintptr) {
	for range 2 {
		fd = systemCall(unix.SYS_OPENAT2, dir, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(how)), unix.SizeofOpenHow, 0, 0)
		if fd != 0 {
			return fd
		}
	}
	return ^uintptr(0)
}

// isDot reports whether a name is that of a directory itself or of the one above.
//
//go:nosplit
//go:norace
func isDot(entries *[4096]byte, at uintptr) bool {
	return at+2 < uintptr(len(entries)) && entries[at] == '.' && (entries[at+1] == 0 || entries[at+1] == '.' && entries[at+2] == 0)
}

// clock returns a time in ns that is of use against another, or 0 if a filter
// around this process denies that.
//
//go:nosplit
//go:norace
func clock() int64 {
	var now unix.Timespec
	if failed(systemCall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&now)), 0, 0, 0, 0)) != 0 {
		return 0
	}
	return now.Sec*1e9 + now.Nsec
}
