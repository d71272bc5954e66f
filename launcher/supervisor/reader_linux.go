//go:build amd64 || arm64

package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
)

const (
	// patience is how long the program's memory may take to answer: its pages can
	// come from a file system or a page fault handler that is the program itself.
	patience = 100 * time.Millisecond
	// extensions is how many times as long again it may take as long as nothing but
	// a processor is missing.
	extensions = 9
	// maxHung is how many processes may hang at once that read such memory. One
	// that waits for a file system does so until that answers, killed or not.
	maxHung = 4
)

// A reader reads the memory of programs by a process of its own, which it makes
// when it is first asked, and anew when that hangs. A thread of this process
// would do, but one that hangs in the memory of a program may not even end when
// this process is killed: and whoever waits for the end of this process, to end
// the program, then waits for the program.
//
// Its zero value is ready.
type reader struct {
	mu      sync.Mutex
	closed  bool
	pid     int   // of the process; 0: there is none
	channel int   // to it
	leaving []int // processes that are to end, and have not been waited for
	answer  answer
}

// A memory is a thread's, for as long as one look at it takes.
type memory struct {
	*reader
	proc     *procfs.Dir
	file     int       // its mem file
	deadline time.Time // set by the first read
	extended int       // how many times it was put off
	err      error     // why no more is read, whatever the address
}

// open opens a thread's memory: that it may be read is asked of this process, the
// program's ancestor (Yama's ptrace_scope), and not of whoever reads then. The
// file of a thread that has ended has nothing in it any more.
func (r *reader) open(proc *procfs.Dir, thread int) *memory {
	m := &memory{reader: r, proc: proc}
	m.file, m.err = proc.Open(procName(thread, "mem"), unix.O_RDONLY)
	if m.err == unix.EACCES {
		m.err = unix.EPERM // what ptrace says of it, and /proc where the file is another user's
	}
	if m.err != nil {
		m.err = fmt.Errorf("the program's memory cannot be opened: %w", m.err)
	}
	return m
}

func (m *memory) close() {
	if m.file > 0 {
		unix.Close(m.file)
	}
}

// read reads all of b, or as much as can be. It fails with EFAULT where there is
// nothing at an address.
//
// That is less strict than the kernel when it carries out a call: the program's
// mem file also has what the program may not read itself (PROT_NONE).
func (m *memory) read(address uint64, b []byte) (n int, err error) {
	if m.err != nil || len(b) == 0 {
		return 0, m.err
	}
	if runtime.GOARCH == "arm64" {
		// Addresses may have a tag in the upper byte there, and no user's is as high.
		address &= 1<<56 - 1
	}
	n, m.err = m.ask(m, address, b)
	switch {
	case m.err != nil:
		return 0, m.err
	case n == -int(unix.EIO), n == -int(unix.EINVAL), n >= 0 && n < len(b):
		return max(n, 0), unix.EFAULT
	case n < 0:
		return 0, syscall.Errno(-n)
	}
	return n, nil
}

// ask has the process read, and returns how many bytes it has read, or minus an
// errno. It fails if nothing can be asked any more.
func (r *reader) ask(m *memory, address uint64, b []byte) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := request{address: address, size: uint64(len(b))}
	for range 2 {
		if err := r.start(m.proc); err != nil {
			return 0, err
		}
		if m.deadline.IsZero() {
			m.deadline = time.Now().Add(patience)
		}
		err := unix.Sendmsg(r.channel, q.wire(), unix.UnixRights(m.file), nil, unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT)
		if err == nil {
			var answered bool
			if answered, err = r.await(m); err == nil && !answered {
				r.leave()
				return 0, ErrSilent
			}
		}
		if err == nil {
			n, err = unix.Read(r.channel, r.answer.wire())
		}
		if err == nil && n >= int(answerHead) {
			copy(b, r.answer.bytes[:n-int(answerHead)])
			return int(r.answer.result), nil
		}
		r.leave() // somebody has ended it, as the program can
	}
	return 0, errNoReader
}

var errNoReader = errors.New("the process that reads the program's memory ends at once")

