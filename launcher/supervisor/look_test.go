//go:build linux && (amd64 || arm64)

package supervisor

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sys/unix"

	"sandbox/arch/decode"
)

// A sight is a call that a child makes, and what is seen of it. DIR in the
// texts is the working directory.
type sight struct {
	name  string
	nr    uintptr
	args  func(w *world) [6]uintptr
	want  []Object
	start bool // its path starts in the working directory
}

// A world is what the calls of a child refer to. What it points to lives as long
// as the child: the calls are made by their addresses.
type world struct {
	dir    int
	socket int
	edge   uintptr // the end of a page, with none behind it
	kept   []any
}

func (w *world) text(s string) uintptr { return w.bytes(append([]byte(s), 0)) }

func (w *world) bytes(b []byte) uintptr {
	w.kept = append(w.kept, b)
	return uintptr(unsafe.Pointer(&b[0]))
}

// atEdge puts a text at the end of the last page.
func (w *world) atEdge(s string) uintptr {
	at := w.edge - uintptr(len(s))
	copy(unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&at))), len(s)), s)
	return at
}

func (w *world) texts(list ...string) uintptr {
	var array []uintptr
	for _, s := range list {
		array = append(array, w.text(s))
	}
	array = append(array, 0)
	w.kept = append(w.kept, array)
	return uintptr(unsafe.Pointer(&array[0]))
}

const (
	cwd = 0xffffff9c // AT_FDCWD as compilers pass it
	bad = 8          // an address in the page at 0
)

func path(register int, text string) Object {
	return Object{Register: register, Kind: decode.Path, Texts: []string{text}}
}

func target(register int, text string) Object {
	return Object{Register: register, Kind: decode.Descriptor, Texts: []string{text}}
}

func address(family, text string) Object {
	return Object{Register: 1, Kind: decode.SocketAddress, Family: family, Texts: []string{text}}
}

var socket = target(0, "socket:[N]")

