//go:build unix

package policy

import (
	"golang.org/x/sys/unix"
)

// openFile opens a regular file or a pipe, and nothing else: reading a device
// may block, never end or change something. It does not wait for a FIFO's
// writer: one that has none reads as empty.
func openFile(path string) (handle, error) {
	fd, err := restart(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return handle{}, err
	}
	done := func() { _ = unix.Close(fd) } // nothing was written
	var status unix.Stat_t
	if err := unix.Fstat(fd, &status); err != nil {
		done()
		return handle{}, err
	}
	h := handle{
		id:   identity{device: uint64(status.Dev), inode: status.Ino},
		read: func() (string, error) { return readAll(fd, int(status.Size)) },
		done: done,
	}
	switch uint32(status.Mode) & unix.S_IFMT {
	case unix.S_IFREG:
		if status.Size > maxFile {
			err = errTooLarge
		}
	case unix.S_IFIFO:
		h.pipe = true
		err = unix.SetNonblock(fd, false) // the open was for not waiting, the reading is not
	case unix.S_IFDIR:
		err = errDirectory
	default:
		err = errDevice
	}
	if err != nil {
		done()
		return handle{}, err
	}
	return h, nil
}

// readAll reads to the end, which a file may reach before or after the size
// that it had when it was opened.
func readAll(fd, size int) (string, error) {
	buffer := make([]byte, max(min(size, maxFile), 511)+1)
	length := 0
	for {
		n, err := restart(func() (int, error) { return unix.Read(fd, buffer[length:]) })
		if err != nil {
			return "", err
		}
		if n == 0 {
			return string(buffer[:length]), nil
		}
		length += n
		if length > maxFile {
			return "", errTooLarge
		}
		if length == len(buffer) {
			buffer = append(buffer, make([]byte, len(buffer))...)
		}
	}
}

// restart calls f again when a signal interrupted it.
func restart(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if err != unix.EINTR {
			return n, err
		}
	}
}
