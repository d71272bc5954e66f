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
// It never waits for one process alone. A zombie that is traced is shown to its
// tracer only, until that lets go: it may be the child of another that is to be
// killed, and not be this process's child before.
//
// Its methods are bound by the contract of enter, for the watcher: they neither
// allocate nor grow the stack.
type ending struct {
	cgroup   cgroup
	children int32  // the list of this thread's children: see openChildren
	signals  int32  // a signalfd for SIGCHLD, or 0 for none
	killed   int32  // how many processes it has killed and reaped
	struck   int32  // how many it has reaped that SIGSYS has ended
	errno    uint32 // why one that is left could not be killed, or 0

	spared int32 // the id of a process that does not count as killed
	gone   bool  // that has ended, be it shown to this process or not
	opened bool  // there is a pidfd of it
	pidfd  int32

	before   int32 // how many were killed when awaitEnd was called last
	patience int64 // of awaitEnd, in ns
	poll     [2]unix.PollFd

	ordinary bool // children that send no signal when they end are left alone

	known  bool          // by lives
	count  int32         // by killListed: how many are listed
	quiet  int32         // by settled: the same, when none could be killed
	now    unix.Timespec // by overdue
	since  int64         // by overdue: when it was first asked, in s
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

// killAll kills all children of this thread, and what becomes its child by
// that. Where /proc does not list them, each id is tried.
//
//go:nosplit
//go:norace
func (e *ending) killAll() {
	e.cgroup.kill()
	e.quiet, e.since = 0, 0
	for e.begin() {
		if alive, listed := e.killListed(uintptr(e.children)); !e.again(alive, listed) {
			return
		}
	}
}

// begin begins a pass through the children, unless none is left to kill.
//
//go:nosplit
//go:norace
func (e *ending) begin() bool {
	e.count, e.errno = 0, 0
	return e.knowsChildren() && e.haveLiving()
}

// again is asked after a pass through the list of children, by whether any were
// listed, and how many of them were alive and could be killed. It waits for what
// that has changed, or reports that nothing is left to kill.
//
//go:nosplit
//go:norace
func (e *ending) again(alive int32, listed bool) bool {
	settled := e.settled(alive, listed)
	switch {
	case e.errno != 0 && (settled || e.overdue()):
		return false
	case settled, alive == 0 && (!listed || e.patience >= longestWait):
		// Before anything is left alone, it is to be certain that no list has
		// kept anything back.
		if alive = e.killTried(); alive == 0 && (e.gone || e.errno != 0) {
			return false
		}
	}
	e.awaitEnd(alive)
	return true
}

// settled reports whether it seems that what is left cannot be ended: processes
// that this one may not kill, or the spared process, which has ended, and is held
// by a tracer that is not below this process.
//
// One that was listed may have left children behind since. So none must have been
// there to be killed in two passes, without another in the second.
//
//go:nosplit
//go:norace
func (e *ending) settled(alive int32, listed bool) bool {
	if !e.gone && e.errno == 0 || !listed || alive != 0 {
		e.quiet = 0
		return false
	}
	same := e.quiet == e.count
	e.quiet = e.count
	return same
}

// overdue reports whether it was asked for the first time long ago. A process
// that cannot be killed could make others that can be, without end.
//
//go:nosplit
//go:norace
func (e *ending) overdue() bool {
	const most = 10 // s
	systemCall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_MONOTONIC, uintptr(unsafe.Pointer(&e.now)), 0, 0, 0, 0)
	if e.since == 0 {
		e.since = e.now.Sec
	}
	return e.now.Sec-e.since > most
}

// haveLiving reports whether there is a child that has not ended: only such a
// one could stop. Where a filter around this process denies waitid, wait4 has to
// do, which reaps.
//
//go:nosplit
//go:norace
func (e *ending) haveLiving() bool {
	switch failed(e.waitid(unix.P_ALL, 0, unix.WSTOPPED|unix.WNOWAIT|unix.WNOHANG|e.kinds())) {
	case 0:
		return true
	case uint32(syscall.ECHILD):
		return false
	}
	return e.reapZombies()
}

