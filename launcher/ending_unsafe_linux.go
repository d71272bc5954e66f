//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An ending ends all children of this process, and so, as this process is a
// subreaper, all that descend from them: what a dying process leaves behind
// becomes this one's child.
//
// What it has killed it leaves as zombies until nothing lives any more. A zombie
// counts for RLIMIT_NPROC and in a pids cgroup, so a fork bomb that has reached
// its limit gains nothing by the death of a part of it.
//
// Its methods are bound by the contract of enter, for the watcher: they neither
// allocate nor grow the stack.
type ending struct {
	cgroup cgroup
	killed int32  // how many processes it has killed and reaped
	errno  uint32 // why one could not be killed, or 0

	spared int32 // the id of a process that does not count as killed
	known  bool  // by lives
	info   siginfo
	status uint32 // of wait4
	buffer [4096]byte
}

// siginfo is siginfo_t as waitid fills it in, on 64-bit machines.
type siginfo struct {
	signal, _ int32
	code      int32 // CLD_*
	_         int32
	pid       int32 // 0: no child is as was asked for
	_         uint32
	status    int32 // an exit code or a signal
	_         [100]byte
}

// maxPID is the highest id that a process can have (PID_MAX_LIMIT,
// linux/threads.h).
const maxPID = 1 << 22

// ownChildren lists the children of the thread that reads it
// (CONFIG_PROC_CHILDREN, which most kernels have).
var ownChildren = [...]byte{'/', 'p', 'r', 'o', 'c', '/', 't', 'h', 'r', 'e', 'a', 'd', '-', 's', 'e', 'l', 'f', '/', 'c', 'h', 'i', 'l', 'd', 'r', 'e', 'n', 0}

// killAll kills all children of this thread, and what becomes its child by
// that. Where /proc does not list them, or lists another pid namespace's, each
// id is tried.
//
//go:nosplit
//go:norace
func (e *ending) killAll() {
	e.cgroup.kill()
	for e.knowsChildren() && e.haveLiving() {
		alive, listed := e.killListed(&ownChildren[0])
		if !listed {
			alive = e.killTried()
		}
		if alive != 0 {
			e.awaitEnd(alive)
		}
	}
}

// haveLiving reports whether there is a child that has not ended: only such a
// one could stop. Where a filter around this process denies waitid, wait4 has to
// do, which reaps.
//
//go:nosplit
//go:norace
func (e *ending) haveLiving() bool {
	switch failed(e.waitid(unix.P_ALL, 0, unix.WSTOPPED|unix.WNOWAIT|unix.WNOHANG|unix.WALL)) {
	case 0:
		return true
	case uint32(syscall.ECHILD):
		return false
	}
	return e.reapZombies()
}

// knowsChildren sees to it that no filter around this process has every process
// look like a child that can be killed. This one is not its own child.
//
//go:nosplit
//go:norace
func (e *ending) knowsChildren() bool {
	self := systemCall(unix.SYS_GETPID, 0, 0, 0, 0, 0, 0)
	if failed(self) != 0 || self == 0 || e.lives(int32(self)) {
		e.errno = uint32(syscall.EPERM)
	}
	return e.errno == 0
}

// killListed kills the children that a file of /proc lists, and returns the id
// of one that was alive, or 0. It also reports whether any child is listed, as
// those that have ended are, too.
//
//go:nosplit
//go:norace
func (e *ending) killListed(path *byte) (alive int32, listed bool) {
	const here = ^uintptr(99) // AT_FDCWD, -100
	fd := systemCall(unix.SYS_OPENAT, here, uintptr(unsafe.Pointer(path)), unix.O_RDONLY|unix.O_CLOEXEC, 0, 0, 0)
	if failed(fd) != 0 {
		return 0, false
	}
	id := int32(0)
	for {
		n := systemCall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&e.buffer)), uintptr(len(e.buffer)), 0, 0, 0)
		if failed(n) == uint32(syscall.EINTR) {
			continue
		}
		if failed(n) != 0 || n == 0 || n > uintptr(len(e.buffer)) {
			break
		}
		for i := range int(n) {
			if c := e.buffer[i]; c >= '0' && c <= '9' {
				id = id*10 + int32(c-'0')
				continue
			}
			if id != 0 {
				if e.killChild(id) {
					alive = id
				}
				listed = listed || e.known
			}
			id = 0
		}
	}
	systemCall(unix.SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	return alive, listed
}

