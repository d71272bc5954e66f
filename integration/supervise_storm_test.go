//go:build linux && (amd64 || arm64)

package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/internal/machine"
)

// In full:
//
//	go test ./integration -run 'TestSupervise' -v -timeout 1h -storm-calls 1000000
var (
	stormCalls   = flag.Int("storm-calls", 20_000, "how many denied calls each victim of TestSuperviseStorm makes")
	stormSignals = flag.Int("storm-signals", 10_000, "how many signals a second it gets meanwhile")
)

// victims is where the programs are that the supervisor's own tests run too.
const victims = "../launcher/supervisor/testdata/"

// stormPolicy gives the call that the victims make an errno by its argument.
func stormPolicy(t *testing.T) string {
	var b strings.Builder
	b.WriteString("version = 1\ndefault = \"allow\"\n")
	native, _ := arch.ForGOARCH(runtime.GOARCH)
	for i := range 32 {
		name, ok := native.ErrnoName(uint16(100 + i))
		if !ok {
			t.Fatalf("no errno %d", 100+i)
		}
		fmt.Fprintf(&b, "[[rule]]\naction = \"errno(%s)\"\nfilters = [\"getpriority: who & 31 == %d\"]\n", name, i)
	}
	return writeFile(t, machine.Dir(t), "storm.toml", b.String())
}

// TestSuperviseStorm: under run each of many denied calls is answered once, with
// its errno, in programs of three languages that get signals all the while.
func TestSuperviseStorm(t *testing.T) {
	n, nr := strconv.Itoa(*stormCalls), strconv.Itoa(unix.SYS_GETPRIORITY)
	for name, argv := range map[string]func() []string{
		"C":      func() []string { return []string{builtVictim(t, "storm.c"), n, "1"} },
		"Python": func() []string { return []string{program(t, "python3"), absolute(t, victims+"storm.py"), n, nr} },
		"Go":     func() []string { return []string{builtVictim(t, "storm.go"), n, nr} },
	} {
		t.Run(name, func(t *testing.T) { superviseStorm(t, argv()) })
	}
}

func superviseStorm(t *testing.T, argv []string) {
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	reports := filepath.Join(machine.Dir(t), "report.json")
	cmd := exec.CommandContext(t.Context(), sandbox, append([]string{"run", "--quiet", "--report", reports, "-p", stormPolicy(t), "--"}, argv...)...)
	cmd.WaitDelay = 5 * time.Second
	stderr := new(bytes.Buffer)
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	// The victim prints its thread once it can take signals.
	lines := bufio.NewReader(stdout)
	first, err := lines.ReadString('\n')
	thread, notNumber := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || notNumber != nil {
		cmd.Wait()
		t.Fatalf("the victim printed %q, %v\n%s", first, err, stderr)
	}
	var over atomic.Bool
	sent := make(chan int)
	began := time.Now()
	go func() { sent <- sendSignals(thread, &over) }()
	rest, err := io.ReadAll(lines)
	over.Store(true)
	signals, took := <-sent, time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	var right, interrupted, handled int
	if _, err := fmt.Sscan(string(rest), &right, &interrupted, &handled); err != nil {
		t.Fatalf("%v in %q", err, rest)
	}
	var report struct {
		Ended  struct{ Denied int }
		Totals []struct{ Count int }
	}
	content, err := os.ReadFile(reports)
	if err == nil {
		err = json.Unmarshal(content, &report)
	}
	if err != nil {
		t.Fatal(err)
	}
	if right != *stormCalls || interrupted != 0 || handled == 0 {
		t.Errorf("of %d calls %d gave their errno and %d EINTR; %d signals were handled", *stormCalls, right, interrupted, handled)
	}
	// Before Linux 6.18 a signal can have a call made again after its answer.
	if report.Ended.Denied < *stormCalls || report.Ended.Denied > *stormCalls && kernelSince(t, 6, 18) {
		t.Errorf("%d calls were answered, want %d", report.Ended.Denied, *stormCalls)
	}
	if len(report.Totals) != 32 {
		t.Errorf("%d rules denied calls, want 32", len(report.Totals))
	}
	t.Logf("%d calls, %d answered; %d signals sent, %.0f a second, and %d handled in %v: %.1f us for a call",
		*stormCalls, report.Ended.Denied, signals, float64(signals)/took.Seconds(), handled, took.Round(time.Millisecond), took.Seconds()*1e6/float64(*stormCalls))
}

// sendSignals sends signals to a thread, as evenly as it can, and returns how
// many. It gives up when the thread has ended.
func sendSignals(thread int, over *atomic.Bool) (sent int) {
	runtime.LockOSThread() // and not unlocked: the thread ends, and its timer slack with it
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	next := time.Now()
	for !over.Load() {
		if _, _, errno := unix.Syscall(unix.SYS_TKILL, uintptr(thread), uintptr(syscall.SIGUSR1), 0); errno != 0 {
			break
		}
		sent++
		next = next.Add(time.Second / time.Duration(*stormSignals))
		if wait := time.Until(next); wait > 0 {
			ts := unix.NsecToTimespec(wait.Nanoseconds())
			unix.Nanosleep(&ts, nil)
		}
	}
	return sent
}

// builtVictim builds a victim in C or Go where every user can run it.
func builtVictim(t *testing.T, name string) string {
	t.Helper()
	out := filepath.Join(machine.Dir(t), strings.TrimSuffix(name, filepath.Ext(name)))
	build := exec.Command("go", "build", "-o", out, victims+name)
	if filepath.Ext(name) == ".c" {
		build = exec.Command(program(t, "gcc"), "-O1", "-o", out, victims+name)
	}
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
	return out
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func kernelSince(t *testing.T, major, minor int) bool {
	t.Helper()
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	var a, b int
	if _, err := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &a, &b); err != nil {
		t.Fatal(err)
	}
	return a > major || a == major && b >= minor
}
