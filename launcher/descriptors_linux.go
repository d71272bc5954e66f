//go:build amd64 || arm64

package launcher

import (
	"math"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// descriptors says which descriptors the program must not find. They are
// marked FD_CLOEXEC, so that execve closes them: nothing of ours breaks if it
// fails.
type descriptors struct {
	ranges [][2]uint32 // for close_range, both ends included
	each   []uint32    // one by one, where close_range cannot do it
}

// planDescriptors decides which descriptors are closed: all from 3 on that
// keep does not list.
func planDescriptors(keep []int) (descriptors, error) {
	if len(keep) > 1 {
		keep = slices.Clone(keep)
		slices.Sort(keep)
		keep = slices.Compact(keep)
	}
	for _, fd := range keep {
		if err := checkKept(fd); err != nil {
			return descriptors{}, err
		}
	}
	if closeRangeWorks() {
		return descriptors{ranges: gaps(3, keep)}, nil
	}
	open, err := openDescriptors()
	if err != nil {
		return descriptors{}, err
	}
	var d descriptors
	for _, fd := range open {
		if _, kept := slices.BinarySearch(keep, fd); !kept && fd >= 3 {
			d.each = append(d.each, uint32(fd))
		}
	}
	return d, nil
}

// checkKept refuses a descriptor that nobody passed. The flag tells those from
// our own: whatever came through an execve lacks FD_CLOEXEC, and everything
// that Go opens has it.
func checkKept(fd int) error {
	name := strconv.Itoa(fd)
	if fd < 3 {
		return &Error{Status: StatusFailed, Text: "descriptor " + name + " cannot be kept: only 3 and up are closed"}
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	switch {
	case err == unix.EBADF, err == nil && flags&unix.FD_CLOEXEC != 0:
		return &Error{
			Status: StatusFailed,
			Text:   "descriptor " + name + " cannot be kept: it was not passed to this process",
			Hint:   "open it where the command is called, as a shell does for " + name + "<file",
			Err:    unix.EBADF,
		}
	case err != nil:
		return &Error{Status: StatusFailed, Text: "cannot ask for the flags of descriptor " + name + ": " + err.Error(), Err: err}
	}
	return nil
}

// gaps returns the ranges from first on between the sorted descriptors kept.
// Negative ones stand for none.
func gaps(first uint32, keep []int) [][2]uint32 {
	ranges := make([][2]uint32, 0, len(keep)+1)
	for _, fd := range keep {
		if fd < 0 {
			continue
		}
		if k := uint32(fd); k > first {
			ranges = append(ranges, [2]uint32{first, k - 1})
		}
		first = uint32(fd) + 1
	}
	return append(ranges, [2]uint32{first, math.MaxUint32})
}

// closeRangeWorks tries close_range (Linux 5.9) with CLOSE_RANGE_CLOEXEC
// (5.11) where no descriptor can be. Any failure, EPERM from a container's
// filter too, means that it cannot be used; and so does success for a range
// that ends before it begins, which such a filter can fake.
func closeRangeWorks() bool {
	return unix.CloseRange(math.MaxUint32, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) == nil &&
		unix.CloseRange(math.MaxUint32, math.MaxUint32-1, unix.CLOSE_RANGE_CLOEXEC) == unix.EINVAL
}

// openDescriptors lists the open descriptors, a few closed ones perhaps among
// them, in no order.
func openDescriptors() ([]int, error) {
	if names, err := readNames("/proc/self/fd"); err == nil {
		list := make([]int, 0, len(names))
		for _, name := range names {
			if fd, err := strconv.Atoi(name); err == nil {
				list = append(list, fd)
			}
		}
		return list, nil
	}
	return tryDescriptors()
}

// maxTried is how many descriptors are tried one by one; it takes about 0.1 s.
const maxTried = 1 << 20

// tryDescriptors asks for each descriptor, whatever the limit is: those of a
// time with a higher one may be open still.
func tryDescriptors() ([]int, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil, &Error{Status: StatusFailed, Text: "cannot ask for the limit on open files: " + err.Error(), Err: err}
	}
	if limit.Max > maxTried {
		return nil, &Error{
			Status: StatusFailed,
			Text:   "cannot find the open descriptors: close_range does not work, /proc is not there, and the hard limit on open files is " + strconv.FormatUint(limit.Max, 10),
			Hint:   "mount /proc, or lower the limit with ulimit -Hn " + strconv.Itoa(maxTried),
		}
	}
	return tryBelow(maxTried), nil
}

func tryBelow(end int) (list []int) {
	for fd := range end {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
			list = append(list, fd)
		}
	}
	return list
}

func readNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}
