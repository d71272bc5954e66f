//go:build amd64 || arm64

package launcher

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// A cgroup is one of version 2 that this package has made for a program. The
// zero value is none.
type cgroup struct {
	path []byte // ends with 0; nil for none
	ends int32  // cgroup.kill, open for writing
	dir  int32
}

var one = [...]byte{'1'}

// kill has the kernel kill all processes in the cgroup, also those that are
// being made (Linux 5.14). The contract of enter holds.
//
//go:nosplit
//go:norace
func (c *cgroup) kill() {
	if c.path != nil {
		systemCall(unix.SYS_WRITE, uintptr(c.ends), uintptr(unsafe.Pointer(&one)), 1, 0, 0, 0)
	}
}

// remove removes the cgroup, which nothing is in any more. The contract of enter
// holds.
//
//go:nosplit
//go:norace
func (c *cgroup) remove() {
	if c.path != nil {
		systemCall(unix.SYS_UNLINKAT, uintptr(c.dir), address(c.path), unix.AT_REMOVEDIR, 0, 0, 0)
	}
}
