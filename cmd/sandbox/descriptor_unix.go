//go:build unix

package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// checkPassed checks that a descriptor was passed to sandbox, and is open for
// writing. Those that the Go runtime has opened are marked FD_CLOEXEC.
func checkPassed(fd int) error {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	if err != nil || fd > 2 && flags&unix.FD_CLOEXEC != 0 {
		return errors.New("it was not passed to sandbox, as by a shell's 3>file")
	}
	mode, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || mode&unix.O_ACCMODE == unix.O_RDONLY {
		return errors.New("it is not open for writing")
	}
	return nil
}

// A descriptor is written to without os.File, which ends this process by SIGPIPE
// when nobody reads its standard error any more: the program would be ended
// with it.
type descriptor int

// Write writes all of b, and waits for whoever reads it, even if others do not
// wait at this descriptor (O_NONBLOCK).
func (d descriptor) Write(b []byte) (n int, err error) {
	unstopped(func() { n, err = d.write(b) })
	return n, err
}

func (d descriptor) write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n, err := unix.Write(int(d), b[done:])
		switch {
		case err == nil:
			done += n
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			wait := []unix.PollFd{{Fd: int32(d), Events: unix.POLLOUT}}
			if _, err := unix.Poll(wait, -1); err != nil && err != unix.EINTR {
				return done, err
			}
		default:
			return done, err
		}
	}
	return done, nil
}

// raiseFileSize lifts the limit on the size of files that this process writes
// (RLIMIT_FSIZE) as far as it may: any process of its user can lower it, and the
// report is to be whole.
func raiseFileSize() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_FSIZE, &limit) == nil && limit.Cur != limit.Max {
		limit.Cur = limit.Max
		_ = unix.Setrlimit(unix.RLIMIT_FSIZE, &limit) // if not, writing says what it needs
	}
}
