//go:build amd64 || arm64

package supervisor

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// receivingNoticesEnd reports whether SECCOMP_IOCTL_NOTIF_RECV ends when no
// process is left under the filter: since Linux 6.11 ("seccomp: interrupt
// SECCOMP_IOCTL_NOTIF_RECV when all users have exited"). Before, only poll does,
// a system call more for each notification. Nothing but the release tells; where
// it is unknown or pretends to be older, there is that call.
func receivingNoticesEnd() bool {
	return kernelAtLeast(6, 11)
}

func kernelAtLeast(major, minor int) bool {
	var names unix.Utsname
	if err := unix.Uname(&names); err != nil {
		return false
	}
	return releaseAtLeast(unix.ByteSliceToString(names.Release[:]), major, minor)
}

// releaseAtLeast reports whether a release, as "6.11.0-rc1", is of a version or
// newer.
func releaseAtLeast(release string, major, minor int) bool {
	other := func(r rune) bool { return r < '0' || r > '9' }
	first, rest, _ := strings.Cut(release, ".")
	if end := strings.IndexFunc(rest, other); end >= 0 {
		rest = rest[:end]
	}
	x, err := strconv.Atoi(first)
	y, wrong := strconv.Atoi(rest)
	return err == nil && wrong == nil && (x > major || x == major && y >= minor)
}
