//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the watcher does while the program runs, and when it has ended. The
// contract of enter holds.

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
		switch {
		case w.stopTold && w.resumed():
			most = w.wakeParent()
		case w.held:
			most = uintptr(unsafe.Pointer(&w.grace)) // the kernel subtracts from it
		}
		w.poll[3].Fd = -1
		if e.opened {
			w.poll[3].Fd = e.pidfd
		}
		events := w.await(uintptr(len(w.poll)), most)
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
				if !w.woke { // or the program may have stopped anew
					w.goOn()
				}
				w.stopTold = false
			case sayLook:
				w.stopTold = false
			case sayCheck:
				w.stopTold = w.stopped(0)
				if w.woke, w.patience = false, 0; w.stopTold {
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
		if w.held && events == 0 && !w.stopTold {
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
	w.awaitAnswer()
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
		w.patience = 0
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