var sights = []sight{
	{"relative", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.text("notes.txt")} }, []Object{path(1, "notes.txt")}, true},
	{"absolute", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.text("/etc/passwd")} }, []Object{path(1, "/etc/passwd")}, false},
	{"beside a descriptor", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{uintptr(w.dir), w.text("x")} }, []Object{target(0, "DIR"), path(1, "x")}, false},
	{"high half", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{0xdead<<32 | uintptr(w.dir), w.text("x")} }, []Object{target(0, "DIR"), path(1, "x")}, false},
	{"raw bytes", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.text("/\x1b[2J\n\xff")} }, []Object{path(1, "/\x1b[2J\n\xff")}, false},
	{"empty", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.text("")} }, []Object{path(1, "")}, true},
	{"null", unix.SYS_OPENAT, func(*world) [6]uintptr { return [6]uintptr{cwd, 0} }, nil, false},
	{"no memory", unix.SYS_OPENAT, func(*world) [6]uintptr { return [6]uintptr{cwd, bad} }, []Object{{Register: 1, Kind: decode.Path, Err: unix.EFAULT}}, false},
	{"long", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.text(strings.Repeat("/", 5000))} }, []Object{{Register: 1, Kind: decode.Path, Texts: []string{strings.Repeat("/", MaxText)}, Cut: true}}, false},
	{"as long as can be", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.text(strings.Repeat("/", MaxText))} }, []Object{path(1, strings.Repeat("/", MaxText))}, false},
	{"to the edge", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.atEdge("/edge\x00")} }, []Object{path(1, "/edge")}, false},
	{"over the edge", unix.SYS_OPENAT, func(w *world) [6]uintptr { return [6]uintptr{cwd, w.atEdge("/edge")} }, []Object{{Register: 1, Kind: decode.Path, Texts: []string{"/edge"}, Err: unix.EFAULT}}, false},
	{"closed", unix.SYS_CONNECT, func(*world) [6]uintptr { return [6]uintptr{999, 0, 0} }, []Object{{Register: 0, Kind: decode.Descriptor, Err: unix.EBADF}}, false},
	{"IPv4", unix.SYS_CONNECT, func(w *world) [6]uintptr {
		return [6]uintptr{uintptr(w.socket), w.bytes([]byte{2, 0, 0, 80, 127, 0, 0, 1, 15: 0}), 16}
	}, []Object{socket, address("AF_INET", "127.0.0.1:80")}, false},
	{"IPv6", unix.SYS_CONNECT, func(w *world) [6]uintptr {
		return [6]uintptr{uintptr(w.socket), w.bytes([]byte{10, 0, 1, 187, 23: 1, 27: 0}), 28}
	}, []Object{socket, address("AF_INET6", "[::1]:443")}, false},
	{"unix", unix.SYS_CONNECT, func(w *world) [6]uintptr {
		return [6]uintptr{uintptr(w.socket), w.bytes([]byte("\x01\x00/run/x\x00junk")), 110}
	}, []Object{socket, address("AF_UNIX", "/run/x")}, false},
	{"abstract", unix.SYS_CONNECT, func(w *world) [6]uintptr {
		return [6]uintptr{uintptr(w.socket), w.bytes([]byte("\x01\x00\x00a\x00b")), 6}
	}, []Object{socket, address("AF_UNIX", "@a\x00b")}, false},
	{"no address", unix.SYS_CONNECT, func(*world) [6]uintptr { return [6]uintptr{999, bad, 16} }, []Object{{Register: 0, Kind: decode.Descriptor, Err: unix.EBADF}, {Register: 1, Kind: decode.SocketAddress, Err: unix.EFAULT}}, false},
	{"negative size", unix.SYS_CONNECT, func(*world) [6]uintptr { return [6]uintptr{cwd, bad, 0xffffffff} }, []Object{{Register: 1, Kind: decode.SocketAddress}}, false},
	{"argv", unix.SYS_EXECVE, func(w *world) [6]uintptr { return [6]uintptr{w.text("/bin/true"), w.texts("true", "", "two"), 0} }, []Object{
		path(0, "/bin/true"), {Register: 1, Kind: decode.Strings, Texts: []string{"true", "", "two"}},
	}, false},
	{"many arguments", unix.SYS_EXECVE, func(w *world) [6]uintptr {
		return [6]uintptr{w.text("/bin/true"), w.texts(strings.Split(strings.Repeat("x", 20), "")...), 0}
	}, []Object{
		path(0, "/bin/true"), {Register: 1, Kind: decode.Strings, Texts: strings.Split(strings.Repeat("x", 16), ""), Cut: true},
	}, false},
	{"long arguments", unix.SYS_EXECVE, func(w *world) [6]uintptr {
		return [6]uintptr{w.text("/bin/true"), w.texts(strings.Repeat("x", 2000), "y"), 0}
	}, []Object{
		path(0, "/bin/true"), {Register: 1, Kind: decode.Strings, Texts: []string{strings.Repeat("x", MaxText)}, Cut: true},
	}, false},
	{"numbers only", asked, func(*world) [6]uintptr { return [6]uintptr{0, 7} }, nil, false},
}

// makeCalls is the child's part, on a thread that is not the first.
func makeCalls(dir string) error {
	if err := os.Chdir(dir); err != nil {
		return err
	}
	runtime.LockOSThread() // the first thread stays with this goroutine
	w := &world{}
	var err error
	if w.dir, err = unix.Open(".", unix.O_PATH, 0); err != nil {
		return err
	}
	if w.socket, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); err != nil {
		return err
	}
	page := os.Getpagesize()
	pages, err := unix.Mmap(-1, 0, 2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return err
	}
	w.edge = uintptr(unsafe.Pointer(&pages[page]))
	if _, _, errno := unix.RawSyscall(unix.SYS_MUNMAP, w.edge, uintptr(page), 0); errno != 0 {
		return errno
	}
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(done)
		name := []byte("odd\n\x1bname\x00")
		unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name[0])), 0, 0, 0)
		ask3(0, began)
		for _, s := range sights {
			a := s.args(w)
			unix.RawSyscall6(s.nr, a[0], a[1], a[2], a[3], a[4], a[5])
		}
	}()
	<-done
	return nil
}

const began = 0xbe9a // what the child asks for before the calls that count

