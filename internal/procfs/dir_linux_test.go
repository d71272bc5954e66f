//go:build amd64 || arm64

package procfs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "role=cover" {
		if err := readCovered(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestDir(t *testing.T) {
	d := open(t)
	comm, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	var buf [512]byte
	if n, err := d.Read("self/comm", buf[:]); string(buf[:n]) != string(comm) || err != nil {
		t.Errorf("comm: %q, %v; want %q", buf[:n], err, comm)
	}
	if n, err := d.Read("self/comm", buf[:1]); n != 1 || buf[0] != comm[0] || err != nil {
		t.Errorf("the start of comm: %q, %v", buf[:n], err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := d.Readlink("self/exe", buf[:]); string(buf[:n]) != exe || err != nil {
		t.Errorf("exe: %q, %v; want %q", buf[:n], err, exe)
	}
	if n, err := d.Readlink("self/comm", buf[:]); n != 0 || err == nil {
		t.Errorf("a file as a link: %q, %v", buf[:n], err)
	}
	threads, err := d.Names("self/task")
	if want, _ := filepath.Glob("/proc/self/task/*"); len(threads) == 0 || len(threads) > len(want) || err != nil {
		t.Errorf("threads: %v, %v; want %v", threads, err, want)
	}
	for _, name := range []string{"self/none", "none"} {
		if n, err := d.Read(name, buf[:]); n != 0 || err != unix.ENOENT {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
}

// TestOutside: no name leads out of the directory, as links and paths do.
func TestOutside(t *testing.T) {
	d := open(t)
	for _, name := range []string{"/etc/passwd", "../etc/passwd", "self/root/etc/passwd", "self/exe", "self/cwd"} {
		if fd, err := d.Open(name, unix.O_RDONLY); err == nil {
			unix.Close(fd)
			t.Errorf("%s was opened", name)
		}
	}
}

// TestNone: of no directory, nothing can be read.
func TestNone(t *testing.T) {
	var d *Dir
	if fd := d.FD(); fd != -1 {
		t.Errorf("descriptor %d", fd)
	}
	if n, err := d.Read("self/comm", make([]byte, 8)); n != 0 || err != ErrNone {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := d.Readlink("self/exe", make([]byte, 8)); n != 0 || err != ErrNone {
		t.Errorf("%d bytes, %v", n, err)
	}
	if names, err := d.Names("self/task"); names != nil || err != ErrNone {
		t.Errorf("%v, %v", names, err)
	}
}

// TestCovered plays readCovered where a process may mount.
func TestCovered(t *testing.T) {
	cmd := exec.Command("/proc/self/exe", "role=cover")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		machine.Lacks(t, "no mount namespace is to be had here: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// readCovered reads what something is mounted over.
func readCovered() error {
	d, err := Open()
	if err != nil {
		return err
	}
	tmpfs := func(path string) error { return unix.Mount("none", path, "tmpfs", 0, "") }
	own := strconv.Itoa(os.Getpid())
	var before, after [512]byte
	n, err := d.Read(own+"/comm", before[:])
	if err != nil {
		return err
	}
	// One's own lists.
	if err := tmpfs("/proc/" + own + "/task"); err != nil {
		return err
	}
	if names, err := os.ReadDir("/proc/self/task"); len(names) != 0 || err != nil {
		return fmt.Errorf("nothing is mounted (%v), so this shows nothing", err)
	}
	var errs []error
	for _, name := range []string{own + "/task", "self/task", own + "/task/" + own + "/comm"} {
		if fd, err := d.Open(name, unix.O_RDONLY); err != ErrCovered {
			errs = append(errs, fmt.Errorf("%s: descriptor %d, %v", name, fd, err))
		}
	}
	// What does without openat2 looks at what it has opened.
	if fd, err := d.openPlain("self/task", unix.O_RDONLY); err != unix.EXDEV {
		errs = append(errs, fmt.Errorf("without openat2: descriptor %d, %v", fd, err))
	}
	if fd, err := d.openPlain("self/comm", unix.O_RDONLY); err != nil {
		errs = append(errs, fmt.Errorf("without openat2: descriptor %d, %v", fd, err))
	}
	// All of it.
	if err := tmpfs("/proc"); err != nil {
		return err
	}
	if _, err := os.ReadFile("/proc/self/comm"); !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("nothing is mounted (%v), so this shows nothing", err)
	}
	m, err := d.Read(own+"/comm", after[:])
	if text := string(after[:m]); text != string(before[:n]) || !strings.HasSuffix(text, "\n") || err != nil {
		errs = append(errs, fmt.Errorf("comm: %q, %v; want %q", text, err, before[:n]))
	}
	if late, err := Open(); late != nil || err != ErrNone {
		errs = append(errs, fmt.Errorf("a tmpfs is opened as /proc: %v", err))
	}
	return errors.Join(errs...)
}

func open(t *testing.T) *Dir {
	t.Helper()
	d, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return d
}
