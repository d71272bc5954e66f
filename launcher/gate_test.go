//go:build linux && (amd64 || arm64)

package launcher

import (
	"os"
	"os/signal"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSystemCall(t *testing.T) {
	if got := systemCall(unix.SYS_GETPID, 0, 0, 0, 0, 0, 0); int(got) != os.Getpid() || failed(got) != 0 {
		t.Errorf("getpid: %d, want %d", got, os.Getpid())
	}
	if got := failed(systemCall(unix.SYS_CLOSE, ^uintptr(0), 0, 0, 0, 0, 0)); got != uint32(unix.EBADF) {
		t.Errorf("close(-1): errno %d, want EBADF", got)
	}
	// All six arguments: read 3 bytes of a mapped file at its page 1.
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page := os.Getpagesize()
	if _, err := f.WriteAt([]byte("abc"), int64(page)); err != nil {
		t.Fatal(err)
	}
	address := systemCall(unix.SYS_MMAP, 0, uintptr(page), unix.PROT_READ, unix.MAP_PRIVATE, f.Fd(), uintptr(page))
	if errno := failed(address); errno != 0 {
		t.Fatal(syscall.Errno(errno))
	}
	pipe := [2]int{}
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[0])
	defer unix.Close(pipe[1])
	if got := systemCall(unix.SYS_WRITE, uintptr(pipe[1]), address, 3, 0, 0, 0); got != 3 {
		t.Fatalf("write: %d", int(got))
	}
	var b [3]byte
	if _, err := unix.Read(pipe[0], b[:]); err != nil || string(b[:]) != "abc" {
		t.Errorf("read %q, %v", b, err)
	}
	systemCall(unix.SYS_MUNMAP, address, uintptr(page), 0, 0, 0, 0)
}

// TestSender has three kinds of senders.
func TestSender(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGUSR2, unix.SIGALRM)
	defer signal.Stop(signals)
	for range 2 { // a second time must not wrap the wrapper
		for _, sig := range []syscall.Signal{unix.SIGUSR2, unix.SIGALRM} {
			if err := noteSenders(sig); err != nil {
				t.Fatal(err)
			}
		}
	}
	pid := os.Getpid()
	if err := unix.Kill(pid, unix.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	<-signals
	if got, want := lastSender(unix.SIGUSR2), (sender{0, int32(pid)}); got != want {
		t.Errorf("kill: %+v, want %+v", got, want)
	}
	if err := unix.Tgkill(pid, pid, unix.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	<-signals
	if got, want := lastSender(unix.SIGUSR2), (sender{-6, int32(pid)}); got != want { // SI_TKILL
		t.Errorf("tgkill: %+v, want %+v", got, want)
	}
	if _, err := unix.Setitimer(unix.ITIMER_REAL, unix.Itimerval{Value: unix.Timeval{Usec: 1}}); err != nil {
		t.Fatal(err)
	}
	<-signals
	if got := lastSender(unix.SIGALRM); got.code != siKernel {
		t.Errorf("a timer: %+v, want code %#x", got, siKernel)
	}
}
