//go:build linux && (amd64 || arm64)

package launcher

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// testCgroup returns a cgroup, and its path.
func testCgroup(t *testing.T) (c cgroup, path string) {
	t.Helper()
	c = newCgroup()
	switch {
	case c.used:
	case os.Getuid() == 0:
		machine.Lacks(t, "no cgroup of version 2 can be made, as root: none is mounted at %q", cgroupRoots)
	default:
		t.Skip("this user may make no cgroup")
	}
	t.Cleanup(c.close)
	path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", c.own))
	if err != nil {
		t.Fatal(err)
	}
	return c, path
}

func isGone(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("%s: %v, want that it is gone", path, err)
	}
}

// sleepIn has a process sleep in a cgroup. It is moved there, as one that is made
// there may be killed: see join.
func sleepIn(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	start(t, cmd)
	moveTo(t, path, cmd)
	return cmd
}

// moveTo moves a process to a cgroup.
func moveTo(t *testing.T, path string, cmd *exec.Cmd) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path, "cgroup.procs"), []byte(fmt.Sprint(cmd.Process.Pid)), 0); err != nil {
		t.Fatal(err)
	}
}

// TestCgroup makes a cgroup, kills what is in it and in one within, and removes
// both.
func TestCgroup(t *testing.T) {
	c, path := testCgroup(t)
	within := filepath.Join(path, "within")
	if err := os.Mkdir(within, 0o755); err != nil {
		t.Fatal(err)
	}
	sleepers := []*exec.Cmd{sleepIn(t, path), sleepIn(t, within)}
	c.remove(new([4096]byte))
	if _, err := os.Stat(within); err != nil {
		t.Errorf("removed with a process in it: %v", err)
	}
	c.kill()
	for _, cmd := range sleepers {
		if _ = cmd.Wait(); cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != unix.SIGKILL {
			t.Errorf("a process ended otherwise: %v", cmd.ProcessState)
		}
	}
	c.remove(new([4096]byte))
	isGone(t, path)
}

// TestCgroupsWithin removes cgroups with others in them.
func TestCgroupsWithin(t *testing.T) {
	var many, flat, comb []string
	for i := range 300 {
		many = append(many, fmt.Sprintf("%d/..%d", i%7, i))
	}
	for i := range 5000 {
		flat = append(flat, fmt.Sprint(i))
	}
	for i := range 60 {
		for n := range 50 {
			comb = append(comb, fmt.Sprintf("%s%d", strings.Repeat("d/", i), n))
		}
	}
	for _, tt := range []struct {
		name string
		dirs []string
	}{
		{"none", nil},
		{"dots", []string{"...", ".a", "..b", " ", strings.Repeat("n", 255)}},
		{"in each other", []string{strings.Repeat("d/", 300)}},
		{"many", many},
		{"beside each other", flat},
		{"comb", comb},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, path := testCgroup(t)
			for _, dir := range tt.dirs {
				if err := os.MkdirAll(path+"/"+dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			c.remove(new([4096]byte))
			isGone(t, path)
		})
	}
}

