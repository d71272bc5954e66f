//go:build amd64 || arm64

package launcher

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A cgroup is one of version 2 that this package has made for a program, below
// that of this process. The watcher is not in it.
type cgroup struct {
	used bool   // false: there is none, and nothing else counts
	name []byte // ends with 0
	dir  int32  // where it is
	own  int32  // itself
	ends int32  // its cgroup.kill (Linux 5.14)
}

// cgroupRoots are where cgroups of version 2 are mounted: alone, or beside those
// of version 1 (systemd's "hybrid").
var cgroupRoots = [...]string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}

// newCgroup makes a cgroup if this process may, which costs few calls where it
// may not.
func newCgroup() (c cgroup) {
	path, ok := ownCgroup()
	if !ok {
		return c
	}
	for _, root := range cgroupRoots {
		dir, err := unix.Open(root+path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		var fs unix.Statfs_t
		if err := unix.Fstatfs(dir, &fs); err == nil && fs.Type == unix.CGROUP2_SUPER_MAGIC {
			if c.makeIn(dir) {
				return c
			}
			unix.Close(dir)
			return cgroup{}
		}
		unix.Close(dir)
	}
	return c
}

// ownCgroup returns the path of this process's cgroup of version 2 (cgroups(7)).
func ownCgroup() (path string, ok bool) {
	for line := range bytes.Lines(readStart("/proc/self/cgroup", make([]byte, 4096))) {
		if path, ok := strings.CutPrefix(string(line), "0::"); ok && strings.HasSuffix(path, "\n") {
			path = strings.TrimSuffix(path, "\n")
			return path, !strings.HasPrefix(path, "/..") // outside of what is mounted here
		}
	}
	return "", false
}

func (c *cgroup) makeIn(dir int) bool {
	name := "sandbox-" + strconv.Itoa(os.Getpid())
	err := unix.Mkdirat(dir, name, 0o755)
	if err == unix.EEXIST { // another process with this id, which was killed with its watcher
		_ = unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
		err = unix.Mkdirat(dir, name, 0o755)
	}
	if err != nil {
		return false
	}
	own, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		ends, err := unix.Openat(own, "cgroup.kill", unix.O_WRONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			*c = cgroup{used: true, name: append([]byte(name), 0), dir: int32(dir), own: int32(own), ends: int32(ends)}
			return true
		}
		unix.Close(own)
	}
	_ = unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
	return false
}

// close closes its descriptors, and does not remove it.
func (c *cgroup) close() {
	if c.used {
		unix.Close(int(c.dir))
		unix.Close(int(c.own))
		unix.Close(int(c.ends))
		c.used = false
	}
}

// descriptors returns those that are needed to end it.
func (c *cgroup) descriptors() []int {
	if !c.used {
		return nil
	}
	return []int{int(c.dir), int(c.own), int(c.ends)}
}
