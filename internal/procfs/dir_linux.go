//go:build amd64 || arm64

package procfs

import (
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// A Dir is the directory /proc, kept open, and of this process's pid namespace.
// Names are relative to it. A nil Dir has nothing in it: all fails with ErrNone.
//
// Its descriptor is closed when nobody refers to it any more, since a system
// call that uses it may hang.
type Dir struct{ file *os.File }

// Open opens /proc. It is for before any program runs that could mount.
func Open() (*Dir, error) {
	fd, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil || fd < 3 { // less is faked
		return nil, ErrNone
	}
	d := &Dir{os.NewFile(uintptr(fd), "/proc")}
	var self [16]byte
	n, err := unix.Readlinkat(fd, "self", self[:])
	if !isProc(fd) || err != nil || n < 0 || string(self[:n]) != strconv.Itoa(os.Getpid()) {
		d.file.Close()
		return nil, ErrNone
	}
	return d, nil
}

func isProc(fd int) bool {
	var fs unix.Statfs_t
	err := unix.Fstatfs(fd, &fs)
	return err == nil && fs.Type == unix.PROC_SUPER_MAGIC
}

// FD returns the descriptor of the directory (O_PATH, O_CLOEXEC), or -1. It is
// open for as long as somebody refers to d.
func (d *Dir) FD() int {
	if d == nil {
		return -1
	}
	return int(d.file.Fd())
}

// Resolve is how openat2 (Linux 5.6) finds names in the directory: without
// asking any other file system, and without the links of procfs that lead
// elsewhere than their text says.
const Resolve = unix.RESOLVE_NO_XDEV | unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS

// Open opens a name, with flags of open(2) and FD_CLOEXEC. If something is
// mounted there, it fails with ErrCovered.
//
// Where openat2 is not to be had, what was opened is looked at afterwards: there
// a file system that does not answer is waited for.
func (d *Dir) Open(name string, flags int) (fd int, err error) {
	if d == nil {
		return -1, ErrNone
	}
	defer runtime.KeepAlive(d.file)
	flags |= unix.O_CLOEXEC
	fd, err = unix.Openat2(d.FD(), name, &unix.OpenHow{Flags: uint64(flags), Resolve: Resolve})
	if err == unix.ENOSYS || err == unix.EPERM { // before Linux 5.6, or by a filter around this process
		fd, err = d.openPlain(name, flags)
	}
	switch {
	case err == unix.EXDEV:
		return -1, ErrCovered
	case err != nil:
		return -1, err
	case fd < 3: // faked
		return -1, unix.EPERM
	}
	return fd, nil
}

func (d *Dir) openPlain(name string, flags int) (fd int, err error) {
	fd, err = unix.Openat(d.FD(), name, flags, 0)
	if err == nil && fd >= 3 && !isProc(fd) {
		unix.Close(fd)
		return -1, unix.EXDEV
	}
	return fd, err
}

// Read reads what a file begins with, as far as buf has room.
func (d *Dir) Read(name string, buf []byte) (n int, err error) {
	fd, err := d.Open(name, unix.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	n, err = unix.Read(fd, buf)
	return max(n, 0), err
}

// Readlink reads the text of a link, as far as buf has room.
func (d *Dir) Readlink(name string, buf []byte) (n int, err error) {
	// readlinkat itself would go through what is mounted over the link.
	fd, err := d.Open(name, unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	n, err = unix.Readlinkat(fd, "", buf)
	return max(n, 0), err
}

// Names returns the names in a directory.
func (d *Dir) Names(name string) ([]string, error) {
	fd, err := d.Open(name, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	return f.Readdirnames(-1)
}
