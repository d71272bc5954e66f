//go:build linux && (amd64 || arm64)

package supervisor

import (
	"os"
	"testing"
	"time"
)

// TestReserve: the threads are there, and stay.
func TestReserve(t *testing.T) {
	count := func() int {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		return len(tasks)
	}
	began := time.Now()
	if err := ReserveThreads(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	first := count()
	if first < threads {
		t.Errorf("%d threads, want at least %d", first, threads)
	}
	for range 100 {
		if err := ReserveThreads(); err != nil {
			t.Fatal(err)
		}
	}
	if again := count(); again < threads || again > first+threads {
		t.Errorf("%d threads after many times, %d after one", again, first)
	}
	t.Logf("%d threads after %v, %d after many times", first, took, count())
}
