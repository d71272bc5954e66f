//go:build linux && (amd64 || arm64)

package supervisor

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
	"sandbox/policy/typed"
)

var (
	threadCount = flag.Int("threads", 1000, "how many threads wait for an answer at once")
	bombCalls   = flag.Int("bomb-calls", 100, "how many calls are measured beside a fork bomb")
)

// TestThreads: many threads wait for their answers at once, which costs the
// supervisor no memory: the kernel keeps them.
func TestThreads(t *testing.T) {
	v, l := start(t, machine.CompileC(t, "testdata/threads.c"), strconv.Itoa(*threadCount))
	var before, waiting usage
	calls, most := 0, 0
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		if calls++; calls == 1 {
			before = measure(t)
			for deadline := time.Now().Add(30 * time.Second); most < *threadCount && time.Now().Before(deadline); {
				most = asking(t, v.Process.Pid)
			}
			waiting = measure(t)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	after := measure(t)
	if most != *threadCount || calls != *threadCount {
		t.Errorf("%d threads waited at once and %d calls were answered, want %d", most, calls, *threadCount)
	}
	if got := strings.TrimSpace(v.output(t)); got != strconv.Itoa(*threadCount) {
		t.Errorf("%s calls gave EPERM, want %d", got, *threadCount)
	}
	for _, u := range []usage{waiting, after} {
		if u.heap > before.heap+1<<20 || u.goroutines > before.goroutines || u.descriptors > before.descriptors {
			t.Errorf("from %v to %v", before, u)
		}
	}
	t.Logf("%d threads waited at once: before, meanwhile and after: %v; %v; %v", most, before, waiting, after)
}

// asking counts the threads of a process that are in the asked call.
func asking(t testing.TB, process int) (n int) {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/task/", process)
	tasks, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if b, err := os.ReadFile(dir + task.Name() + "/syscall"); err == nil && bytes.HasPrefix(b, []byte(strconv.Itoa(asked)+" ")) {
			n++
		}
	}
	return n
}

// usage is what this process takes of the machine.
type usage struct {
	heap, resident          uint64 // bytes
	goroutines, descriptors int
}

func (u usage) String() string {
	return fmt.Sprintf("%d KiB of heap, %d KiB resident, %d goroutines, %d descriptors", u.heap>>10, u.resident>>10, u.goroutines, u.descriptors)
}

func measure(t testing.TB) usage {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{heap: m.HeapAlloc, goroutines: runtime.NumGoroutine()}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size uint64
	if _, err := fmt.Sscan(string(statm), &size, &u.resident); err != nil {
		t.Fatal(err)
	}
	u.resident *= uint64(os.Getpagesize())
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	u.descriptors = len(fds) - 1 // one was ReadDir's
	return u
}

// TestForkBomb: the supervisor of a fork bomb under RLIMIT_NPROC goes on
// answering, and ends with it. All its processes make denied calls.
func TestForkBomb(t *testing.T) {
	const processes = 100
	uid, limit := 0, processes
	if os.Getuid() == 0 { // the limit does not hold root
		uid = 100_000 + os.Getpid()
	} else {
		limit += machine.Tasks(t, os.Getuid())
	}
	bomb := machine.CompileC(t, "testdata/bomb.c")
	if err := ReserveThreads(); err != nil {
		t.Fatal(err)
	}
	v := newVictim(t, []uint32{asked}, bomb, strconv.Itoa(limit), strconv.Itoa(uid), strconv.Itoa(*bombCalls))
	v.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	l := v.start(t)
	defer unix.Kill(-v.Process.Pid, unix.SIGKILL)
	before := measure(t)
	var calls [5]int
	distinct := NewDenials(judgingPolicy(), Limits{})
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		calls[min(c.Args[1], 4)]++
		distinct.Add(c, typed.Decision{Rule: ruleRest}, l)
		if c.Args[1] == 4 { // the measured process is done
			unix.Kill(-v.Process.Pid, unix.SIGKILL)
		}
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	after := measure(t)
	v.Wait()
	if calls[1] < processes || calls[2] == 0 || calls[3] != *bombCalls {
		t.Errorf("the bomb made %d calls, %d of them where it could not fork, and the measured process %d", calls[1]+calls[2], calls[2], calls[3])
	}
	if after.heap > before.heap+1<<20 || after.goroutines > before.goroutines || after.descriptors > before.descriptors {
		t.Errorf("from %v to %v", before, after)
	}
	if s := distinct.Summary(); len(s.Denials) != 1 {
		t.Errorf("%d kinds of denials", len(s.Denials))
	}
	t.Logf("%d calls of up to %d processes; microseconds for a call beside them, mean and longest: %s; before and after: %v; %v",
		calls[1]+calls[2], processes, strings.TrimSpace(v.out.String()), before, after)
}
