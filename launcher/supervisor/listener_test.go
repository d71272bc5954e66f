//go:build linux && (amd64 || arm64)

package supervisor

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/arch"
)

// TestAnswers has calls answered in every way.
func TestAnswers(t *testing.T) {
	answers := []struct {
		answer Answer
		want   string // result and errno
	}{
		{Continue(), "20 0"}, // the control: 20 minus the priority
		{Errno(1), "-1 1"},
		{Errno(13), "-1 13"},
		{Errno(4094), "-1 4094"},
		{Errno(0), "-1 38"},
		{Errno(4096), "-1 38"},
		{Errno(65535), "-1 38"},
		{Answer{}, "-1 38"},
		{Continue(), "20 0"},
	}
	var args, want []string
	for _, a := range answers {
		args, want = append(args, "0"), append(want, a.want)
	}
	v, l := start(t, role(t, "call", args...)...)
	next := 0
	err := l.Serve(HandlerFunc(func(*Call) Answer {
		next++
		return answers[next-1].answer
	}))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.ReplaceAll(v.output(t), "18446744073709551615", "-1")
	if got != strings.Join(want, "\n")+"\n" {
		t.Errorf("got\n%swant\n%s", got, strings.Join(want, "\n"))
	}
}

// TestCall looks at what a handler is told.
func TestCall(t *testing.T) {
	v, l := start(t, role(t, "call", "0xfedcba9876543210", "2")...)
	abi, _ := arch.ForGOARCH(runtime.GOARCH)
	var calls []Call
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		calls = append(calls, *c)
		if !l.Waiting(c.ID) {
			t.Error("a call does not wait while it is answered")
		}
		if l.Waiting(c.ID + 1) {
			t.Error("a call waits that nobody made")
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	v.output(t)
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	for i, who := range []uint64{0xfedcba9876543210, 2} {
		c := calls[i]
		if c.Nr != asked || c.Arch != abi.Audit() || c.Args[0] != 0 || c.Args[1] != who || c.IP == 0 {
			t.Errorf("call %d is %+v", i, c)
		}
		if c.Thread < v.Process.Pid {
			t.Errorf("the call is of thread %d, of process %d", c.Thread, v.Process.Pid)
		}
	}
	if calls[0].ID == calls[1].ID {
		t.Error("two calls have the same id")
	}
	if l.Waiting(calls[1].ID) {
		t.Error("a call waits after the end")
	}
}

// eachWait runs a test for each of the ways in which Serve waits for calls.
func eachWait(t *testing.T, test func(t *testing.T, set func(*Listener))) {
	t.Run("polling", func(t *testing.T) {
		test(t, func(l *Listener) { l.noticesEnd = false })
	})
	t.Run("receiving", func(t *testing.T) {
		if !kernelAtLeast(6, 11) {
			t.Skip("this kernel does not wake who receives when the last process ends")
		}
		test(t, func(l *Listener) { l.noticesEnd = true })
	})
}

// TestServeEnds: the last process under the filter is a grandchild, which makes
// a call when its parents are gone.
func TestServeEnds(t *testing.T) {
	eachWait(t, func(t *testing.T, set func(*Listener)) {
		v, l := start(t, "/bin/sh", "-c", `(sleep 0.1; exec "$@") >/dev/null 2>&1 &`, "sh", self(t), "role=call", "7")
		set(l)
		calls := 0
		done := make(chan error, 1)
		go func() {
			done <- l.Serve(HandlerFunc(func(c *Call) Answer {
				calls++
				return Errno(1)
			}))
		}()
		v.output(t)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if calls != 1 {
			t.Errorf("%d calls, want 1: the grandchild's", calls)
		}
		if err := l.Serve(nil); !errors.Is(err, os.ErrClosed) {
			t.Errorf("serving again: %v", err)
		}
	})
}

// TestPanic: a handler that panics permits nothing, nor does it leave anybody
// waiting.
func TestPanic(t *testing.T) {
	for _, value := range []any{"text", errors.New("an error"), 7} {
		v, l := start(t, role(t, "call", "0", "0")...)
		err := l.Serve(HandlerFunc(func(*Call) Answer { panic(value) }))
		var panicked *PanicError
		if !errors.As(err, &panicked) || panicked.Value != value || panicked.Call.Nr != asked || !strings.Contains(string(panicked.Stack), "TestPanic") {
			t.Errorf("%v: Serve returned %v", value, err)
		}
		if got := v.output(t); strings.Count(got, " 38\n") != 2 {
			t.Errorf("%v: the calls gave\n%s", value, got)
		}
	}
}

// TestGoexit: the goroutine of a handler ends.
func TestGoexit(t *testing.T) {
	v, l := start(t, role(t, "call", "0", "0")...)
	go l.Serve(HandlerFunc(func(*Call) Answer { runtime.Goexit(); return Continue() }))
	if got := v.output(t); strings.Count(got, " 38\n") != 2 {
		t.Errorf("the calls gave\n%s", got)
	}
}

// TestClosed: a listener that nobody serves lets nobody through.
func TestClosed(t *testing.T) {
	v, l := start(t, role(t, "call", "0")...)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := v.output(t); !strings.HasSuffix(got, " 38\n") {
		t.Errorf("the call gave %s", got)
	}
}

// TestKilled: callers are killed before their answer, which goes nowhere.
func TestKilled(t *testing.T) {
	eachWait(t, func(t *testing.T, set func(*Listener)) {
		v, l := start(t, role(t, "call", "0", "0")...)
		set(l)
		calls := 0
		err := l.Serve(HandlerFunc(func(c *Call) Answer {
			calls++
			v.Process.Kill()
			v.Process.Wait()
			if l.Waiting(c.ID) {
				t.Error("the call of a dead process waits")
			}
			return Continue()
		}))
		if err != nil || calls != 1 {
			t.Errorf("%d calls, error %v", calls, err)
		}
	})
}

// TestSignalled: the serving thread gets signals all the while, as the Go
// runtime's own.
func TestSignalled(t *testing.T) {
	eachWait(t, func(t *testing.T, set func(*Listener)) {
		const n = 2000
		v, l := start(t, role(t, "loop", "2000")...)
		set(l)
		var thread atomic.Int64
		stop := make(chan struct{})
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					if id := thread.Load(); id != 0 {
						unix.Tgkill(os.Getpid(), int(id), syscall.SIGURG)
					}
					runtime.Gosched()
				}
			}
		}()
		calls := 0
		err := l.Serve(HandlerFunc(func(*Call) Answer {
			calls++
			thread.Store(int64(unix.Gettid()))
			return Errno(1)
		}))
		close(stop)
		v.output(t)
		if err != nil || calls != n {
			t.Errorf("%d calls, want %d; error %v", calls, n, err)
		}
	})
}

