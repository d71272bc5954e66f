//go:build linux && (amd64 || arm64)

package supervisor

import (
	"flag"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sandbox/internal/machine"
	"sandbox/policy/typed"
)

// For an hour:
//
//	go test ./launcher/supervisor -run TestSoak -v -timeout 0 -soak 1h
var (
	soakTime = flag.Duration("soak", 0, "how long TestSoak supervises trees of processes, one after the other")
	soakTree = flag.Duration("soak-tree", 10*time.Second, "how long each of them lives")
)

// TestSoak supervises one tree of processes after the other, and holds what the
// supervisor takes of the machine to what it took after the first.
func TestSoak(t *testing.T) {
	trees, seconds := 3, 1
	if *soakTime > 0 {
		seconds = int(soakTree.Seconds())
		trees = int(*soakTime / *soakTree)
	}
	argv := []string{machine.CompileC(t, "testdata/soak.c"), strconv.Itoa(seconds)}
	var first, most usage
	var calls uint64
	began, logged := time.Now(), time.Time{}
	for i := range trees {
		t.Run("tree", func(t *testing.T) { calls += soak(t, argv) })
		u := measure(t)
		if i == 0 {
			first = u
		}
		most = usage{max(most.heap, u.heap), max(most.resident, u.resident), max(most.goroutines, u.goroutines), max(most.descriptors, u.descriptors)}
		if time.Since(logged) > time.Minute || i == trees-1 {
			logged = time.Now()
			t.Logf("%v: %d trees, %d denied calls: %v", time.Since(began).Round(time.Second), i+1, calls, u)
		}
		if u.goroutines > first.goroutines || u.descriptors > first.descriptors || u.heap > first.heap+1<<20 || u.resident > first.resident+16<<20 {
			t.Fatalf("after %d trees: %v; after the first: %v", i+1, u, first)
		}
	}
	t.Logf("after the first tree: %v; the most after any: %v", first, most)
}

// soak supervises a tree as run does: it counts the denials, and looks at the
// first of each kind.
func soak(t *testing.T, argv []string) (calls uint64) {
	t.Helper()
	v := newVictim(t, []uint32{asked, unix.SYS_MKDIRAT}, argv...)
	l := v.start(t)
	denials := NewDenials(judgingPolicy(), Limits{})
	rules := map[uint32]*typed.Rule{asked: ruleOpen, unix.SYS_MKDIRAT: ruleRest}
	if err := l.Serve(HandlerFunc(func(c *Call) Answer {
		denials.Add(c, typed.Decision{Rule: rules[c.Nr]}, l)
		return Errno(1)
	})); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(v.output(t)); got != "0" {
		t.Errorf("%s processes had calls that gave another errno than EPERM", got)
	}
	s := denials.Summary()
	if len(s.Denials) != 2 || s.Denials[1].Seen == nil || !strings.HasPrefix(s.Denials[1].Seen.Objects[0].Text(), "directory of ") {
		t.Errorf("%d kinds of denials: %+v", len(s.Denials), s.Denials)
	}
	return s.Count
}