// TestCgroupHeld removes all but the cgroups that a process is in, or is below.
func TestCgroupHeld(t *testing.T) {
	c, path := testCgroup(t)
	for i := range 9 * 9 * 9 {
		if err := os.MkdirAll(fmt.Sprintf("%s/%d/%d/%d", path, i/81, i/9%9, i%9), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var sleepers []*exec.Cmd
	for _, held := range []string{"2/4/4", "2/4/6", "4/2/2", "4/4"} {
		sleepers = append(sleepers, sleepIn(t, filepath.Join(path, held)))
	}
	c.remove(new([4096]byte))
	var left []string
	_ = filepath.WalkDir(path, func(at string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			left = append(left, strings.TrimPrefix(at, path))
		}
		return err
	})
	if want := []string{"", "/2", "/2/4", "/2/4/4", "/2/4/6", "/4", "/4/2", "/4/2/2", "/4/4"}; !slices.Equal(left, want) {
		t.Errorf("%q are left, want %q", left, want)
	}
	c.kill()
	for _, cmd := range sleepers {
		_ = cmd.Wait()
	}
	c.remove(new([4096]byte))
	isGone(t, path)
}

// TestCgroupClosed has a user's program make cgroups whose modes keep that user
// from removing what is in them.
func TestCgroupClosed(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may delegate a cgroup to another user")
	}
	for _, tt := range []struct{ name, script string }{
		{"not", "true"},
		{"those with none", "chmod 0 a/b/c d"},
		{"one", "chmod 0 a"},
		{"all", "chmod 0 a/b/c a/b; chmod 0 a d; chmod 0 ."},
		{"to writing", "chmod 500 a a/b ."},
		{"to searching", "chmod 600 a/b/c; chmod 600 a/b; chmod 600 a; chmod 600 ."},
		{"to reading", "chmod 300 a a/b a/b/c d ."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, path := testCgroup(t)
			defer c.remove(new([4096]byte))
			delegate(t, path, 65534)
			out, status := startedIn(t, path, 65534, "start", job{}, "/bin/sh", "-c", findOwn+"cd $own && mkdir -p a/b/c d && { "+tt.script+"; } && pwd && exit 7")
			own := strings.TrimSuffix(out, "\n")
			if status != 7 || !strings.HasPrefix(own, path+"/sandbox-") {
				t.Fatalf("status %d, %q; want 7, and a cgroup in %s", status, out, path)
			}
			isGone(t, own)
		})
	}
}

// delegate gives a cgroup to a user, as cgroups(7) has it.
func delegate(t *testing.T, path string, uid int) {
	t.Helper()
	for _, name := range []string{"", "cgroup.procs"} {
		if err := os.Chown(filepath.Join(path, name), uid, -1); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCgroupMounted mounts what has empty directories on a cgroup within, from
// where they would be removed if that were followed: another cgroup, and a file
// system.
func TestCgroupMounted(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may mount something everywhere")
	}
	for _, kind := range []string{"cgroup", "file system"} {
		t.Run(kind, func(t *testing.T) {
			c, path := testCgroup(t)
			on := filepath.Join(path, "within")
			other := t.TempDir()
			if kind == "cgroup" {
				other = path + "-other"
			}
			for _, dir := range []string{on, other, filepath.Join(other, "outside")} {
				if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
					t.Fatal(err)
				}
			}
			defer func() {
				_ = os.Remove(filepath.Join(other, "outside"))
				_ = os.Remove(other)
			}()
			if err := unix.Mount(other, on, "", unix.MS_BIND, ""); err != nil {
				t.Fatal(err)
			}
			c.remove(new([4096]byte))
			if err := unix.Unmount(on, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(other, "outside")); err != nil {
				t.Errorf("what is outside was removed: %v", err)
			}
			c.remove(new([4096]byte))
			isGone(t, path)
		})
	}
}

// TestCgroupKilledOnce starts a program from a cgroup whose processes were all
// killed once, when there were none: see join.
func TestCgroupKilledOnce(t *testing.T) {
	for _, uid := range []int{os.Getuid(), 65534} {
		if uid != os.Getuid() && os.Getuid() != 0 {
			continue
		}
		t.Run(fmt.Sprint(uid), func(t *testing.T) {
			c, path := testCgroup(t)
			defer c.remove(new([4096]byte))
			delegate(t, path, uid)
			for kills := range 3 {
				out, status := startedIn(t, path, uid, "leave", job{}, "/bin/sh", "-c", "sed -n 's/^0::.*\\(sandbox-[^/]*\\)$/\\1/p' /proc/self/cgroup; exit 7")
				own, rest, _ := strings.Cut(out, "\n")
				if want := "0 left, 0 daemons, 0 orphans killed, tree cgroup\n"; rest != want || status != 7 || !strings.HasPrefix(own, "sandbox-") {
					t.Errorf("killed %d times: status %d, %q; want %d, %q in a cgroup of its own", kills, status, out, 7, want)
				}
				isGone(t, filepath.Join(path, own))
				c.kill()
			}
		})
	}
}

