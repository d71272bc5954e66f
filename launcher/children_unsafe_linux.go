//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// How an ending finds children, and kills them. The contract of enter holds.

// maxPID is the highest id that a process can have (PID_MAX_LIMIT,
// linux/threads.h).
const maxPID = 1 << 22

// ownChildren lists the children of the thread that opens it
// (CONFIG_PROC_CHILDREN, which most kernels have; Linux 3.17). It is relative to
// /proc.
var ownChildren = [...]byte{'t', 'h', 'r', 'e', 'a', 'd', '-', 's', 'e', 'l', 'f', '/', 'c', 'h', 'i', 'l', 'd', 'r', 'e', 'n', 0}

// openChildren has the list of this thread's children take the place of /proc,
// the descriptor of which children is before. It is for before the program runs,
// which could mount over it. If that fails, nothing is ever listed.
//
//go:nosplit
//go:norace
func (e *ending) openChildren() {
	fd := systemCall(unix.SYS_OPENAT, uintptr(e.children), uintptr(unsafe.Pointer(&ownChildren)), unix.O_RDONLY|unix.O_CLOEXEC, 0, 0, 0)
	if failed(fd) == 0 && fd != 0 { // 0 is open already, so it is faked
		systemCall(unix.SYS_DUP3, fd, uintptr(e.children), unix.O_CLOEXEC, 0, 0, 0)
		systemCall(unix.SYS_CLOSE, fd, 0, 0, 0, 0, 0)
	}
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
		return false
	}
	return true
}

// killListed kills the children that a file of /proc lists, and returns how many
// were alive and could be killed. It also reports whether any child is listed, as
// those that have ended are, too.
//
//go:nosplit
//go:norace
func (e *ending) killListed(fd uintptr) (alive int32, listed bool) {
	id, offset := int32(0), uintptr(0)
	for {
		n := systemCall(unix.SYS_PREAD64, fd, uintptr(unsafe.Pointer(&e.buffer)), uintptr(len(e.buffer)), offset, 0, 0)
		if failed(n) == uint32(syscall.EINTR) {
			continue
		}
		if failed(n) != 0 || n == 0 || n > uintptr(len(e.buffer)) {
			return alive, listed
		}
		offset += n
		for i := range int(n) {
			if c := e.buffer[i]; c >= '0' && c <= '9' {
				id = id*10 + int32(c-'0')
				continue
			}
			if id != 0 {
				e.count++
				if e.killChild(id) {
					alive++
				}
				listed = listed || e.known
			}
			id = 0
		}
	}
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
			alive++
			e.awaitEnd(alive)
			if !e.haveLiving() {
				break
			}
		}
	}
	return alive
}

// killChild kills a process if it is a child of this one and alive, and reports
// whether it was. Those that it may not kill it leaves aside: they must not keep
// others alive.
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
	if e.gone && id == e.spared {
		e.known = true
		return false
	}
	e.info.pid = 0
	switch failed(e.waitid(unix.P_PID, id, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG|e.kinds())) {
	case 0:
		e.known = true
		return e.info.pid == 0
	case uint32(syscall.ECHILD):
		e.known = false
		return false
	}
	r := e.wait4(id, unix.WNOHANG|e.kinds())
	e.known = failed(r) == 0
	return r == 0
}