// TestLook looks at calls of all kinds.
func TestLook(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	numbers := []uint32{asked, unix.SYS_OPENAT, unix.SYS_CONNECT, unix.SYS_EXECVE}
	v := newVictim(t, numbers, role(t, "look", dir)...)
	// The victim's own execve is handed over too, so that somebody must answer
	// before it gets there.
	l := v.start(t)
	on, next := false, 0
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		if !on {
			on = c.Nr == asked && c.Args[1] == began
			return Continue()
		}
		if c.Thread == v.Process.Pid || next == len(sights) {
			return Continue() // of the Go runtime
		}
		s := sights[next]
		next++
		seen, err := l.Look(c)
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			return Errno(1)
		}
		if exe, err := l.Executable(c); exe != self(t) || err != nil {
			t.Errorf("%s: the executable is %q, error %v", s.name, exe, err)
		}
		want := &Seen{Who: Who{Process: v.Process.Pid, Thread: c.Thread, Comm: "odd\n\x1bname", Exe: self(t)}, Objects: s.want}
		if s.start {
			want.Directory = dir
		}
		for i, o := range seen.Objects {
			if strings.HasPrefix(o.Text(), "socket:[") {
				seen.Objects[i].Texts = []string{"socket:[N]"}
			}
			if o.Text() == dir {
				seen.Objects[i].Texts = []string{"DIR"}
			}
		}
		if diff := cmp.Diff(want, seen, cmpopts.IgnoreUnexported(Object{}), cmpopts.EquateErrors(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: -want +got\n%s", s.name, diff)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	v.output(t)
	if next != len(sights) {
		t.Errorf("%d calls, want %d", next, len(sights))
	}
}

// TestLookGone: what was read of a caller that is gone is thrown away.
func TestLookGone(t *testing.T) {
	v, l := start(t, role(t, "call", "0")...)
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		if _, err := l.Look(c); err != nil {
			t.Errorf("before: %v", err)
		}
		v.Process.Signal(syscall.SIGKILL)
		v.Process.Wait()
		mine := *c // a process that has taken over the id
		mine.Thread = os.Getpid()
		for _, c := range []*Call{c, &mine} {
			if seen, err := l.Look(c); err != ErrGone || seen != nil {
				t.Errorf("after: %+v, %v", seen, err)
			}
			if exe, err := l.Executable(c); err != ErrGone || exe != "" {
				t.Errorf("after: %q, %v", exe, err)
			}
		}
		c.Thread = 0
		if _, err := l.Look(c); err != ErrInvisible {
			t.Errorf("of an invisible caller: %v", err)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
}

// TestLookHidden: a process that may not be traced hides its memory from all
// but the privileged. Its name and number are public.
func TestLookHidden(t *testing.T) {
	v := newVictim(t, []uint32{unix.SYS_MKDIRAT}, role(t, "hidden")...)
	l := v.start(t)
	var seen *Seen
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		var err error
		if seen, err = l.Look(c); err != nil {
			t.Error(err)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	v.output(t)
	want := &Seen{Who: Who{Process: v.Process.Pid, Comm: "supervisor.test"}, Objects: []Object{{Register: 1, Kind: decode.Path, Err: unix.EPERM}}, Unread: unix.EPERM}
	if os.Getuid() == 0 {
		want.Exe, want.Objects, want.Unread = self(t), []Object{path(1, "/hidden")}, nil
	}
	if seen == nil {
		t.Fatal("no call was made")
	}
	want.Thread = seen.Thread
	seen.Comm = want.Comm // of a test binary that may be called anything
	if diff := cmp.Diff(want, seen, cmpopts.IgnoreUnexported(Object{}), cmpopts.EquateErrors(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// hide makes a call with a path once nobody may trace this process.
func hide() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	return unix.Mkdirat(unix.AT_FDCWD, "/hidden", 0o755)
}

// TestLookBelow looks at a process in a pid namespace of its own, which calls
// itself 1.
func TestLookBelow(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may make a pid namespace without a user namespace")
	}
	v := newVictim(t, []uint32{asked}, role(t, "call", "0")...)
	v.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
	l := v.start(t)
	calls := 0
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		calls++
		if seen, err := l.Look(c); err != nil || seen.Process != v.Process.Pid || seen.Thread != c.Thread || seen.Exe != self(t) {
			t.Errorf("%+v, %v; the process is %d", seen, err, v.Process.Pid)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	v.output(t)
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

// TestProcOfOthers: in a new pid namespace /proc is still that of the old one,
// where the same numbers are other processes.
func TestProcOfOthers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may make a pid namespace without a user namespace")
	}
	for _, tt := range []struct {
		flags uintptr
		want  string
	}{{0, "<nil>\n"}, {unix.CLONE_NEWPID, ErrNoProc.Error() + "\n"}} {
		cmd := exec.Command(self(t), "role=proc")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: tt.flags}
		if b, err := cmd.CombinedOutput(); err != nil || string(b) != tt.want {
			t.Errorf("flags %#x: %q, %v; want %q", tt.flags, b, err, tt.want)
		}
	}
}
