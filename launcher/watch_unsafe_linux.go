//go:build amd64 || arm64

package launcher

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A watch is a process between this one and the program, the watcher. It is a
// copy of this process that never runs Go again: all that it does is bound by
// the contract of enter. It makes the program's process and hands the listener
// over, reaps what becomes an orphan below it, and tells of the program's stops
// and its end. When this process ends, it kills all that is below it; when it
// ends itself, that falls to this process. Both are subreapers for that.
//
// It is in the session and the process group of this process, with all signals
// blocked.
type watch struct {
	channel  int32 // the watcher's end of a socket pair
	theirs   int32 // the other end
	parent   int32 // a pidfd of this process, or -1
	parentID int32 // the id of this process
	signals  int32 // a signalfd for SIGCHLD

	others  [][2]uint32 // what neither the watcher needs nor the program: closed first
	foreign descriptors // all that the watcher does not need: closed in the end

	program  int32 // the program's process
	follows  bool  // whether its stops are told
	stopTold bool  // one was, and not answered
	woke     bool  // this process was continued since, as the program was
	patience int64 // of wakeParent, in ns
	pause    unix.Timespec
	joins    bool // whether the program's process joins the cgroup by itself
	ending   ending
	held     bool          // it has ended, and a tracer holds it
	grace    unix.Timespec // how long it may, yet
	swept    bool          // what it has left behind was ended

	poll    [4]unix.PollFd
	ready   [selectWords]uint64 // for select, in place of poll
	out     message
	command [1]byte
	iov     unix.Iovec
	head    unix.Msghdr
	control control
	read    [128]byte // of signals: struct signalfd_siginfo
}

var watcherName = [...]byte{'s', 'a', 'n', 'd', 'b', 'o', 'x', '-', 'w', 'a', 't', 'c', 'h', 0}

// complete fills in what is known before the watcher exists.
func (w *watch) complete() {
	w.poll[0] = unix.PollFd{Fd: w.channel, Events: unix.POLLIN}
	w.poll[1] = unix.PollFd{Fd: w.parent, Events: unix.POLLIN}
	w.poll[2] = unix.PollFd{Fd: w.signals, Events: unix.POLLIN}
	w.poll[3] = unix.PollFd{Fd: -1, Events: unix.POLLIN}
	w.ending.signals = w.signals
	w.parentID = int32(os.Getpid())
	w.grace = unix.NsecToTimespec(int64(tracerGrace))
	w.iov.Base = (*byte)(unsafe.Pointer(&w.out))
	w.iov.SetLen(int(unsafe.Sizeof(w.out)))
	w.head.Iov = &w.iov
	w.head.SetIovlen(1)
	w.head.Control = (*byte)(unsafe.Pointer(&w.control))
	w.control.length = uint64(unsafe.Offsetof(w.control.descriptor) + unsafe.Sizeof(w.control.descriptor))
	w.control.level, w.control.kind = unix.SOL_SOCKET, unix.SCM_RIGHTS
}

// watchOver is the watcher's life. It does not return.
//
//go:nosplit
//go:norace
func (pl *plan) watchOver(r *report) {
	w := pl.watch
	r.step = stepWatch
	if r.errno = w.prepare(); r.errno == 0 {
		if pl.parent >= 0 {
			pl.parent = pl.child
		}
		// The listener takes the lowest number that is free, which has to be
		// below the program's limit on open files.
		closeRanges(w.others)
		r.step = stepProcess
		pid, errno := pl.spawn(r)
		pl.forget()
		if errno != 0 {
			r.errno = errno
		} else {
			w.program, w.ending.spared = int32(pid), int32(pid)
			listener, grouped := int32(-1), int32(0)
			if w.ending.cgroup.used {
				grouped = 1
			}
			if pl.listens && r.step == stepExecve {
				listener = r.listener
			}
			told := w.tell(tellStarted, w.program, grouped, listener)
			w.closeForeign(listener)
			w.ending.openSpared()
			came := toNobody
			if told {
				came = w.follow()
			}
			// Not done by follow: that would take more stack than there is.
			for came == toItsTime || came == toTracer {
				w.sweep()
				if w.sweptAway(came == toItsTime) || w.reapOrphans() {
					came = toItsEnd
				} else {
					came = w.follow()
				}
			}
			if came == toItsEnd {
				w.ended()
			} else {
				w.ending.killAll()
				w.ending.reapZombies()
			}
			w.ending.cgroup.remove(&w.ending.buffer)
		}
	}
	for {
		systemCall(unix.SYS_EXIT_GROUP, StatusFailed, 0, 0, 0, 0, 0)
		crash()
	}
}

