//go:build linux && (amd64 || arm64)

package integration

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sandbox/internal/machine"
)

// For an hour:
//
//	go test ./integration -run TestSuperviseSoak -v -timeout 0 -soak 1h
var soakTime = flag.Duration("soak", 3*time.Second, "how long TestSuperviseSoak runs a program")

// TestSuperviseSoak: run supervises a program whose processes come and go, make
// denied calls, get signals meanwhile and are killed while they wait. What run
// takes of the machine stays what it was at first.
func TestSuperviseSoak(t *testing.T) {
	sandbox, err := builtSandbox()
	if err != nil {
		t.Fatal(err)
	}
	dir := machine.Dir(t)
	policy := writeFile(t, dir, "soak.toml", "version = 1\ndefault = \"allow\"\n[[rule]]\naction = \"errno(EPERM)\"\nfilters = [\"getpriority, mkdirat\"]\n")
	reports := filepath.Join(dir, "report.json")
	cmd := exec.CommandContext(t.Context(), sandbox, "run", "--quiet", "--report", reports, "-p", policy, "--",
		builtVictim(t, "soak.c"), strconv.Itoa(int(soakTime.Seconds())))
	stdout, stderr := new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// The Go runtime collects no garbage before there are 4 MiB of it.
	const garbage = 8 << 20
	var first, last, most footprint
	for logged := began; ; {
		select {
		case err = <-ended:
			if err != nil || strings.TrimSpace(stdout.String()) != "0" {
				t.Fatalf("%v; processes with a wrong answer: %s\n%s", err, stdout, stderr)
			}
			t.Logf("%v: %d denied calls; at first %v; at most %v; at last %v", time.Since(began).Round(time.Second), deniedCalls(t, reports), first, most, last)
			if first == (footprint{}) || most.descriptors > first.descriptors || most.threads > first.threads+4 || most.resident > first.resident+garbage {
				t.Error("run grew")
			}
			return
		case <-time.After(min(time.Minute, *soakTime/10)):
		}
		f, err := footprintOf(cmd.Process.Pid)
		if err != nil {
			continue // it is ending
		}
		last = f
		if first == (footprint{}) {
			first = f
		}
		most = footprint{max(most.descriptors, f.descriptors), max(most.threads, f.threads), max(most.resident, f.resident)}
		if time.Since(logged) > time.Minute {
			logged = time.Now()
			t.Logf("%v: %v", time.Since(began).Round(time.Second), f)
		}
	}
}

// deniedCalls reads from a report how many calls were denied.
func deniedCalls(t *testing.T, path string) int {
	t.Helper()
	var report struct{ Ended struct{ Denied int } }
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, &report)
	}
	if err != nil {
		t.Fatal(err)
	}
	return report.Ended.Denied
}

// A footprint is what a process takes of the machine.
type footprint struct{ descriptors, threads, resident int }

func (f footprint) String() string {
	return fmt.Sprintf("%d descriptors, %d threads, %d KiB resident", f.descriptors, f.threads, f.resident>>10)
}

func footprintOf(pid int) (f footprint, err error) {
	dir := "/proc/" + strconv.Itoa(pid)
	// run cannot be traced, so that this is for root only.
	descriptors, err := os.ReadDir(dir + "/fd")
	if err != nil && os.Getuid() == 0 {
		return f, err
	}
	threads, err := os.ReadDir(dir + "/task")
	if err != nil {
		return f, err
	}
	statm, err := os.ReadFile(dir + "/statm")
	if err != nil {
		return f, err
	}
	var size, resident int
	if _, err := fmt.Sscan(string(statm), &size, &resident); err != nil {
		return f, err
	}
	return footprint{len(descriptors), len(threads), resident * os.Getpagesize()}, nil
}