// TestListenRefuses has descriptors that are no listeners.
func TestListenRefuses(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for name, fd := range map[string]int{"null": int(null.Fd()), "pipe": int(r.Fd()), "none": -1} {
		if l, err := Listen(fd, nil); err == nil {
			t.Errorf("%s: Listen returned %v", name, l)
		} else if !strings.Contains(err.Error(), "is no listener") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSizes holds the structures to what the kernel says of them.
func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		sizes notifSizes
		want  [2]int // bytes; 0: refused
	}{
		{notifSizes{80, 24, 64}, [2]int{80, 24}},
		{notifSizes{88, 36, 64}, [2]int{88, 40}},
		{notifSizes{80, 24, 72}, [2]int{}},
		{notifSizes{72, 24, 64}, [2]int{}},
		{notifSizes{80, 16, 64}, [2]int{}},
		{notifSizes{}, [2]int{}},
	} {
		notif, resp, err := tt.sizes.buffers()
		if got := [2]int{len(notif) * 8, len(resp) * 8}; got != tt.want || (err == nil) != (tt.want[0] != 0) {
			t.Errorf("%v: buffers of %v bytes, error %v; want %v", tt.sizes, got, err, tt.want)
		}
	}
}

// TestAllocations: calls leave nothing behind.
func TestAllocations(t *testing.T) {
	v, l := start(t, role(t, "loop", "20000")...)
	var before, after runtime.MemStats
	calls := 0
	if err := l.Serve(HandlerFunc(func(*Call) Answer {
		if calls++; calls == 1 {
			runtime.ReadMemStats(&before)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	v.output(t)
	if n := after.Mallocs - before.Mallocs; n > 1000 {
		t.Errorf("%d allocations in %d calls", n, calls)
	}
}
