//go:build linux && (amd64 || arm64)

package supervisor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sandbox/internal/procfs"
)

func openProc(t *testing.T) *procfs.Dir {
	t.Helper()
	proc, err := procfs.Open()
	if err != nil {
		t.Fatal(err)
	}
	return proc
}

// readSelf reads a text of this process's memory.
func readSelf(r *reader, proc *procfs.Dir) error {
	text := []byte("what is to be read")
	m := r.open(proc, os.Getpid())
	defer m.close()
	got := make([]byte, len(text))
	n, err := m.read(uint64(uintptr(unsafe.Pointer(&text[0]))), got)
	if err == nil && (n != len(text) || !bytes.Equal(got, text)) {
		err = fmt.Errorf("read %q, %d bytes", got, n)
	}
	return err
}

// TestReader: one process reads, again and again; another one if that is killed,
// and none once the reader is closed.
func TestReader(t *testing.T) {
	var r reader
	proc := openProc(t)
	for range 3 {
		if err := readSelf(&r, proc); err != nil {
			t.Fatal(err)
		}
	}
	first := r.pid
	unix.Kill(first, unix.SIGKILL)
	for range 3 {
		if err := readSelf(&r, proc); err != nil {
			t.Fatal(err)
		}
	}
	if first == r.pid {
		t.Error("the process was killed and reads")
	}
	second := r.pid
	r.close()
	for _, pid := range []int{first, second} {
		if err := unix.Kill(pid, 0); err != unix.ESRCH {
			t.Errorf("process %d: %v", pid, err)
		}
	}
	if err := readSelf(&r, proc); err != os.ErrClosed {
		t.Errorf("a closed reader: %v", err)
	}
}

// TestReaderStopped: a process that was stopped is replaced.
func TestReaderStopped(t *testing.T) {
	var r reader
	defer r.close()
	proc := openProc(t)
	if err := readSelf(&r, proc); err != nil {
		t.Fatal(err)
	}
	unix.Kill(r.pid, unix.SIGSTOP)
	if err := readSelf(&r, proc); err != ErrSilent {
		t.Errorf("stopped: %v", err)
	}
	if err := readSelf(&r, proc); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestRunnable: a process that waits is told from one that only lacks a processor.
func TestRunnable(t *testing.T) {
	var r reader
	defer r.close()
	proc := openProc(t)
	if err := readSelf(&r, proc); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); isRunnable(proc, r.pid); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the process that waits for requests runs")
		}
	}
	if runtime.LockOSThread(); !isRunnable(proc, unix.Gettid()) { // and asks for itself
		t.Error("this thread does not run")
	}
	runtime.UnlockOSThread()
}

// TestReaderProcess: the process has nothing of this one's but a socket, dies with
// it, and nobody who waits for children sees it who does not ask for such.
func TestReaderProcess(t *testing.T) {
	proc := openProc(t)
	for _, ranges := range []bool{true, false} {
		if ranges && !closesRanges() {
			continue // before Linux 5.9
		}
		p, err := newReaderProcess(ranges, proc)
		if err != nil {
			t.Fatal(err)
		}
		pid, errno := p.fork()
		unix.Close(int(p.socket))
		if errno != 0 {
			t.Fatal(errno)
		}
		r := reader{pid: int(pid), channel: int(p.theirs)}
		if err := readSelf(&r, proc); err != nil || r.pid != int(pid) {
			t.Errorf("process %d of %d: %v", r.pid, pid, err)
		}
		dir := fmt.Sprintf("/proc/%d/", pid)
		files, err := os.ReadDir(dir + "fd")
		if err != nil || len(files) != 1 {
			t.Errorf("open are %v, %v", files, err)
		}
		status, err := os.ReadFile(dir + "status")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Name:\tsandbox-reader\n", "SigBlk:\tfffffffffffbfeff\n", fmt.Sprintf("PPid:\t%d\n", os.Getpid())} {
			if !strings.Contains(string(status), want) {
				t.Errorf("no %q in\n%s", want, status)
			}
		}
		// It ends by itself when nobody can ask it any more.
		unix.Close(r.channel)
		var ws unix.WaitStatus
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			if _, err := unix.Wait4(int(pid), nil, unix.WNOHANG, nil); err != unix.ECHILD {
				t.Fatalf("seen as an ordinary child: %v", err)
			}
			ended, err := unix.Wait4(int(pid), &ws, unix.WNOHANG|unix.WALL, nil)
			if err != nil || ended == 0 && time.Now().After(deadline) {
				t.Fatalf("not ended: %v", err)
			}
			if ended != 0 {
				break
			}
		}
		if ws != 0 {
			t.Errorf("ended with %#x", ws)
		}
	}
}

// TestReaderUnopened: why nothing is read is known.
func TestReaderUnopened(t *testing.T) {
	var r reader
	defer r.close()
	if err := readSelf(&r, nil); !errors.Is(err, procfs.ErrNone) {
		t.Errorf("without /proc: %v", err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	proc := openProc(t)
	m := r.open(proc, os.Getpid())
	defer m.close()
	none := limit
	none.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, err := m.read(uint64(uintptr(unsafe.Pointer(&limit))), make([]byte, 1))
	unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
	if !errors.Is(err, unix.EMFILE) || m.err != err {
		t.Errorf("without descriptors: %v, %v", err, m.err)
	}
}
