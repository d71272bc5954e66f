//go:build linux && (amd64 || arm64)

package supervisor

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
)

// The loads of these tests are small. In full:
//
//	go test ./launcher/supervisor -run 'TestStorm|TestThreads|TestForkBomb' -v -timeout 1h -storm-calls 1000000 -threads 1000 -bomb-calls 2000
var (
	stormCalls   = flag.Int("storm-calls", 20_000, "how many denied calls each victim makes under signals")
	stormSignals = flag.Int("storm-signals", 10_000, "how many signals a second it gets meanwhile")
)

// stormErrno is what call i gives in a storm.
func stormErrno(i uint64) uint16 { return uint16(100 + i&31) }

// TestStorm: each of many denied calls is answered once, with its errno, in
// programs of three languages that get signals all the while.
func TestStorm(t *testing.T) {
	n := strconv.Itoa(*stormCalls)
	for name, argv := range map[string]func(t *testing.T) []string{
		"C": func(t *testing.T) []string { return []string{machine.CompileC(t, "testdata/storm.c"), n, "1"} },
		"Python": func(t *testing.T) []string {
			return []string{machine.Program(t, "/usr/bin/python3"), "testdata/storm.py", n, strconv.Itoa(asked)}
		},
		"Go": func(t *testing.T) []string { return []string{built(t, "storm.go"), n, strconv.Itoa(asked)} },
	} {
		t.Run(name, func(t *testing.T) {
			right, interrupted, again := storm(t, argv(t))
			if right != *stormCalls || interrupted != 0 {
				t.Errorf("of %d calls %d gave the right errno, and %d EINTR", *stormCalls, right, interrupted)
			}
			if again != 0 && kernelAtLeast(6, 18) { // a race before, see Handler
				t.Errorf("%d calls were answered again", again)
			}
		})
	}
}

// TestStormInterrupts: without SA_RESTART a signal that comes before the
// supervisor makes a call fail with EINTR. All others give their errno.
func TestStormInterrupts(t *testing.T) {
	right, interrupted, _ := storm(t, []string{machine.CompileC(t, "testdata/storm.c"), strconv.Itoa(*stormCalls), "0"})
	if right+interrupted != *stormCalls || right == 0 {
		t.Errorf("of %d calls %d gave the right errno, and %d EINTR", *stormCalls, right, interrupted)
	}
}

// storm runs a victim under signals, and returns what its calls gave and how
// many were answered more than once.
func storm(t *testing.T, argv []string) (right, interrupted, again int) {
	t.Helper()
	v, l := start(t, argv...)
	var sent, target atomic.Int64
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		sendSignals(v.Process.Pid, &target, &sent)
	}()
	answered := make([]bool, *stormCalls)
	calls := 0
	began := time.Now()
	err := l.Serve(HandlerFunc(func(c *Call) Answer {
		target.CompareAndSwap(0, int64(c.Thread)) // its handler is set up
		if i := c.Args[1]; i >= uint64(len(answered)) || answered[i] {
			again++
		} else {
			answered[i] = true
			calls++
		}
		return Errno(stormErrno(c.Args[1]))
	}))
	took := time.Since(began)
	target.Store(-1)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	var thread, handled int
	if _, err := fmt.Sscan(v.output(t), &thread, &right, &interrupted, &handled); err != nil {
		t.Fatalf("%v in %q", err, v.out.String())
	}
	if handled == 0 {
		t.Error("the victim got no signal")
	}
	t.Logf("%d calls, %d answered, %d of them again, %d interrupted; %d signals sent and %d handled in %v: %.0f sent a second, %.1f us for a call",
		*stormCalls, calls, again, interrupted, sent.Load(), handled, took.Round(time.Millisecond), float64(sent.Load())/took.Seconds(), took.Seconds()*1e6/float64(*stormCalls))
	return right, interrupted, again
}

// sendSignals sends signals to a thread of a process from when there is one,
// until it is -1.
func sendSignals(process int, thread, sent *atomic.Int64) {
	runtime.LockOSThread() // and not unlocked: the thread ends, and its timer slack with it
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	interval := time.Second / time.Duration(*stormSignals)
	var next time.Time
	for {
		switch id := thread.Load(); id {
		case -1:
			return
		case 0:
			time.Sleep(time.Millisecond)
			next = time.Now()
		default:
			if unix.Tgkill(process, int(id), syscall.SIGUSR1) != nil {
				time.Sleep(time.Millisecond) // it has ended
				continue
			}
			sent.Add(1)
			next = next.Add(interval)
			if wait := time.Until(next); wait > 0 {
				ts := unix.NsecToTimespec(wait.Nanoseconds())
				unix.Nanosleep(&ts, nil)
			}
		}
	}
}

// built builds a Go program of testdata.
func built(t testing.TB, name string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), name+".bin")
	build := exec.Command(machine.Program(t, "go"), "build", "-o", out, "testdata/"+name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if b, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, b)
	}
	return out
}
