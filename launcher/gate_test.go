//go:build linux && (amd64 || arm64)

package launcher

import (
	"os"
	"os/signal"
	"runtime"
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

// TestRelay has three kinds of senders, in two relays one after the other.
func TestRelay(t *testing.T) {
	// Its own thread has the signals unblocked. (Another may belong to
	// os/signal, which blocks on it what nobody has asked for.)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	pid := os.Getpid()
	for range 2 {
		r, err := openRelay(1<<(unix.SIGUSR2-1) | 1<<(unix.SIGALRM-1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := openRelay(1 << (unix.SIGUSR2 - 1)); err != errRelayOpen {
			t.Errorf("a second one: %v", err)
		}
		if err := unix.Kill(pid, unix.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		if got, ok := r.next(); !ok || got.signal != int32(unix.SIGUSR2) || got.code != 0 || int(got.pid) != pid {
			t.Errorf("kill: %+v, %t", got, ok)
		}
		if err := unix.Tgkill(pid, unix.Gettid(), unix.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		if got, ok := r.next(); !ok || got.signal != int32(unix.SIGUSR2) || got.code != -6 || int(got.pid) != pid { // SI_TKILL
			t.Errorf("tgkill: %+v, %t", got, ok)
		}
		if _, err := unix.Setitimer(unix.ITIMER_REAL, unix.Itimerval{Value: unix.Timeval{Usec: 1}}); err != nil {
			t.Fatal(err)
		}
		if got, ok := r.next(); !ok || got.signal != int32(unix.SIGALRM) || got.code != siKernel {
			t.Errorf("a timer: %+v, %t", got, ok)
		}
		r.end()
		if got, ok := r.next(); ok {
			t.Errorf("after the end: %+v", got)
		}
		r.close()
		// os/signal has them again.
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, unix.SIGUSR2)
		if err := unix.Kill(pid, unix.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		<-signals
		signal.Stop(signals)
	}
}
