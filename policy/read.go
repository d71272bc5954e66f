package policy

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// maxFile is the size in bytes up to which a policy is read. The largest that
// anybody has written by hand are some 20 kB.
const maxFile = 1 << 20

// An identity tells files apart, whatever paths lead to them.
type identity struct {
	device, inode uint64
	path          string // where the system has no inodes
}

// A handle is a policy file that is open and not read yet.
type handle struct {
	id   identity
	pipe bool // has no directory of its own
	read func() (string, error)
	done func()
}

var (
	errDirectory = errors.New("is a directory")
	errDevice    = errors.New("is a device, not a file")
	errTooLarge  = errors.New("is larger than 1 MiB, so it is no policy")
	errEmpty     = errors.New("is empty")
)

// open opens the file at path, or what the request or an earlier reading has in
// its place.
func (l *loader) open(path string) (handle, error) {
	switch {
	case l.earlier != nil:
		return l.reopen(path)
	case l.request.ReadFile == nil:
		return openFile(path)
	}
	text, err := l.request.ReadFile(path)
	if err == nil && len(text) > maxFile {
		err = errTooLarge
	}
	return handle{
		id:   identity{path: filepath.Clean(path)},
		read: func() (string, error) { return text, nil },
		done: func() {},
	}, err
}

// reasonOf says in plain words why a file cannot be read.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "it may not be read (permission denied)"
	case errors.Is(err, errDirectory), errors.Is(err, errDevice), errors.Is(err, errTooLarge), errors.Is(err, errEmpty):
		return "it " + err.Error()
	}
	return err.Error()
}
