//go:build linux && (amd64 || arm64)

package launcher

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/bpf"
	"sandbox/internal/procfs"
)

// daemon leaves a process behind in another session, whose parent has ended.
const daemon = `setsid sh -c 'sleep 1000 & exit'`

// A family is a shell that leaves behind a child and two daemons. They hold its
// output open.
const family = "sleep 1000 & " + daemon + "; " + daemon + "; exit 7"

// killedOrphan runs a program whose parent ends before it, and which makes a
// call that TestLeftover's filter kills for; its output is closed by then.
const killedOrphan = `sh -c 'nice -n 5 true & exit' 2>&1 | cat >/dev/null`

// TestLeftover: a program's end is that of all that it has started.
func TestLeftover(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		want         string
		status       int
	}{
		{"nothing", "exit 7", "0 left, 0 daemons, 0 orphans killed, tree %s\n", 7},
		{"family", family, "3 left, 2 daemons, 0 orphans killed, tree %s\n", 7},
		{"a daemon beside a background process", daemon + "; sleep 1000 & exit 7", "2 left, 1 daemons, 0 orphans killed, tree %s\n", 7},
		{"orphans that ended before", "sh -c 'sh -c \"exit 3\" & exit' & wait; sleep 0.3; exit 7", "0 left, 0 daemons, 0 orphans killed, tree %s\n", 7},
		{"killed", "sleep 1000 & kill -9 $$", "1 left, 0 daemons, 0 orphans killed, tree %s\n", 128 + int(unix.SIGKILL)},
		{"stopped ones", "sleep 1000 & kill -STOP $!; exit 7", "1 left, 0 daemons, 0 orphans killed, tree %s\n", 7},
		{"an orphan that the filter kills", killedOrphan + "; exit 7", "0 left, 0 daemons, 1 orphans killed, tree %s\n", 7},
		{"a child that the filter kills", "nice -n 5 true 2>/dev/null; exit 7", "0 left, 0 daemons, 0 orphans killed, tree %s\n", 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, status := result(t, role(t, "leave", job{Deny: []deny{{unix.SYS_SETPRIORITY, bpf.KillProcess}}}, "/bin/sh", "-c", tt.script))
			tree := Watchers
			if c := newCgroup(); c.used {
				tree = CgroupKill
				c.removeOwn()
				c.close()
			}
			if want := fmt.Sprintf(tt.want, tree); out != want || status != tt.status {
				t.Errorf("status %d, %q; want %d, %q", status, out, tt.status, want)
			}
		})
	}
}

// leave runs a command and tells what it has left behind.
func (j job) leave(args []string) {
	p, err := Start(j.program(), j.command(args), j.options())
	j.fail(err)
	status, err := p.Wait()
	j.fail(err)
	fmt.Printf("%d left, %d daemons, %d orphans killed, tree %s\n", p.Leftover(), len(p.Daemons()), p.KilledOrphans(), p.Tree())
	os.Exit(status.ExitCode())
}

// TestEnding ends a family in each of the ways in which its members are found.
func TestEnding(t *testing.T) {
	for _, way := range []string{"listed", "tried"} {
		t.Run(way, func(t *testing.T) {
			out, status := result(t, role(t, "end", job{Tried: way == "tried"}, family))
			if want := "killed 3, 0\n"; out != want || status != payloadStatus {
				t.Errorf("status %d, %q; want %d, %q", status, out, payloadStatus, want)
			}
		})
	}
}

// end has a shell run a script, and ends what that leaves behind.
func (j job) end(args []string) {
	var e ending
	if errno := becomeSubreaper(&e.spared); errno != 0 {
		j.fail(syscall.Errno(errno))
	}
	_ = exec.Command("/bin/sh", "-c", args[0]).Run()
	proc, err := procfs.Open()
	j.fail(err)
	find := func() int32 {
		alive, _ := e.killOfThreads(proc)
		return alive
	}
	if j.Tried {
		find = e.killTried
	}
	for e.haveLiving() {
		if alive := find(); alive != 0 {
			e.awaitEnd(alive)
		}
	}
	if e.reapZombies() {
		fmt.Println("some live")
	}
	fmt.Printf("killed %d, %d\n", e.killed, e.errno)
	os.Exit(payloadStatus)
}

// TestEndingBelowFilters: where every process is made to look like a child,
// none is killed.
func TestEndingBelowFilters(t *testing.T) {
	const faked = bpf.Errno
	inner := append([]string{self(t)}, roleArgs(t, "spare", job{})...)
	for _, deny := range [][]deny{{{unix.SYS_WAITID, faked}}, {{unix.SYS_WAIT4, faked}, {unix.SYS_WAITID, faked}}} {
		if out, status := result(t, role(t, "exec", job{Deny: deny}, inner...)); out != "not sure\n" || status != payloadStatus {
			t.Errorf("status %d, %q; want %d", status, out, payloadStatus)
		}
	}
}

// spare asks whether it could be known which processes are children.
func (j job) spare() {
	var e ending
	if !e.knowsChildren() {
		fmt.Println("not sure")
	}
	os.Exit(payloadStatus)
}

// TestFirstProcess starts programs in a pid namespace's first process, which
// needs no watcher.
func TestFirstProcess(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may make a pid namespace everywhere")
	}
	called := fmt.Sprintf("call %d(%d)\n", unix.SYS_EXIT_GROUP, payloadStatus)
	for _, tt := range []struct {
		name   string
		role   string
		job    job
		args   []string
		status int
		want   string
	}{
		{"a listener", "listen", job{Deny: []deny{{unix.SYS_EXIT_GROUP, bpf.UserNotif}}}, []string{exitPayload(t)}, payloadStatus, called},
		{"orphans", "start", job{}, []string{"/bin/sh", "-c", family}, 7, ""},
		{"no program", "start", job{}, []string{"/no/such"}, StatusNotFound, "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := role(t, tt.role, tt.job, tt.args...)
			cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
			out, status := result(t, cmd)
			if status != tt.status || !strings.Contains(out, tt.want) {
				t.Errorf("status %d, %q; want %d, %q", status, out, tt.status, tt.want)
			}
		})
	}
}
