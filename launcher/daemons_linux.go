//go:build amd64 || arm64

package launcher

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// How long a program that has ended is waited for what it has left behind, at
// most, and how many processes are looked at.
const (
	daemonPause  = time.Millisecond
	daemonPauses = 20
	mostLeftover = 64
	// Naming them is for words only: nobody is ended later for it.
	namingTime = 500 * time.Millisecond
)

// daemons returns those that the program has left behind: processes that live,
// have another session than the program, and nobody but the watcher for a parent.
//
// A program that makes itself a daemon ends as soon as it has forked, mostly
// before its child has asked for a session. So it waits a little for children
// that have not done what they were made for: to execute something, or that.
//
// If that takes too long, because the machine does or /proc does not answer, there
// are none.
func (w *watcher) daemons(program int) []Daemon {
	found := make(chan []Daemon, 1)
	go func() { found <- w.settledDaemons(program) }()
	select {
	case daemons := <-found:
		return daemons
	case <-time.After(namingTime):
		return nil
	}
}

func (w *watcher) settledDaemons(program int) (daemons []Daemon) {
	for range daemonPauses {
		settled := true
		if daemons, settled = w.findDaemons(program); settled {
			break
		}
		time.Sleep(daemonPause)
	}
	return daemons
}

// findDaemons looks for daemons, and reports whether no other may become one.
// There are none where /proc does not list children.
func (w *watcher) findDaemons(program int) (daemons []Daemon, settled bool) {
	own, err := unix.Getsid(0)
	if err != nil {
		return nil, true
	}
	found := false
	settled = true
	id, buf := strconv.Itoa(w.pid), make([]byte, 4096)
	n, err := w.proc.Read(id+"/task/"+id+"/children", buf)
	if err != nil {
		return nil, true
	}
	children := strings.Fields(string(buf[:n]))
	for _, child := range children[:min(len(children), mostLeftover)] {
		pid, err := strconv.Atoi(child)
		if err != nil {
			continue
		}
		if pid == program {
			found = true
			continue
		}
		n, err := w.proc.Read(child+"/stat", buf)
		if err != nil {
			continue
		}
		s := parseStat(buf[:n])
		switch {
		case s.session == 0 || s.ended:
		case s.session != own && s.session != program: // see Options.NewSession
			daemons = append(daemons, Daemon{PID: pid, Name: s.name})
		case s.forked:
			settled = false
		}
	}
	if !found {
		return nil, true
	}
	return daemons, settled
}

// A stat is what /proc/PID/stat says of a process (proc_pid_stat(5)).
type stat struct {
	name    string // any bytes
	session int    // 0: nothing is known
	ended   bool   // it is a zombie
	forked  bool   // and has not executed anything since (PF_FORKNOEXEC)
}

// parseStat reads that file. The name can have parentheses itself, but nothing
// after it has.
func parseStat(text []byte) (s stat) {
	begin, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if begin < 0 || end < begin {
		return s
	}
	// Places after the name; and a flag (linux/sched.h), since 2.6.
	const stateAt, sessionAt, flagsAt, forkNoExec = 0, 3, 6, 0x40
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) <= flagsAt {
		return s
	}
	session, err := strconv.Atoi(fields[sessionAt])
	flags, flagsErr := strconv.ParseUint(fields[flagsAt], 10, 32)
	if err != nil || flagsErr != nil {
		return s
	}
	return stat{
		name:    string(text[begin+1 : end]),
		session: session,
		ended:   fields[stateAt] == "Z" || fields[stateAt] == "X",
		forked:  flags&forkNoExec != 0,
	}
}

// readStart returns what a file begins with, as far as buf has room, or nothing.
// It is for before a program runs, which could mount something there.
func readStart(path string, buf []byte) []byte {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	n, _ := unix.Read(fd, buf)
	return buf[:max(n, 0)]
}
