//go:build amd64 || arm64

package launcher

import (
	"errors"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
)

// A watcher is what this process has of the one between it and the program. See
// watch.
type watcher struct {
	pid     int
	channel int // this process's end
	end     <-chan unix.WaitStatus
	cgroup  cgroup
	proc    *procfs.Dir
}

// newWatch prepares a watcher for the plan, which finds the list of its children
// in proc. It opens what the watcher needs; if there is one then, or if there will
// be none, closeWatch closes that.
func (pl *plan) newWatch(c Command, follows bool, proc *procfs.Dir) (*watcher, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err == nil && ends[0] == ends[1] {
		err = unix.EPERM // faked
	}
	if err != nil {
		return nil, watchError("a pair of sockets", err)
	}
	sigchld := unix.Sigset_t{Val: [16]uint64{1 << (unix.SIGCHLD - 1)}}
	signals, err := unix.Signalfd(-1, &sigchld, unix.SFD_CLOEXEC|unix.SFD_NONBLOCK)
	if err == nil && signals < 3 {
		err = unix.EPERM // faked: those are open always in a Go program
	}
	if err != nil {
		unix.Close(ends[0])
		unix.Close(ends[1])
		return nil, watchError("a descriptor for signals", err)
	}
	parent, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil || parent < 3 {
		parent = -1 // before Linux 5.3 the end of the channel has to do
	}
	w := &watch{
		channel: int32(ends[1]), theirs: int32(ends[0]), signals: int32(signals), parent: int32(parent),
		follows: follows,
	}
	w.ending.cgroup = newCgroup()
	w.ending.children = int32(proc.FD())
	own := append(w.ending.cgroup.descriptors(), ends[1], signals, parent, proc.FD())
	w.foreign = pl.descriptors.foreign(c.Keep, own...)
	if w.foreign.ranges != nil {
		needed := slices.Concat(own, c.Keep)
		slices.Sort(needed)
		w.others = gaps(3, needed)
	}
	w.complete()
	pl.watch = w
	return &watcher{channel: ends[0], cgroup: w.ending.cgroup, proc: proc}, nil
}

// close is for a watcher that has never been.
func (w *watcher) close() {
	unix.Close(w.channel)
	if w.cgroup.used {
		w.cgroup.removeOwn()
		w.cgroup.close()
	}
}

func watchError(what string, err error) *Error {
	return &Error{
		Status: StatusFailed,
		Text:   "cannot make " + what + " to watch the program: " + err.Error(),
		Hint:   deniedHint(err),
		Err:    err,
	}
}

// closeWatch closes what only the watcher needs.
func (pl *plan) closeWatch() {
	for _, fd := range []int32{pl.watch.channel, pl.watch.signals, pl.watch.parent} {
		if fd >= 0 {
			unix.Close(int(fd))
		}
	}
}

// foreign returns all descriptors but the given ones, of which those may be -1
// that are not there.
func (d *descriptors) foreign(kept []int, own ...int) descriptors {
	slices.Sort(own)
	if d.each == nil {
		return descriptors{ranges: gaps(0, own)}
	}
	list := append(slices.Clone(d.each), 0, 1, 2)
	for _, fd := range kept {
		list = append(list, uint32(fd))
	}
	return descriptors{each: slices.DeleteFunc(list, func(fd uint32) bool {
		_, found := slices.BinarySearch(own, int(fd))
		return found
	})}
}

var errGone = errors.New("the watcher has ended")

// hear waits for what the watcher tells, and for a descriptor that comes with
// it, or -1. It fails when the watcher is gone.
func (w *watcher) hear() (m message, descriptor int, err error) {
	control := make([]byte, unix.CmsgSpace(4))
	for {
		n, c, _, _, err := unix.Recvmsg(w.channel, m.bytes(), control, unix.MSG_CMSG_CLOEXEC)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return m, -1, err
		case n != len(m.bytes()):
			return m, -1, errGone
		}
		return m, descriptorIn(control[:c]), nil
	}
}

func descriptorIn(control []byte) int {
	if messages, err := unix.ParseSocketControlMessage(control); err == nil && len(messages) == 1 {
		if list, err := unix.ParseUnixRights(&messages[0]); err == nil && len(list) == 1 {
			return list[0]
		}
	}
	return -1
}

// say answers the watcher, which may be gone.
func (w *watcher) say(answer byte) {
	for unix.Sendto(w.channel, []byte{answer}, unix.MSG_NOSIGNAL, nil) == unix.EINTR {
	}
}

// attend waits for the watcher's end and reaps it. If somebody stops it, it goes
// on.
func (w *watcher) attend() (end <-chan unix.WaitStatus) {
	c := make(chan unix.WaitStatus, 1)
	go func() {
		for {
			var ws unix.WaitStatus
			switch _, err := unix.Wait4(w.pid, &ws, unix.WUNTRACED, nil); {
			case err == unix.EINTR:
			case err == nil && ws.Stopped():
				_ = unix.Kill(w.pid, unix.SIGCONT)
			default:
				c <- ws
				return
			}
		}
	}()
	return c
}

// lost is why a program was ended whose watcher has gone.
func (w *watcher) lost(how unix.WaitStatus) *Error {
	e := &Error{
		Status: StatusFailed,
		Text:   "the process that watched the program (" + strconv.Itoa(w.pid) + ") has ended, so the program was killed with all that it had started",
	}
	if how.Signaled() {
		e.Text = "the process that watched the program (" + strconv.Itoa(w.pid) + ") was killed by " + unix.SignalName(how.Signal()) +
			", so the program was killed with all that it had started"
		e.Hint = "if it was the program, a rule that refuses kill, tgkill and pidfd_send_signal keeps it from doing that"
	}
	return e
}

// endOrphans does what the watcher would have done, in its place: its children
// are this process's now.
func (w *watcher) endOrphans(program int) *ending {
	// Not what this process has made for itself, to read the program's memory.
	e := &ending{cgroup: w.cgroup, spared: int32(program), ordinary: true}
	e.cgroup.kill()
	if program != 0 {
		if fd, err := unix.PidfdOpen(program, 0); err == nil && fd >= 3 { // less is faked
			defer unix.Close(fd)
			e.pidfd, e.opened = int32(fd), true
		}
	}
	for e.begin() {
		if !e.again(e.killOfThreads(w.proc)) {
			break
		}
	}
	e.reapZombies()
	e.cgroup.remove(&e.buffer)
	return e
}

// killOfThreads kills the children of all threads. Where one of their lists
// cannot be read, as if something is mounted over it, none counts.
func (e *ending) killOfThreads(proc *procfs.Dir) (alive int32, listed bool) {
	const tasks = "self/task/"
	threads, err := proc.Names(tasks)
	complete := err == nil
	for _, thread := range threads {
		fd, err := proc.Open(tasks+thread+"/children", unix.O_RDONLY)
		if err != nil {
			complete = complete && err == unix.ENOENT // the thread has ended
			continue
		}
		n, some := e.killListed(uintptr(fd))
		unix.Close(fd)
		alive += n
		listed = listed || some
	}
	return alive, listed && complete
}
