//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"time"
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
	channel int32 // the watcher's end of a socket pair
	theirs  int32 // the other end
	parent  int32 // a pidfd of this process, or -1
	signals int32 // a signalfd for SIGCHLD

	others  [][2]uint32 // what neither the watcher needs nor the program: closed first
	foreign descriptors // all that the watcher does not need: closed in the end

	program  int32 // the program's process
	follows  bool  // whether its stops are told
	stopTold bool  // one was, and not answered
	ending   ending
	held     bool          // it has ended, and a tracer holds it
	grace    unix.Timespec // how long it may, yet
	swept    bool          // what it has left behind was ended

	poll    [4]unix.PollFd
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
		pid, errno := pl.fork(r)
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
			w.ending.cgroup.remove()
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

// An outcome is what looking after the program came to.
type outcome int32

const (
	toNobody  outcome = iota // is there to tell of it any more
	toItsEnd                 // which w.ending.info tells
	toItsTime                // being over: it is to be ended
	toTracer                 // holding it for too long, after its end
)

// follow looks after the program.
//
//go:nosplit
//go:norace
func (w *watch) follow() outcome {
	e := &w.ending
	for {
		most := uintptr(0) // no bound
		if w.held {
			most = uintptr(unsafe.Pointer(&w.grace)) // the kernel subtracts from it
		}
		w.poll[3].Fd = -1
		if e.opened {
			w.poll[3].Fd = e.pidfd
		}
		events := systemCall(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&w.poll)), uintptr(len(w.poll)), most, 0, 0, 0)
		switch failed(events) {
		case 0:
		case uint32(syscall.EINTR):
			continue
		default:
			return toNobody
		}
		if w.poll[1].Revents != 0 {
			return toNobody
		}
		if w.poll[0].Revents != 0 {
			switch w.answer() {
			case sayNothing:
				return toNobody
			case sayGoOn:
				w.goOn()
				w.stopTold = false
			case sayLook:
				w.stopTold = false
			case sayCheck:
				w.stopTold = w.stopped(0)
				if w.stopTold {
					w.tell(tellStopped, e.info.status, 0, -1)
				}
			case sayEnd:
				return toItsTime
			}
		}
		if w.poll[2].Revents != 0 {
			systemCall(unix.SYS_READ, uintptr(w.signals), uintptr(unsafe.Pointer(&w.read)), uintptr(len(w.read)), 0, 0, 0)
		}
		if w.reapOrphans() {
			return toItsEnd
		}
		if w.poll[3].Revents != 0 {
			e.sawEnd(w.poll[3].Revents)
			w.held = e.gone
		}
		if w.held && events == 0 {
			w.held = false
			return toTracer
		}
		w.lookForStop()
	}
}

// tracerGrace is how long a tracer below the watcher may hold the program that
// has ended. It is told of the end first, and may want to tell of it in turn.
const tracerGrace = time.Second

// sweep ends the program, unless it has ended, and all that it has started.
//
//go:nosplit
//go:norace
func (w *watch) sweep() {
	if !w.swept {
		w.swept = true
		w.ending.killed = 0
	}
	w.ending.killAll()
}

// sweptAway reports whether the program has ended, after a sweep. If its time was
// over, nobody waits for a tracer to show that.
//
//go:nosplit
//go:norace
func (w *watch) sweptAway(over bool) bool {
	if w.programEnded() {
		return true
	}
	if over && w.ending.gone {
		w.ending.info.code, w.ending.info.status = cldKilled, int32(unix.SIGKILL)
		return true
	}
	return false
}

// programEnded asks whether the program has ended and is shown to this process,
// which leaves it, if the kernel is not kept from that.
//
//go:nosplit
//go:norace
func (w *watch) programEnded() bool {
	e := &w.ending
	e.info.pid = 0
	if failed(e.waitid(unix.P_PID, w.program, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG|unix.WALL)) == 0 {
		return e.info.pid == w.program
	}
	switch e.wait4(w.program, unix.WNOHANG|unix.WALL) {
	case 0:
		return false
	case uintptr(w.program):
		e.info.code, e.info.status = waitCodes(e.status)
	default: // ending has reaped it
		e.info.code, e.info.status = cldKilled, int32(unix.SIGKILL)
	}
	return true
}