// How long awaitEnd waits at most, in nanoseconds.
const (
	shortestWait = 1e6
	longestWait  = 64e6
)

// awaitEnd waits for a change after a pass that has killed so many, but not for
// long: not every change is told of. Who has nobody to kill any more and waits
// for the kernel, as for a process that a failed disk holds, takes its time.
//
//go:nosplit
//go:norace
func (e *ending) awaitEnd(killed int32) {
	e.patience = min(2*e.patience, longestWait)
	if killed != e.before || e.patience == 0 {
		e.patience = shortestWait
	}
	e.before = killed
	e.poll[0] = unix.PollFd{Fd: -1}
	if e.signals != 0 {
		e.poll[0] = unix.PollFd{Fd: e.signals, Events: unix.POLLIN}
	}
	e.poll[1] = unix.PollFd{Fd: -1}
	if e.opened {
		e.poll[1] = unix.PollFd{Fd: e.pidfd, Events: unix.POLLIN}
	}
	wait := unix.Timespec{Nsec: e.patience}
	systemCall(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&e.poll)), uintptr(len(e.poll)), uintptr(unsafe.Pointer(&wait)), 0, 0, 0)
	if e.poll[0].Revents != 0 {
		systemCall(unix.SYS_READ, uintptr(e.signals), uintptr(unsafe.Pointer(&e.buffer)), uintptr(len(e.buffer)), 0, 0, 0)
		e.patience = 0
	}
	e.sawEnd(e.poll[1].Revents)
}

// openSpared has the spared process's end be seen that is not shown: a pidfd can
// be read from then on, whoever traces the process (Linux 5.3).
//
//go:nosplit
//go:norace
func (e *ending) openSpared() {
	fd := systemCall(unix.SYS_PIDFD_OPEN, uintptr(e.spared), 0, 0, 0, 0, 0)
	if failed(fd) == 0 {
		e.pidfd, e.opened = int32(fd), true
	}
}

// sawEnd takes what poll says of that pidfd. Once it has been of use, it is not
// looked at again, nor if it was none (POLLNVAL), as a filter around this process
// can have it.
//
//go:nosplit
//go:norace
func (e *ending) sawEnd(events int16) {
	if events != 0 {
		e.gone, e.opened = events&unix.POLLIN != 0, false
	}
}

// reapZombies reaps the children that have ended, and reports whether there are
// others.
//
//go:nosplit
//go:norace
func (e *ending) reapZombies() (others bool) {
	for {
		id := e.wait4(-1, unix.WNOHANG|e.kinds())
		switch {
		case id == 0:
			return true
		case failed(id) != 0 && failed(id) != uint32(syscall.EINTR):
			return false
		}
	}
}

// kinds returns the option of wait4(2) for the children that are concerned. All of
// those that were another process's before are ordinary ones: the kernel sees to
// that (reparent_leader, kernel/exit.c).
//
//go:nosplit
//go:norace
func (e *ending) kinds() uintptr {
	if e.ordinary {
		return 0
	}
	return unix.WALL
}

//go:nosplit
//go:norace
func (e *ending) waitid(kind uintptr, id int32, options uintptr) uintptr {
	return systemCall(unix.SYS_WAITID, kind, uintptr(id), uintptr(unsafe.Pointer(&e.info)), options, 0, 0)
}

// wait4 reaps a child, and counts it if SIGKILL or SIGSYS has ended it.
//
//go:nosplit
//go:norace
func (e *ending) wait4(id int32, options uintptr) uintptr {
	e.status = 0
	reaped := systemCall(unix.SYS_WAIT4, uintptr(id), uintptr(unsafe.Pointer(&e.status)), options, 0, 0, 0)
	if failed(reaped) == 0 && reaped != 0 && reaped != uintptr(e.spared) {
		switch e.status & 0x7f {
		case uint32(unix.SIGKILL):
			e.killed++
		case uint32(unix.SIGSYS):
			e.struck++
		}
	}
	return reaped
}
