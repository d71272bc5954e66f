package survey

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A script is system calls that a child of this process makes, one after the
// other, whatever they return. Then it ends.
type script struct {
	calls []call
	held  []any // what their arguments point to
	mem   []byte
}

// A call is one system call of a script.
type call struct {
	nr     uintptr
	args   [6]uintptr
	i386   bool // enter by int 0x80; without arguments
	keep   bool // its result is kept
	onKept bool // its first argument is the result that was kept last
}

// A result is what a call returned.
type result struct {
	value uint64
	errno syscall.Errno
}

// An outcome is what became of a script.
type outcome struct {
	results []result       // of the calls that came back
	signal  syscall.Signal // that ended the child in the next call, or 0
	err     error          // there was no child
	shared  []byte         // what the calls wrote into the memory that script.shared gave them
}

// made reports whether call i came back.
func (o *outcome) made(i int) bool { return o.err == nil && i < len(o.results) }

// The memory that parent and child share: the number of calls that came back,
// two words for each of them, and what the calls may write to.
const (
	mostCalls   = 30
	sharedAt    = 16 + 16*mostCalls
	sharedBytes = 1024
)

// call appends a call, and returns it so that more can be said of it.
func (s *script) call(nr uintptr, args ...uintptr) *call {
	c := call{nr: nr}
	copy(c.args[:], args)
	s.calls = append(s.calls, c)
	return &s.calls[len(s.calls)-1]
}

// text returns the address of a C string.
func (s *script) text(value string) uintptr { return held(s, append([]byte(value), 0)) }

// held returns the address of the first of some values, which live as long as
// the script.
func held[T any](s *script, values []T) uintptr {
	s.held = append(s.held, values) // and so they are in the heap, where nothing moves
	return uintptr(unsafe.Pointer(&values[0]))
}

// program returns the address of a struct sock_fprog.
func (s *script) program(code []unix.SockFilter) uintptr {
	s.held = append(s.held, code)
	return held(s, []unix.SockFprog{{Len: uint16(len(code)), Filter: &code[0]}})
}

// shared returns the address of memory that outcome.shared shows afterwards.
func (s *script) shared() uintptr {
	return uintptr(unsafe.Pointer(&s.memory()[sharedAt]))
}

// memory maps what parent and child share. Without it the script cannot run.
func (s *script) memory() []byte {
	if s.mem == nil {
		mem, err := unix.Mmap(-1, 0, sharedAt+sharedBytes, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
		if err != nil {
			return make([]byte, sharedAt+sharedBytes) // run says it
		}
		s.mem = mem
	}
	return s.mem
}

// at returns a negative constant as a register holds it.
func at(value int) uintptr { return uintptr(value) }

// run runs the script in a child and waits for its end.
func (s *script) run() outcome {
	pid, err := s.start()
	if err != nil {
		return outcome{err: err}
	}
	defer s.free()
	status, err := wait(pid, 0)
	if err != nil {
		return outcome{err: fmt.Errorf("cannot wait for a process: %w", err)}
	}
	o := outcome{shared: append([]byte(nil), s.mem[sharedAt:]...)}
	if status.Signaled() {
		o.signal = status.Signal()
	}
	for _, r := range s.words()[1:][:min(s.words()[0][0], uint64(len(s.calls)))] {
		o.results = append(o.results, resultOf(r))
	}
	if len(o.results) == len(s.calls) {
		o.signal = 0 // it ends by a fault where a filter denies exit_group
	}
	return o
}

// start starts the child. The caller waits for it and frees the script.
func (s *script) start() (pid int, err error) {
	if s.memory(); s.mem == nil {
		return 0, errors.New("cannot map memory")
	}
	if len(s.calls) > mostCalls {
		s.free()
		return 0, fmt.Errorf("a script of %d calls is too long", len(s.calls))
	}
	// The child has the signal mask of the thread that makes it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, old unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	// A Go signal handler must not run in the child.
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &all, &old); err != nil {
		s.free()
		return 0, fmt.Errorf("cannot block signals: %w", err)
	}
	id, errno := fork(s.calls, s.words())
	if err := unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil); err != nil && errno == 0 {
		errno = err.(syscall.Errno)
	}
	runtime.KeepAlive(s)
	if errno != 0 {
		s.free()
		return 0, fmt.Errorf("cannot create a process: %w", errno)
	}
	return int(id), nil
}

// words returns the shared memory before sharedAt, in pairs: the number of
// calls that came back is the first word, and two behind it belong to each.
func (s *script) words() [][2]uint64 {
	return unsafe.Slice((*[2]uint64)(unsafe.Pointer(&s.mem[0])), sharedAt/16)
}

func (s *script) free() {
	_ = unix.Munmap(s.mem) // fails for wrong arguments only
	s.mem = nil
}

// wait waits for a child.
func wait(pid, options int) (status syscall.WaitStatus, err error) {
	for {
		_, err = syscall.Wait4(pid, &status, options, nil)
		if err != syscall.EINTR {
			return status, err
		}
	}
}

// resultOf reads what the child wrote. RawSyscall6 tells errors of up to 4095
// apart from values.
func resultOf(words [2]uint64) result {
	return result{value: words[0], errno: syscall.Errno(words[1])}
}

// fork makes the child. In the child it does not return.
//
// From here to the end of the child no function may grow the stack, allocate,
// take a lock or run instrumented: there is one thread, and the runtime's
// others, with whatever locks they held, are gone.
//
//go:noinline
//go:norace
//go:nosplit
func fork(calls []call, words [][2]uint64) (pid uintptr, errno syscall.Errno) {
	flags, stack := uintptr(syscall.SIGCHLD), uintptr(0)
	if runtime.GOARCH == "s390x" { // CONFIG_CLONE_BACKWARDS2
		flags, stack = stack, flags
	}
	pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, flags, stack, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return pid, errno
	}
	kept := uintptr(0)
	for i := range calls {
		c := &calls[i]
		first := c.args[0]
		if c.onKept {
			first = kept
		}
		var r uintptr
		var failed syscall.Errno
		if c.i386 {
			r = uintptr(int80(uint32(c.nr)))
			if v := int32(r); v < 0 && v >= -4095 {
				failed = syscall.Errno(-v)
			}
		} else {
			r, _, failed = syscall.RawSyscall6(c.nr, first, c.args[1], c.args[2], c.args[3], c.args[4], c.args[5])
		}
		if c.keep {
			kept = r
		}
		words[1+i][0], words[1+i][1] = uint64(r), uint64(failed)
		words[0][0] = uint64(i) + 1
	}
	syscall.RawSyscall6(unix.SYS_EXIT_GROUP, 0, 0, 0, 0, 0, 0)
	// A filter denies that: a fault needs no system call. SIGSEGV is blocked,
	// so no handler sees it.
	for {
		var nowhere *int32
		*nowhere = 0
	}
}
