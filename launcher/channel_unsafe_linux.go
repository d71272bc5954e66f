//go:build amd64 || arm64

package launcher

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A message is what the watcher tells.
type message struct {
	kind    messageKind
	a, b, c int32
}

type messageKind int32

const (
	tellStarted messageKind = iota + 1 // a: the program's process, b: 0 if it is in no cgroup of its own. With the listener, if there is one
	tellStop                           // the program has stopped. An answer is expected
	tellStopped                        // and it stands still. a: the signal. An answer is expected
	tellLeft                           // the program has ended, and others live. An answer is expected
	tellEnded                          // a: CLD_*, b: exit code or signal. An answer is expected, till when a zombie keeps the id
	tellOver                           // nothing is left. a: how many were killed for it, b: why one could not be, or 0, c: how many orphans SIGSYS has ended
)

// Answers to messages.
const (
	sayCheck   = 'c' // does it stand still
	sayLook    = 'l' // look for the next stop; or all that was left is seen
	sayGoOn    = 'g' // the same, and continue the program unless somebody has
	sayReap    = 'r' // the program's id is not used any more
	sayEnd     = 'e' // end the program and all others, and wait for nobody: no answer to a message
	sayNothing = 0   // nobody is there to say anything
)

// control is a cmsghdr with a descriptor (SCM_RIGHTS).
type control struct {
	length      uint64
	level, kind int32
	descriptor  int32
	_           int32
}

// bytes returns the message's memory.
func (m *message) bytes() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(m)), unsafe.Sizeof(*m)) }

// tell sends a message, and a descriptor unless it is -1.
//
//go:nosplit
//go:norace
func (w *watch) tell(kind messageKind, a, b, descriptor int32) bool {
	w.out.kind, w.out.a, w.out.b, w.out.c = kind, a, b, w.ending.struck
	w.head.Controllen = 0
	if descriptor >= 0 {
		w.head.Controllen = uint64(unsafe.Sizeof(w.control))
		w.control.descriptor = descriptor
	}
	for {
		r := systemCall(unix.SYS_SENDMSG, uintptr(w.channel), uintptr(unsafe.Pointer(&w.head)), unix.MSG_NOSIGNAL, 0, 0, 0)
		if failed(r) != uint32(syscall.EINTR) {
			return r == unsafe.Sizeof(w.out)
		}
	}
}

// answer waits for one.
//
//go:nosplit
//go:norace
func (w *watch) answer() byte {
	for {
		r := systemCall(unix.SYS_READ, uintptr(w.channel), uintptr(unsafe.Pointer(&w.command)), 1, 0, 0, 0)
		switch {
		case r == 1:
			return w.command[0]
		case failed(r) != uint32(syscall.EINTR):
			return sayNothing
		}
	}
}