// startedIn has a user play a role in a cgroup.
func startedIn(t *testing.T, path string, uid int, name string, j job, args ...string) (out string, status int) {
	t.Helper()
	binary, err := os.Open(self(t)) // which the user may not find by its path
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	cmd := command(t, append([]string{"/bin/sh", "-c", `read go && exec /proc/self/fd/3 "$@"`, "sh"}, roleArgs(t, name, j, args...)...)...)
	cmd.Dir, cmd.ExtraFiles = "/", []*os.File{binary}
	if uid != os.Getuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	var b strings.Builder
	cmd.Stdout, cmd.Stderr = &b, &b
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	moveTo(t, path, cmd)
	fmt.Fprintln(in, "go")
	_ = cmd.Wait()
	return b.String(), cmd.ProcessState.ExitCode()
}

// findOwn has a shell find the directory of its cgroup.
const findOwn = `
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do [ -e $root$own/cgroup.kill ] && break; done
own=$root$own
`

// inCgroups makes cgroups in that of the process, moves into one of them, and
// says what the first is called.
const inCgroups = findOwn + `
mkdir -p $own/a/b/c $own/d
echo $$ > $own/a/b/cgroup.procs || exit 1
sleep 1000 &
echo $own
`

// TestCgroupOfProgram: nothing stays behind of the cgroups that a program has
// made, whoever ends, and be they frozen.
func TestCgroupOfProgram(t *testing.T) {
	c, path := testCgroup(t)
	c.remove(new([4096]byte))
	isGone(t, path)
	for _, tt := range []struct {
		name   string
		strike func(c *captivity, program int)
		status int
		frozen string // "1": they are
	}{
		{"program", func(c *captivity, program int) { c.signal(program, unix.SIGTERM) }, 128 + int(unix.SIGTERM), "0"},
		{"supervisor", func(c *captivity, _ int) { c.signal(c.cmd.Process.Pid, unix.SIGKILL) }, 128 + int(unix.SIGKILL), "0"},
		{"watcher", func(c *captivity, _ int) { c.signal(c.child(c.cmd.Process.Pid), unix.SIGKILL) }, StatusFailed, "0"},
		{"frozen program", func(c *captivity, program int) { c.signal(program, unix.SIGKILL) }, 128 + int(unix.SIGKILL), "1"},
		{"supervisor of frozen ones", func(c *captivity, _ int) { c.signal(c.cmd.Process.Pid, unix.SIGKILL) }, 128 + int(unix.SIGKILL), "1"},
		{"watcher of frozen ones", func(c *captivity, _ int) { c.signal(c.child(c.cmd.Process.Pid), unix.SIGKILL) }, StatusFailed, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := role(t, "start", job{}, "/bin/sh", "-c", inCgroups+"echo $$; wait")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			start(t, cmd)
			var own string
			var program int
			if _, err := fmt.Fscan(out, &own, &program); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(own, "a/b/c")); err != nil || !strings.Contains(own, "sandbox-") {
				t.Fatalf("%s: %v", own, err)
			}
			if err := os.WriteFile(filepath.Join(own, "cgroup.freeze"), []byte(tt.frozen), 0); err != nil {
				t.Fatal(err)
			}
			tt.strike(&captivity{t: t, cmd: cmd}, program)
			_ = cmd.Wait()
			if status := newStatus(unix.WaitStatus(cmd.ProcessState.Sys().(syscall.WaitStatus))).ExitCode(); status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			for range 1000 { // the watcher may live on for a moment
				if _, err := os.Lstat(own); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			isGone(t, own)
		})
	}
}