// prepare makes this process what a watcher has to be. Nothing of that is
// believed: a filter around this process can fake success.
//
//go:nosplit
//go:norace
func (w *watch) prepare() (errno uint32) {
	if errno = becomeSubreaper(&w.program); errno != 0 {
		return errno
	}
	// A handler of Go's would not come back. Only SIGTRAP has none any more if it
	// is not blocked: a debugger that steps a thread has the kernel see to both.
	blocked := uint64(0)
	if errno = failed(systemCall(unix.SYS_RT_SIGPROCMASK, unix.SIG_BLOCK, 0, uintptr(unsafe.Pointer(&blocked)), 8, 0, 0)); errno != 0 {
		return errno
	}
	if blocked|1<<(unix.SIGTRAP-1) != allSignals {
		return uint32(syscall.EPERM)
	}
	w.ending.openChildren()
	// Stopped, it would not see this process end: let that continue it.
	if errno = setDeathSignal(int32(unix.SIGCONT)); errno != 0 {
		return errno
	}
	systemCall(unix.SYS_PRCTL, unix.PR_SET_NAME, uintptr(unsafe.Pointer(&watcherName)), 0, 0, 0, 0)
	// Better that this fails now than when it is needed.
	var now unix.Timespec
	return failed(systemCall(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&w.poll)), uintptr(len(w.poll)), uintptr(unsafe.Pointer(&now)), 0, 0, 0))
}

// becomeSubreaper has orphans below this process become its children (Linux
// 3.4). It uses the integer.
//
//go:nosplit
//go:norace
func becomeSubreaper(is *int32) (errno uint32) {
	if errno = failed(systemCall(unix.SYS_PRCTL, unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0)); errno != 0 {
		return errno
	}
	*is = 0
	if errno = failed(systemCall(unix.SYS_PRCTL, unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(is)), 0, 0, 0, 0)); errno != 0 {
		return errno
	}
	if *is != 1 {
		return uint32(syscall.EPERM)
	}
	return 0
}

// closeForeign closes what the watcher does not need: whoever reads from a pipe
// that the program writes to would wait for this process, too; whoever is denied
// a call would wait for an answer from the listener; and this process for its
// own end.
//
//go:nosplit
//go:norace
func (w *watch) closeForeign(listener int32) {
	systemCall(unix.SYS_CLOSE, uintptr(w.theirs), 0, 0, 0, 0, 0)
	if listener >= 0 {
		systemCall(unix.SYS_CLOSE, uintptr(listener), 0, 0, 0, 0, 0)
	}
	closeRanges(w.foreign.ranges)
	for i := range w.foreign.each {
		systemCall(unix.SYS_CLOSE, uintptr(w.foreign.each[i]), 0, 0, 0, 0, 0)
	}
}

// closeRanges closes descriptors. None of them matters: see closeForeign for
// those that do.
//
//go:nosplit
//go:norace
func closeRanges(ranges [][2]uint32) {
	for i := range ranges {
		systemCall(unix.SYS_CLOSE_RANGE, uintptr(ranges[i][0]), uintptr(ranges[i][1]), 0, 0, 0, 0)
	}
}
