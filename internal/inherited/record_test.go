//go:build linux && !cgo && (amd64 || arm64)

package inherited

import (
	"encoding/json"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestRead sets what a shell can set; the launcher's tests compare the rest
// with what the program behind it finds.
func TestRead(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, shell string
		want        func(s *State)
	}{
		{"plain", "", func(*State) {}},
		{"one ignored", "trap '' TERM;", func(s *State) { s.Ignored |= 1 << (syscall.SIGTERM - 1) }},
		{"three ignored", "trap '' HUP PIPE USR1;", func(s *State) {
			s.Ignored |= 1<<(syscall.SIGHUP-1) | 1<<(syscall.SIGPIPE-1) | 1<<(syscall.SIGUSR1-1)
		}},
		{"soft limit", "ulimit -Sn 50;", func(s *State) { s.OpenFiles[0] = 50 }},
		{"both limits", "ulimit -n 51;", func(s *State) { s.OpenFiles = [2]uint64{51, 51} }},
		{"no stdin", "exec <&-;", func(s *State) { s.ClosedStdio = 1 }},
		{"no stdin and stderr", "exec <&- 2>&-;", func(s *State) { s.ClosedStdio = 5 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var want, got State
			tell(t, &want, exec.Command("/bin/sh", "-c", `exec "$0" role=state`, self))
			if !want.SignalsKnown || !want.LimitKnown || !want.StdioKnown {
				t.Fatalf("not all is known: %+v", want)
			}
			tt.want(&want)
			tell(t, &got, exec.Command("/bin/sh", "-c", tt.shell+` exec "$0" role=state`, self))
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// TestNoMemoryProfile: the hook comes before the runtime's first allocation.
func TestNoMemoryProfile(t *testing.T) {
	if runtime.MemProfileRate != 0 {
		t.Errorf("memory is profiled, one sample in %d bytes", runtime.MemProfileRate)
	}
}

func tell(t *testing.T, s *State, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, s); err != nil {
		t.Fatal(err)
	}
}

// TestRuntimeWorks has everything at once that rests on what the hook took
// over from the runtime's start: the first thread's thread-local storage is
// read by signal handlers, stack growth, and each switch between goroutines.
func TestRuntimeWorks(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	defer signal.Stop(signals)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			runtime.LockOSThread()
			for j := range 50 {
				grow(j)
				runtime.Gosched()
			}
		})
	}
	for range 20 {
		wg.Go(runtime.GC)
		if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		select {
		case <-signals:
		case <-time.After(time.Minute):
			t.Fatal("a signal got lost")
		}
	}
	wg.Wait()
	defer func() {
		if recover() == nil {
			t.Error("a memory fault did not become a panic")
		}
	}()
	var p *int
	*p = 1
}

//go:noinline
func grow(depth int) byte {
	var b [1024]byte
	if depth > 0 {
		b[depth] = grow(depth - 1)
	}
	return b[depth]
}

// TestAddressSpace: with any limit on it a process starts, or says why not and
// exits with 125. What it never does is to die in the runtime.
func TestAddressSpace(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const step = 20_000 // of 1024 bytes; the runtime maps 32 MB and more at a time
	for limit := 100_000; limit < 1_600_000; limit += step {
		cmd := exec.Command("/bin/sh", "-c", `ulimit -v "$1"; exec "$0" role=state`, self, strconv.Itoa(limit))
		var said strings.Builder
		cmd.Stderr = &said
		_ = cmd.Run()
		want, words := 0, ""
		if limit<<10 < leastSpace {
			want, words = 125, noSpace
		}
		if code := cmd.ProcessState.ExitCode(); code != want || said.String() != words {
			t.Errorf("with %d KiB: exit code %d, want %d\n%.200s", limit, code, want, said.String())
		}
	}
}
