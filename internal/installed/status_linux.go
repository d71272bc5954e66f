package installed

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// explain says what the kernel means by refusing to hand out a filter
// (kernel/seccomp.c, seccomp_get_filter).
func explain(tid int, err error) error {
	switch {
	case errors.Is(err, unix.EINVAL) && mode(tid) == "0":
		return ErrUnfiltered
	case errors.Is(err, unix.EINVAL) && mode(tid) == "1":
		return ErrStrict
	case errors.Is(err, unix.EINVAL) && mode(tid) == "": // no /proc
		return ErrUnclear
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.EIO):
		return ErrNotBuilt
	case errors.Is(err, unix.EACCES):
		return ErrNotTold
	case errors.Is(err, unix.EMEDIUMTYPE):
		return errors.New("one of its filters is no classic BPF program")
	}
	return fmt.Errorf("cannot read its filters: %w", err)
}

// mode returns the thread's seccomp mode as /proc has it: 0 none, 1 strict, 2
// filters; or "" if it cannot be read.
func mode(tid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	if err != nil {
		return ""
	}
	_, rest, ok := strings.Cut(string(status), "\nSeccomp:\t")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\n")
	return value
}
