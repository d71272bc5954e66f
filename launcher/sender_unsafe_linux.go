//go:build amd64 || arm64

package launcher

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// os/signal does not say where a signal came from. So the handler that the Go
// runtime has installed is wrapped in one that notes it (noteSender, in
// assembly) and goes on to the runtime's with the same registers.
//
// A disposition belongs to the whole process, and so does what a handler
// writes: these are the only variables of the package.
var (
	goHandler uintptr    // the runtime's handler, the same for all signals
	senders   [65]uint64 // by signal: the last si_code, and si_pid << 32
)

// noteSenderAddress returns where noteSender starts: a signal handler, not to
// be called.
func noteSenderAddress() uintptr

// noteSenders wraps the handler of a signal that os/signal catches. It stays
// wrapped: that changes nothing for anybody else.
func noteSenders(sig syscall.Signal) error {
	var action kernelSigaction
	if errno := failed(systemCall(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0)); errno != 0 {
		return syscall.Errno(errno)
	}
	if action.handler == noteSenderAddress() {
		return nil
	}
	atomic.StoreUintptr(&goHandler, action.handler)
	action.handler = noteSenderAddress()
	if errno := failed(systemCall(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)); errno != 0 {
		return syscall.Errno(errno)
	}
	return nil
}

// lastSender returns who sent the signal last.
func lastSender(sig syscall.Signal) sender {
	s := atomic.LoadUint64(&senders[sig])
	return sender{code: int32(uint32(s)), pid: int32(s >> 32)}
}
