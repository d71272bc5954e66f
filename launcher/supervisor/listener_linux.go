//go:build amd64 || arm64

package supervisor

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
)

// A Listener is the descriptor through which the kernel tells of calls that
// wait, and takes the answers.
type Listener struct {
	// mu is held for reading while other goroutines than the serving one use
	// fd, so that Close does not take it from under them.
	mu sync.RWMutex
	fd int // -1 once closed

	call     Call
	received []uint64 // room for struct seccomp_notif
	response []uint64 // room for struct seccomp_notif_resp
	wait     [1]unix.PollFd

	noticesEnd bool // receiving fails when the last process has ended (Linux 6.11)

	proc   *procfs.Dir // nil: there is none
	reader reader      // of the program's memory
}

// Listen takes over the descriptor of a listener, which seccomp() returned for
// SECCOMP_FILTER_FLAG_NEW_LISTENER. Serve closes it; without Serve, Close does.
// On an error it is left as it is.
//
// What Look sees it finds in proc, which may be nil. It is to be opened before
// the program runs.
func Listen(fd int, proc *procfs.Dir) (*Listener, error) {
	sizes, err := askSizes()
	if err != nil {
		return nil, fmt.Errorf("cannot ask the kernel for the sizes of notifications: %w", err)
	}
	received, response, err := sizes.buffers()
	if err != nil {
		return nil, err
	}
	// No call has this id: ids count up from a random number of 64 bits.
	for {
		err := ioctl(fd, ioctlIDValid, new(uint64))
		if err == nil || err == unix.ENOENT {
			break
		}
		if err != unix.EINTR {
			return nil, fmt.Errorf("descriptor %d is no listener: %w", fd, err)
		}
	}
	setSyncWakeUp(fd)
	return &Listener{
		fd:         fd,
		received:   received,
		response:   response,
		noticesEnd: receivingNoticesEnd(),
		proc:       proc,
	}, nil
}

// Serve receives calls and has the handler answer them, one at a time, until no
// process is left under the filter (Linux 5.9); then it returns nil. Zombies
// count as processes before Linux 6.11.
//
// On any error it ends earlier. However it ends, it closes the listener: calls
// that wait, and those to come, then fail with ENOSYS, and none waits for ever.
// A panic of the handler is such an error, a *PanicError.
//
// It may need threads, which a program can have used up: see ReserveThreads.
func (l *Listener) Serve(h Handler) error {
	if l.fd < 0 {
		return os.ErrClosed
	}
	defer l.Close()
	for {
		call, err := l.next()
		if err != nil || call == nil {
			return err
		}
		answer, err := ask(h, call)
		if sendErr := l.send(call.ID, answer); err == nil {
			err = sendErr
		}
		if err != nil {
			return err
		}
	}
}

// next returns the next call that waits, or nil when none can come any more.
func (l *Listener) next() (*Call, error) {
	polls := !l.noticesEnd
	for {
		if polls {
			if ended, err := l.poll(); ended || err != nil {
				return nil, err
			}
		}
		err := l.receive()
		if err == nil {
			return &l.call, nil
		}
		if !passing(err) {
			return nil, fmt.Errorf("cannot receive a notification: %w", err)
		}
		polls = polls || err == unix.ENOENT // its caller is gone, or all are
	}
}

// poll waits until a call waits, and reports whether none can come any more.
func (l *Listener) poll() (ended bool, err error) {
	for {
		l.wait[0] = unix.PollFd{Fd: int32(l.fd), Events: unix.POLLIN}
		_, err := unix.Poll(l.wait[:], -1)
		events := l.wait[0].Revents
		switch {
		case err == unix.EINTR:
		case err != nil:
			return false, fmt.Errorf("cannot wait for a notification: %w", err)
		case events&unix.POLLNVAL != 0:
			return false, fmt.Errorf("cannot wait for a notification: %w", os.ErrClosed)
		case events&unix.POLLIN != 0:
			return false, nil
		case events&unix.POLLHUP != 0:
			return true, nil
		}
		// POLLERR alone is a signal to this thread (seccomp_notify_poll).
	}
}

// passing reports whether a call to the kernel failed because of a signal to
// this thread, or because the caller is gone: a signal took it out of its call,
// or ended it.
func passing(err error) bool { return err == unix.EINTR || err == unix.ENOENT }

// ask lets the handler answer. Whatever keeps it from that is no permission.
func ask(h Handler, call *Call) (answer Answer, err error) {
	defer func() {
		if value := recover(); value != nil {
			answer, err = Answer{}, &PanicError{Call: *call, Value: value, Stack: debug.Stack()}
		}
	}()
	return h.Answer(call), nil
}

// Waiting reports whether a call still waits for its answer. If it does, its
// caller has lived ever since, so that what was read of it in /proc before is
// the caller's and not that of a process that took over its id. After the
// answer, and once the listener is closed, no call waits.
func (l *Listener) Waiting(id uint64) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.fd < 0 {
		return false
	}
	for {
		if err := ioctl(l.fd, ioctlIDValid, &id); err != unix.EINTR {
			return err == nil
		}
	}
}

// Close closes the listener, unless that is done. It must not be called while
// Serve runs, which does it itself.
func (l *Listener) Close() error {
	defer l.reader.close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fd < 0 {
		return nil
	}
	err := unix.Close(l.fd)
	l.fd = -1
	return err
}