// await waits for an answer, and reports whether there is one, or the end of the
// process. One that has not had a processor yet is given more time.
func (r *reader) await(m *memory) (bool, error) {
	for {
		left := (time.Until(m.deadline) + time.Millisecond - 1) / time.Millisecond
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(r.channel), Events: unix.POLLIN}}, int(max(left, 0)))
		switch {
		case err == unix.EINTR:
		case err != nil || n > 0:
			return n > 0, err
		case m.extended == extensions || !isRunnable(m.proc, r.pid):
			return false, nil
		default:
			m.extended++
			m.deadline = time.Now().Add(patience)
		}
	}
}

// isRunnable reports whether a process would go on if it had a processor.
func isRunnable(proc *procfs.Dir, pid int) bool {
	var stat [128]byte
	n, err := proc.Read(procName(pid, "stat"), stat[:])
	return err == nil && bytes.Contains(stat[:n], []byte(") R ")) // its name is ours
}

// start sees to it that there is a process.
func (r *reader) start(proc *procfs.Dir) error {
	switch r.reap(); {
	case r.closed:
		return os.ErrClosed
	case r.pid != 0:
		return nil
	case len(r.leaving) >= maxHung:
		return ErrHung
	}
	p, err := newReaderProcess(closesRanges(), proc)
	if err != nil {
		return fmt.Errorf("no process can be made to read the program's memory: %w", err)
	}
	pid, errno := p.fork()
	unix.Close(int(p.socket))
	if errno != 0 {
		unix.Close(int(p.theirs))
		return fmt.Errorf("no process can be made to read the program's memory: %w", errno)
	}
	r.pid, r.channel = int(pid), int(p.theirs)
	return nil
}

// newReaderProcess prepares a process that closes its descriptors by close_range,
// or one by one.
func newReaderProcess(ranges bool, proc *procfs.Dir) (*readerProcess, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	p := &readerProcess{socket: int32(ends[0]), theirs: int32(ends[1]), parent: int32(os.Getpid()), oneByOne: !ranges}
	if ends[0] < 3 || ends[0] == ends[1] {
		return nil, unix.EPERM // faked
	}
	if p.oneByOne {
		if p.highest, err = highestDescriptor(proc); err != nil {
			unix.Close(ends[0])
			unix.Close(ends[1])
			return nil, err
		}
	}
	p.complete()
	return p, nil
}

// closesRanges tries close_range (Linux 5.9) where no descriptor can be. A filter
// around this process can fake success, but for a range that ends before it begins.
func closesRanges() bool {
	return unix.CloseRange(math.MaxUint32, math.MaxUint32, 0) == nil && unix.CloseRange(math.MaxUint32, math.MaxUint32-1, 0) == unix.EINVAL
}

// highestDescriptor returns a number that no open descriptor exceeds, nor one that
// other goroutines open meanwhile.
func highestDescriptor(proc *procfs.Dir) (uint32, error) {
	const meanwhile = 64
	names, err := proc.Names("self/fd")
	highest := 0
	for _, name := range names {
		if fd, err := strconv.Atoi(name); err == nil {
			highest = max(highest, fd)
		}
	}
	return uint32(highest) + meanwhile, err
}

// leave kills the process, and does not wait for it: it may hang for ever.
func (r *reader) leave() {
	if r.pid == 0 {
		return
	}
	unix.Close(r.channel)
	_ = unix.Kill(r.pid, unix.SIGKILL)
	r.leaving = append(r.leaving, r.pid)
	r.pid = 0
}

// reap waits for those that have ended.
func (r *reader) reap() {
	r.leaving = slices.DeleteFunc(r.leaving, func(pid int) bool {
		ended, err := unix.Wait4(pid, nil, unix.WNOHANG|unix.WALL, nil)
		return ended != 0 && err != unix.EINTR
	})
}

// close ends the process. One that still hangs then is left behind, killed.
func (r *reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.leave()
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Microsecond) {
		if r.reap(); len(r.leaving) == 0 || time.Now().After(deadline) {
			return
		}
	}
}
