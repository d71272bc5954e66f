//go:build linux && (amd64 || arm64)

package supervisor

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
)

// A filter is installed for good, so that every test does it in a child: the
// test binary itself, with a role as its first argument.

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if name, ok := strings.CutPrefix(os.Args[1], "role="); ok {
			if err := play(name, os.Args[2:]); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

func play(name string, args []string) error {
	switch name {
	case "confine":
		return confine(args)
	case "call":
		return callEach(args)
	case "loop":
		return callOften(args)
	case "paths":
		return callWithPaths(args)
	case "hidden":
		if err := hide(); err != unix.EPERM {
			return fmt.Errorf("mkdirat gave %w", err)
		}
		return nil
	case "check":
		return checkUnder(args)
	case "proc":
		_, err := procfs.Open()
		fmt.Println(err)
		return nil
	case "look":
		return makeCalls(args[0])
	}
	return fmt.Errorf("no such role")
}

// The call that the filter of these tests hands to the supervisor. Neither C
// libraries nor Go nor Python make it by themselves, and if it is carried out,
// it succeeds.
const asked = unix.SYS_GETPRIORITY

// channel is the descriptor of a child's socket for its listener.
const channel = 3

// confine installs a filter that hands some calls to a listener, passes the
// listener on, and executes a command.
func confine(args []string) error {
	var numbers []uint32
	for _, text := range strings.Split(args[0], ",") {
		nr, err := strconv.ParseUint(text, 0, 32)
		if err != nil {
			return err
		}
		numbers = append(numbers, uint32(nr))
	}
	argv := args[1:]
	runtime.LockOSThread()
	listener, err := install(numbers)
	if err != nil {
		return err
	}
	if err := unix.Sendmsg(channel, []byte{0}, unix.UnixRights(listener), nil, 0); err != nil {
		return err
	}
	unix.Close(channel)
	unix.Close(listener)
	return unix.Exec(argv[0], argv, os.Environ())
}

func install(numbers []uint32) (listener int, err error) {
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}} // offsetof(struct seccomp_data, nr)
	for _, nr := range numbers {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: nr},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, err
	}
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	fd, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return -1, fmt.Errorf("cannot install a filter with a listener: %w", errno)
	}
	return int(fd), nil
}

// callEach makes the call once for each argument, and prints what came of it.
func callEach(args []string) error {
	for _, arg := range args {
		who, err := strconv.ParseUint(arg, 0, 64)
		if err != nil {
			return err
		}
		r, errno := ask3(0, uintptr(who))
		fmt.Println(r, int(errno))
	}
	return nil
}

func ask3(which, who uintptr) (r uintptr, errno syscall.Errno) {
	r, _, errno = unix.RawSyscall(asked, which, who, 0)
	return r, errno
}

// callOften makes the call a number of times.
func callOften(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	for range n {
		if _, errno := ask3(0, 0); errno != unix.EPERM {
			return fmt.Errorf("the call gave %w", errno)
		}
	}
	return nil
}

// callWithPaths makes a call with a path a number of times.
func callWithPaths(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	for range n {
		if err := unix.Mkdirat(unix.AT_FDCWD, "/path", 0o755); err != unix.EPERM {
			return fmt.Errorf("the call gave %w", err)
		}
	}
	return nil
}

// A victim is a process under the filter.
type victim struct {
	*exec.Cmd
	out, errs bytes.Buffer
}

// start starts a command under a filter for the asked call, and returns its
// listener. The command is killed at the end of the test.
func start(t testing.TB, argv ...string) (*victim, *Listener) {
	t.Helper()
	v := newVictim(t, []uint32{asked}, argv...)
	return v, v.start(t)
}

func newVictim(t testing.TB, numbers []uint32, argv ...string) *victim {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	var list []string
	for _, nr := range numbers {
		list = append(list, strconv.Itoa(int(nr)))
	}
	v := &victim{Cmd: exec.CommandContext(ctx, self(t), append([]string{"role=confine", strings.Join(list, ",")}, argv...)...)}
	v.Stdout, v.Stderr = &v.out, &v.errs
	v.WaitDelay = time.Second // its children may hold the pipes
	return v
}

func (v *victim) start(t testing.TB) *Listener {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "listener's channel")
	v.ExtraFiles = []*os.File{theirs} // 3, the channel
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	fd, err := receiveListener(pair[0])
	if err != nil {
		v.Wait()
		t.Fatalf("no listener: %v\n%s", err, v.errs.String())
	}
	proc, err := procfs.Open()
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(fd, proc)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// receiveListener receives a descriptor through a socket, and closes that.
func receiveListener(socket int) (fd int, err error) {
	defer unix.Close(socket)
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return -1, err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return -1, err
	}
	if len(messages) != 1 {
		return -1, fmt.Errorf("%d messages, want 1", len(messages))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return -1, err
	}
	return fds[0], nil
}

// output waits until the victim has ended well, and returns what it printed.
func (v *victim) output(t testing.TB) string {
	t.Helper()
	if err := v.Wait(); err != nil {
		t.Fatalf("%v: %v\n%s", v.Args, err, v.errs.String())
	}
	return v.out.String()
}

func role(t testing.TB, name string, args ...string) []string {
	return append([]string{self(t), "role=" + name}, args...)
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
