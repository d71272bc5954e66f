//go:build linux && (amd64 || arm64)

package launcher

import (
	"encoding/binary"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
	"sandbox/internal/machine"
)

// The promise is that of 10,000 supervisors that are killed none lets a guarded
// call succeed: -kills=10000 tries it.
var kills = flag.Int("kills", 100, "how many supervisors to kill, in each way")

// What testdata/captive.c counts.
const (
	countDenied = iota
	countUnanswered
	countEscaped
	countOther
	countListeners
	countRefused
	countStarted
	counters
)

// A death is a way in which supervisors and watchers end.
type death struct {
	name  string
	guard bool
	time  time.Duration // of the program
	limit []Limit
	bomb  bool
	// strike ends somebody.
	strike func(*captivity)
	share  int    // one in how many of all strikes are such; 0: all
	status int    // the supervisor's exit status
	said   string // by the supervisor
}

// deaths are strikes at random moments, those of the start included.
var deaths = []death{
	{name: "supervisor killed", guard: true, time: 2 * time.Minute, strike: (*captivity).killSupervisor, status: 128 + int(unix.SIGKILL)},
	{
		name: "watcher killed", guard: true, time: 2 * time.Minute, strike: (*captivity).killWatcher, share: 10,
		status: StatusFailed, said: "was killed by SIGKILL, so the program was killed with all that it had started",
	},
	{name: "watcher stopped, supervisor killed", guard: true, time: 2 * time.Minute, strike: (*captivity).stopWatcher, share: 10, status: 128 + int(unix.SIGKILL)},
	{name: "both killed", guard: true, time: 500 * time.Millisecond, strike: (*captivity).killBoth, share: 20, status: 128 + int(unix.SIGKILL)},
	{name: "both killed, without the guard", time: 500 * time.Millisecond, strike: (*captivity).killBoth, share: 20, status: 128 + int(unix.SIGKILL)},
	{name: "nobody killed", guard: true, time: 20 * time.Millisecond, strike: func(*captivity) {}, share: 10, status: payloadStatus},
}

// TestDeath kills supervisors and watchers while programs make calls that they
// are denied, and try to listen themselves. Without the guard, and where nobody
// is left to end them, they get through.
func TestDeath(t *testing.T) {
	captive := machine.CompileC(t, "testdata/captive.c")
	for _, user := range users() {
		for _, d := range deaths {
			t.Run(user+", "+d.name, func(t *testing.T) { d.happen(t, user, captive, max(1, *kills/max(1, d.share))) })
		}
	}
}

// TestBomb kills the supervisor of a fork bomb that has reached its limit, or
// only the program that has set it off.
func TestBomb(t *testing.T) {
	captive := machine.CompileC(t, "testdata/captive.c")
	limit := []Limit{{Resource: 6, Soft: 200, Hard: 200}} // RLIMIT_NPROC, which root is exempt from
	user := users()[len(users())-1]
	if os.Getuid() == 0 && user == "root" {
		t.Fatal("nobody to set limits to")
	}
	for _, d := range []death{
		{name: "supervisor killed", strike: (*captivity).killSupervisor, status: 128 + int(unix.SIGKILL)},
		{name: "watcher killed", strike: (*captivity).killWatcher, status: StatusFailed},
		{name: "program killed", strike: (*captivity).killProgram, status: 128 + int(unix.SIGKILL)},
	} {
		d.bomb, d.limit, d.guard, d.time = true, limit, true, 2*time.Minute
		t.Run(d.name, func(t *testing.T) { d.happen(t, user, captive, max(1, *kills/100)) })
	}
}

// A captivity is a program under a supervisor, both of which hold a pipe open.
type captivity struct {
	t    *testing.T
	cmd  *exec.Cmd
	pipe *os.File
	late bool // the program's time was over before the strike, as on a busy machine
}