// reapOrphans reaps the children that have ended, and reports whether the
// program is among them, which it leaves.
//
//go:nosplit
//go:norace
func (w *watch) reapOrphans() (ended bool) {
	e := &w.ending
	for {
		e.info.pid = 0
		errno := failed(e.waitid(unix.P_ALL, 0, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG|unix.WALL))
		switch {
		case errno == uint32(syscall.EINTR):
			continue
		case errno == uint32(syscall.ECHILD) || errno == 0 && e.info.pid == 0:
			return false
		case errno == 0 && e.info.pid == w.program:
			return true
		}
		id := int32(-1) // waitid is denied
		if errno == 0 {
			id = e.info.pid
		}
		reaped := e.wait4(id, unix.WNOHANG|unix.WALL)
		switch {
		case reaped == uintptr(w.program):
			e.info.code, e.info.status = waitCodes(e.status)
			return true
		case reaped == 0, failed(reaped) != 0 && failed(reaped) != uint32(syscall.EINTR):
			return false
		}
	}
}

// waitCodes returns what waitid says of a status of wait4.
//
//go:nosplit
//go:norace
func waitCodes(status uint32) (code, value int32) {
	switch {
	case status&0x7f == 0:
		return cldExited, int32(status >> 8 & 0xff)
	case status&0x80 != 0:
		return cldDumped, int32(status & 0x7f)
	}
	return cldKilled, int32(status & 0x7f)
}

// ended ends what the program has left behind, and tells of both; before, this
// process's parent may look at it. The program's zombie keeps its id until that
// is no longer used.
//
//go:nosplit
//go:norace
func (w *watch) ended() {
	e := &w.ending
	code, value := e.info.code, e.info.status
	e.gone = true
	if !w.swept && e.haveLiving() && w.tell(tellLeft, 0, 0, -1) {
		w.answer()
	}
	w.sweep()
	w.tell(tellEnded, code, value, -1)
	for {
		if say := w.answer(); say == sayReap || say == sayNothing {
			break
		}
	}
	e.reapZombies()
	w.tell(tellOver, e.killed, int32(e.errno), -1)
}

// lookForStop tells of a stop of the program. This process may hear of it long
// after, when a shell has stopped and continued all of them: then it asks
// whether the stop lasts.
//
//go:nosplit
//go:norace
func (w *watch) lookForStop() {
	if w.follows && !w.stopTold && w.stopped(unix.WNOWAIT) {
		w.stopTold = w.tell(tellStop, 0, 0, -1)
	}
}

// stopped reports whether the program stands still. Without WNOWAIT, it does so
// once for a stop.
//
//go:nosplit
//go:norace
func (w *watch) stopped(options uintptr) bool {
	e := &w.ending
	e.info.pid = 0
	return failed(e.waitid(unix.P_PID, w.program, unix.WSTOPPED|unix.WNOHANG|options)) == 0 && e.info.pid == w.program
}

// goOn continues the program, and the process group that it leads, unless
// somebody has, such as the shell that continued this group.
//
//go:nosplit
//go:norace
func (w *watch) goOn() {
	e := &w.ending
	e.info.pid = 0
	if failed(e.waitid(unix.P_PID, w.program, unix.WCONTINUED|unix.WNOHANG)) == 0 && e.info.pid == w.program {
		return
	}
	to := uintptr(w.program)
	if systemCall(unix.SYS_GETPGID, to, 0, 0, 0, 0, 0) == to {
		to = -to
	}
	systemCall(unix.SYS_KILL, to, uintptr(unix.SIGCONT), 0, 0, 0, 0)
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
