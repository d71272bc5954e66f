//go:build amd64 || arm64

package launcher

import (
	"errors"
	"math/bits"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A relay catches signals in place of os/signal, which does not say where one
// came from and takes 0.1 ms to begin with each. Its handlers, in assembly,
// write what the kernel tells of a signal into a pipe.
//
// Dispositions belong to the whole process, and so does what a handler reads:
// these are the only variables of the package, and only one relay can be open.
var (
	relayTo      int32   // the pipe's end to write to, which the handlers use
	relayPID     int32   // this process
	relayRuntime uintptr // the Go runtime's handler, for what relayShared leaves to it

	relayMutex sync.Mutex
	relayOpen  bool
	// relayPipe is made once and never closed: a handler that runs on another
	// thread while a relay is closed still writes to it.
	relayPipe [2]int
)

// A record is the start of siginfo_t, on 64-bit machines.
type record struct {
	signal int32
	_      int32 // si_errno
	code   int32 // si_code
	_      int32
	pid    int32 // si_pid, where the code is at most 0
	_      uint32
}

type relay struct {
	signals uint64 // those to catch; bit n-1 is signal n
	caught  uint64 // those of them with our handler now
	saved   [65]kernelSigaction
}

// relayAddresses returns where the handlers start, which are not to be called: of
// signals that the Go runtime does not need, and of those that it shares.
func relayAddresses() (exclusive, shared uintptr)

// sharedSignals mean a fault of this process, or have the runtime do something,
// unless another process has sent them: SIGPROF is its profiler's, 33 has all
// threads make a system call.
const sharedSignals = 1<<(unix.SIGILL-1) | 1<<(unix.SIGTRAP-1) | 1<<(unix.SIGBUS-1) | 1<<(unix.SIGFPE-1) |
	1<<(unix.SIGSEGV-1) | 1<<(unix.SIGSYS-1) | 1<<(unix.SIGPROF-1) | 1<<(33-1)

// librarySignals are those that a C library keeps for itself. They are the
// runtime's or nobody's in a build without cgo.
const librarySignals = 1<<(32-1) | 1<<(33-1) | 1<<(34-1)

var (
	errRelayOpen = errors.New("signals are being forwarded to another process")
	errNoHandler = errors.New("the Go runtime has no handler to take after")
)

// openRelay begins to collect the given signals. They wait in the pipe, room
// for 2730 of them, until next is called.
func openRelay(signals uint64) (*relay, error) {
	relayMutex.Lock()
	defer relayMutex.Unlock()
	if relayOpen {
		return nil, errRelayOpen
	}
	if err := prepareRelayPipe(); err != nil {
		return nil, err
	}
	// The restorer, and that handlers run on a stack of their own, are the
	// runtime's: it has a handler for SIGURG always.
	action, err := getAction(int(unix.SIGURG))
	if err != nil {
		return nil, err
	}
	if action.handler == sigDfl || action.handler == sigIgn {
		return nil, errNoHandler
	}
	relayRuntime = action.handler
	atomic.StoreInt32(&relayPID, int32(os.Getpid()))
	r := &relay{signals: signals}
	for rest := signals; rest != 0; rest &= rest - 1 {
		n := bits.TrailingZeros64(rest) + 1
		if err := r.catch(n, action); err != nil {
			r.restore()
			return nil, err
		}
	}
	relayOpen = true
	return r, nil
}

// catch gives a signal one of our handlers. One that the Go runtime or a C library
// needs is left alone if its handler is not the runtime's: it is the library's, or
// a program's that imports this package.
func (r *relay) catch(n int, action kernelSigaction) (err error) {
	if r.saved[n], err = getAction(n); err != nil {
		return err
	}
	if (sharedSignals|librarySignals)>>(n-1)&1 != 0 {
		switch r.saved[n].handler {
		case relayRuntime, sigDfl, sigIgn:
		default:
			return nil
		}
	}
	exclusive, shared := relayAddresses()
	action.handler = exclusive
	if sharedSignals>>(n-1)&1 != 0 {
		action.handler = shared
	}
	if err := setAction(n, &action); err != nil {
		return err
	}
	r.caught |= 1 << (n - 1)
	return nil
}

// prepareRelayPipe makes the pipe, or empties it of what came after the last
// relay was closed.
func prepareRelayPipe() error {
	if relayPipe[1] == 0 {
		if err := unix.Pipe2(relayPipe[:], unix.O_CLOEXEC); err != nil {
			relayPipe = [2]int{}
			return err
		}
		// A handler must never wait.
		if err := unix.SetNonblock(relayPipe[1], true); err != nil {
			return err
		}
		atomic.StoreInt32(&relayTo, int32(relayPipe[1]))
	}
	for {
		n, err := unix.IoctlGetInt(relayPipe[0], unix.TIOCINQ) // FIONREAD
		if err != nil || n == 0 {
			return err
		}
		if _, err := unix.Read(relayPipe[0], make([]byte, n)); err != nil && err != unix.EINTR {
			return err
		}
	}
}

// unblock has the calling thread, which must be locked, take the signals that
// this process was given blocked: all of Go's threads block those.
func (r *relay) unblock() {
	systemCall(unix.SYS_RT_SIGPROCMASK, unix.SIG_UNBLOCK, uintptr(unsafe.Pointer(&r.signals)), 0, 8, 0, 0)
}

// next waits for a signal. After close it answers false.
func (r *relay) next() (record, bool) {
	var rec record
	for {
		n, err := unix.Read(relayPipe[0], unsafe.Slice((*byte)(unsafe.Pointer(&rec)), unsafe.Sizeof(rec)))
		if err != unix.EINTR {
			return rec, err == nil && n == int(unsafe.Sizeof(rec)) && rec.signal != 0
		}
	}
}

// end has next answer false, once what was collected before is read. It reports
// false where it cannot, as a filter around this process denies write.
func (r *relay) end() bool {
	r.restore()
	var last record
	for {
		_, err := unix.Write(relayPipe[1], unsafe.Slice((*byte)(unsafe.Pointer(&last)), unsafe.Sizeof(last)))
		if err != unix.EAGAIN && err != unix.EINTR {
			return err == nil
		}
		runtime.Gosched() // the pipe is full, and being read
	}
}

// close ends the relay for good: nobody is in next any more.
func (r *relay) close() {
	relayMutex.Lock()
	defer relayMutex.Unlock()
	r.restore()
	relayOpen = false
}

// restore gives the signals back to the Go runtime.
func (r *relay) restore() {
	for ; r.caught != 0; r.caught &= r.caught - 1 {
		n := bits.TrailingZeros64(r.caught) + 1
		_ = setAction(n, &r.saved[n])
	}
}

func getAction(n int) (action kernelSigaction, err error) {
	if errno := failed(systemCall(unix.SYS_RT_SIGACTION, uintptr(n), 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0)); errno != 0 {
		return action, syscall.Errno(errno)
	}
	return action, nil
}

func setAction(n int, action *kernelSigaction) error {
	if errno := failed(systemCall(unix.SYS_RT_SIGACTION, uintptr(n), uintptr(unsafe.Pointer(action)), 0, 8, 0, 0)); errno != 0 {
		return syscall.Errno(errno)
	}
	return nil
}