func (d *death) happen(t *testing.T, user, captive string, times int) {
	path := filepath.Join(machine.Dir(t), "counts")
	if err := os.WriteFile(path, make([]byte, os.Getpagesize()), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var longest time.Duration
	late := 0
	var group sync.WaitGroup
	turns := make(chan bool, times)
	for range times {
		turns <- true
	}
	close(turns)
	for range 2 {
		group.Go(func() {
			for range turns {
				if t.Failed() {
					return
				}
				lasted := d.once(t, user, captive, path)
				mu.Lock()
				longest = max(longest, lasted)
				if lasted > time.Second {
					late++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var n [counters]uint64
	for i := range n {
		n[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	t.Logf("%d strikes, %d programs had started; calls: %d denied, %d unanswered, %d otherwise, %d succeeded; listeners: %d refused, %d had; longest outlived by %v, %d times by more than 1 s",
		times, n[countStarted], n[countDenied], n[countUnanswered], n[countOther], n[countEscaped], n[countRefused], n[countListeners], longest.Round(10*time.Microsecond), late)
	switch {
	case d.guard && (n[countEscaped] != 0 || n[countListeners] != 0):
		t.Error("programs got through")
	case !d.guard && n[countEscaped] == 0:
		t.Error("without the guard, no program got through: this test shows nothing")
	case !d.bomb && n[countDenied] == 0:
		t.Error("no call was denied: this test shows nothing")
	}
}

// once starts a program, ends somebody, and returns how long the program lived
// after that.
func (d *death) once(t *testing.T, user, captive, counts string) time.Duration {
	r, w, err := os.Pipe()
	if err != nil {
		t.Error(err)
		return 0
	}
	defer r.Close()
	args := []string{captive, counts, fmt.Sprint(d.time.Milliseconds())}
	if d.bomb {
		args = append(args, "bomb")
	}
	j := job{
		Deny: []deny{{unix.SYS_GETPGID, bpf.UserNotif}}, Guard: d.guard,
		Keep: []int{3}, Listen: true, Limits: d.limit,
	}
	c := &captivity{t: t, cmd: role(t, "supervise", j, args...), pipe: r}
	c.cmd.Path, c.cmd.Dir = "/proc/self/exe", "/"
	c.cmd.ExtraFiles = []*os.File{w}
	var said strings.Builder
	c.cmd.Stderr = &said
	c.cmd.SysProcAttr = &syscall.SysProcAttr{}
	if user == "nobody" {
		c.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	if err := c.cmd.Start(); err != nil {
		t.Error(err)
		return 0
	}
	w.Close()
	if d.bomb {
		time.Sleep(300 * time.Millisecond) // to reach the limit
	}
	d.strike(c)
	struck := time.Now()
	// Nobody writes: when it can be read, nobody holds the other end any more.
	// How long that takes is the machine's business, as long as it happens.
	if err := r.SetReadDeadline(struck.Add(time.Minute)); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("processes were left after a minute: %v", err)
	}
	lasted := time.Since(struck)
	defer sweep(c.cmd.Process.Pid)
	err = c.cmd.Wait()
	if c.cmd.ProcessState == nil {
		t.Error(err)
		return 0
	}
	status := newStatus(unix.WaitStatus(c.cmd.ProcessState.Sys().(syscall.WaitStatus))).ExitCode()
	if c.late && status == payloadStatus {
		return lasted
	}
	if c.late || status != d.status || !strings.Contains(said.String(), d.said) {
		t.Errorf("the supervisor: status %d, %q; want %d, %q", status, said.String(), d.status, d.said)
	}
	return lasted
}

// sweep removes the cgroup that a supervisor has left behind which was killed
// together with its watcher, or before it had one.
func sweep(supervisor int) {
	if c := newCgroup(); c.used {
		_ = unix.Unlinkat(int(c.dir), fmt.Sprintf("sandbox-%d", supervisor), unix.AT_REMOVEDIR)
		c.removeOwn()
		c.close()
	}
}

// pause lasts at most a given time.
func pause(most time.Duration) { time.Sleep(rand.N(most)) }

// moment is as long as a start takes and something more.
const moment = 30 * time.Millisecond

func (c *captivity) killSupervisor() {
	pause(moment)
	c.signal(c.cmd.Process.Pid, unix.SIGKILL)
}

func (c *captivity) killWatcher() {
	watcher := c.child(c.cmd.Process.Pid)
	pause(moment)
	c.signal(watcher, unix.SIGKILL)
}

func (c *captivity) killProgram() {
	c.signal(c.child(c.child(c.cmd.Process.Pid)), unix.SIGKILL)
}

// stopWatcher does what the program could do: it keeps the watcher from seeing
// its parent end, if that comes before the parent has it go on.
func (c *captivity) stopWatcher() {
	watcher := c.child(c.cmd.Process.Pid)
	c.child(watcher)
	pause(moment)
	c.signal(watcher, unix.SIGSTOP)
	pause(moment / 10)
	c.signal(c.cmd.Process.Pid, unix.SIGKILL)
}

// killBoth leaves nobody a moment to end the program.
func (c *captivity) killBoth() {
	watcher := c.child(c.cmd.Process.Pid)
	c.child(watcher)
	pause(moment)
	c.signal(c.cmd.Process.Pid, unix.SIGSTOP)
	c.signal(watcher, unix.SIGKILL)
	c.signal(c.cmd.Process.Pid, unix.SIGKILL)
}

func (c *captivity) signal(pid int, sig syscall.Signal) {
	switch err := unix.Kill(pid, sig); err {
	case nil:
	case unix.ESRCH:
		c.late = true
	default:
		c.t.Errorf("cannot send %v to process %d: %v", sig, pid, err)
	}
}

// child waits for a process to have a child, and returns the first.
func (c *captivity) child(pid int) (child int) {
	for range 5000 {
		lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		for _, list := range lists {
			b, _ := os.ReadFile(list)
			if n, _ := fmt.Sscan(string(b), &child); n == 1 {
				return child
			}
		}
		time.Sleep(time.Millisecond)
	}
	c.t.Errorf("process %d makes no child", pid)
	return os.Getpid()
}

// supervise denies a command all that it asks for.
func (j job) supervise(args []string) {
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	go answerCalls(p.Listener(), func(n *notification) unix.Errno {
		if n.data.Nr == unix.SYS_SECCOMP {
			return unix.EBUSY
		}
		return unix.EPERM
	})
	status, err := p.Wait()
	j.fail(err)
	os.Exit(status.ExitCode())
}

// users are those by whom tests are run: this one, and an unprivileged one
// besides if this is root.
func users() []string {
	if os.Getuid() == 0 {
		return []string{"root", "nobody"}
	}
	return []string{"user"}
}
