//go:build amd64 || arm64

package launcher

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// daemons returns those among the zombies that the watcher keeps: the program's,
// and those of the processes that were ended with it, which are the watcher's
// children by now. There are none where /proc does not list children, or lists
// those of another pid namespace.
func (w *watcher) daemons(program int) []Daemon {
	own, err := unix.Getsid(0)
	if err != nil {
		return nil
	}
	var daemons []Daemon
	found := false
	id, stat := strconv.Itoa(w.pid), make([]byte, 1024)
	for _, child := range strings.Fields(string(readStart("/proc/"+id+"/task/"+id+"/children", make([]byte, 4096)))) {
		pid, err := strconv.Atoi(child)
		if err != nil {
			continue
		}
		if pid == program {
			found = true
			continue
		}
		name, session := parseStat(readStart("/proc/"+child+"/stat", stat))
		// The program can be the leader of a session: see Options.NewSession.
		if session > 0 && session != own && session != program {
			daemons = append(daemons, Daemon{PID: pid, Name: name})
		}
	}
	if !found {
		return nil
	}
	return daemons
}

// parseStat returns the name and the session of a process, from what
// /proc/PID/stat says of it (proc_pid_stat(5)). The name can have any bytes, so
// that its end is the last parenthesis.
func parseStat(stat []byte) (name string, session int) {
	begin, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if begin < 0 || end < begin {
		return "", 0
	}
	const at = 3 // after the name: state, parent, group, session
	fields := strings.Fields(string(stat[end+1:]))
	if len(fields) <= at {
		return "", 0
	}
	session, err := strconv.Atoi(fields[at])
	if err != nil {
		return "", 0
	}
	return string(stat[begin+1 : end]), session
}

// readStart returns what a file begins with, as far as buf has room, or nothing.
func readStart(path string, buf []byte) []byte {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, _ := unix.Read(fd, buf)
	return buf[:max(n, 0)]
}
