//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// How the watcher waits. The contract of enter holds.

// selectWords are for the descriptors below 1024, of which the watcher has the
// lowest that were free.
const selectWords = 1024 / 64

// await waits for the first n entries of w.poll, and returns what ppoll does.
//
// Any process of the same user can lower this one's limit on open files
// (prlimit(2)) until the kernel refuses ppoll so many entries (EINVAL), though
// the descriptors stay open. pselect6 heeds no limit.
//
//go:nosplit
//go:norace
func (w *watch) await(n, most uintptr) (events uintptr) {
	events = systemCall(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&w.poll)), n, most, 0, 0, 0)
	if errno := failed(events); errno == 0 || errno == uint32(syscall.EINTR) {
		return events
	}
	for i := range w.ready {
		w.ready[i] = 0
	}
	end := int32(0)
	for i := range int(n) {
		p := &w.poll[i]
		if p.Revents = 0; p.Fd >= selectWords*64 {
			return events
		}
		if p.Fd >= 0 {
			w.ready[p.Fd/64] |= 1 << (p.Fd % 64)
			end = max(end, p.Fd+1)
		}
	}
	events = systemCall(unix.SYS_PSELECT6, uintptr(end), uintptr(unsafe.Pointer(&w.ready)), 0, 0, most, 0)
	if failed(events) == 0 && events != 0 {
		for i := range int(n) {
			if p := &w.poll[i]; p.Fd >= 0 && w.ready[p.Fd/64]>>(p.Fd%64)&1 != 0 {
				p.Revents = unix.POLLIN
			}
		}
	}
	return events
}

// resumed reports whether the program whose stop was told goes on, or has ended.
// The kernel says so until the program stops again, if nobody takes it (WNOWAIT).
//
//go:nosplit
//go:norace
func (w *watch) resumed() bool {
	e := &w.ending
	if e.gone {
		return true
	}
	e.info.pid = 0
	return failed(e.waitid(unix.P_PID, w.program, unix.WCONTINUED|unix.WNOHANG|unix.WNOWAIT)) == 0 && e.info.pid == w.program
}

// wakeParent continues this process's parent, which has stopped with the program or
// is about to, and returns how long to wait for its answer until that is done again:
// it may have stopped only afterwards. A debugger may hold it for long.
//
//go:nosplit
//go:norace
func (w *watch) wakeParent() (most uintptr) {
	w.woke = true
	systemCall(unix.SYS_KILL, uintptr(w.parentID), uintptr(unix.SIGCONT), 0, 0, 0, 0)
	w.patience = max(shortestWait, min(2*w.patience, longestWait))
	w.pause = unix.Timespec{Nsec: w.patience}
	return uintptr(unsafe.Pointer(&w.pause))
}

// awaitAnswer has a stop answered that was told, now that the program has ended.
//
//go:nosplit
//go:norace
func (w *watch) awaitAnswer() {
	for w.stopTold {
		events := w.await(2, w.wakeParent())
		switch failed(events) {
		case 0:
		case uint32(syscall.EINTR):
			continue
		default:
			return
		}
		if w.poll[0].Revents != 0 {
			w.stopTold = w.answer() == sayEnd
		} else if w.poll[1].Revents != 0 {
			return
		}
	}
}
