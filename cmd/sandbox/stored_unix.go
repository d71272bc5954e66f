//go:build unix

package main

import (
	"golang.org/x/sys/unix"
)

// readUnshared reads a regular file of at most so many bytes that nobody but its
// owner may write.
//
// It does without os.File, which would set up the runtime's poller: six system
// calls, at every start.
func readUnshared(path string, most int) ([]byte, error) {
	file, err := readOwned(path, most)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return file, nil
}

func readOwned(path string, most int) ([]byte, error) {
	// Without O_NONBLOCK, opening a FIFO would wait for its writer.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var status unix.Stat_t
	if err := unix.Fstat(fd, &status); err != nil {
		return nil, err
	}
	switch mode := uint32(status.Mode); {
	case mode&unix.S_IFMT != unix.S_IFREG:
		return nil, errNotRegular
	case mode&(unix.S_IWGRP|unix.S_IWOTH) != 0:
		return nil, errShared
	case status.Size > int64(most):
		return nil, errTooLarge
	}
	// One byte more than the file had: less is read at once, unless it is being
	// written, and then its checksum is wrong.
	file := make([]byte, status.Size+1)
	for {
		n, err := unix.Read(fd, file)
		if err != unix.EINTR {
			return file[:max(n, 0)], err
		}
	}
}