// killTried does what killListed does without a list: waitid tells a child from
// any other process. It takes seconds to try all ids; what is left behind has
// higher ones than what it was left behind by, mostly, so it is found on the way
// up.
//
//go:nosplit
//go:norace
func (e *ending) killTried() (alive int32) {
	for id := int32(1); id <= maxPID; id++ {
		if e.killChild(id) {
			alive = id
			e.awaitEnd(id)
			if !e.haveLiving() {
				break
			}
		}
	}
	return alive
}

// killChild kills a process if it is a child of this one and alive, and reports
// whether it was.
//
//go:nosplit
//go:norace
func (e *ending) killChild(id int32) bool {
	if !e.lives(id) {
		return false
	}
	if errno := failed(systemCall(unix.SYS_KILL, uintptr(id), uintptr(unix.SIGKILL), 0, 0, 0, 0)); errno != 0 {
		e.errno = errno
		return false
	}
	return true
}

// lives reports whether a process is a child that has not ended, and sets known
// to whether it is a child. Where a filter around this process denies waitid,
// wait4 has to do, which reaps.
//
//go:nosplit
//go:norace
func (e *ending) lives(id int32) bool {
	e.info.pid = 0
	switch failed(e.waitid(unix.P_PID, id, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG|unix.WALL)) {
	case 0:
		e.known = true
		return e.info.pid == 0
	case uint32(syscall.ECHILD):
		e.known = false
		return false
	}
	r := e.wait4(id, unix.WNOHANG|unix.WALL)
	e.known = failed(r) == 0
	return r == 0
}

// awaitEnd waits until a child is a zombie, or reaps it where that is not to be
// had.
//
//go:nosplit
//go:norace
func (e *ending) awaitEnd(id int32) {
	for {
		switch failed(e.waitid(unix.P_PID, id, unix.WEXITED|unix.WNOWAIT|unix.WALL)) {
		case uint32(syscall.EINTR):
			continue
		case 0, uint32(syscall.ECHILD):
			return
		}
		if failed(e.wait4(id, unix.WALL)) != uint32(syscall.EINTR) {
			return
		}
	}
}

// reapZombies reaps the children that have ended, and reports whether there are
// others.
//
//go:nosplit
//go:norace
func (e *ending) reapZombies() (others bool) {
	for {
		id := e.wait4(-1, unix.WNOHANG|unix.WALL)
		switch {
		case id == 0:
			return true
		case failed(id) != 0 && failed(id) != uint32(syscall.EINTR):
			return false
		}
	}
}

//go:nosplit
//go:norace
func (e *ending) waitid(kind uintptr, id int32, options uintptr) uintptr {
	return systemCall(unix.SYS_WAITID, kind, uintptr(id), uintptr(unsafe.Pointer(&e.info)), options, 0, 0)
}

// wait4 reaps a child, and counts it if SIGKILL has ended it.
//
//go:nosplit
//go:norace
func (e *ending) wait4(id int32, options uintptr) uintptr {
	e.status = 0
	reaped := systemCall(unix.SYS_WAIT4, uintptr(id), uintptr(unsafe.Pointer(&e.status)), options, 0, 0, 0)
	if failed(reaped) == 0 && reaped != 0 && reaped != uintptr(e.spared) && e.status&0x7f == uint32(unix.SIGKILL) {
		e.killed++
	}
	return reaped
}
