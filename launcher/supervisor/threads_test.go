//go:build linux && (amd64 || arm64)

package supervisor

import (
	"os"
	"testing"
	"time"
)

func countThreads(t *testing.T) int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(tasks)
}

// TestReserve: the threads are there, and stay.
func TestReserve(t *testing.T) {
	began := time.Now()
	if err := ReserveThreads(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	first := countThreads(t)
	if first < threads {
		t.Errorf("%d threads, want at least %d", first, threads)
	}
	for range 100 {
		if err := ReserveThreads(); err != nil {
			t.Fatal(err)
		}
	}
	if again := countThreads(t); again < threads || again > first+threads {
		t.Errorf("%d threads after many times, %d after one", again, first)
	}
	t.Logf("%d threads after %v, %d after many times", first, took, countThreads(t))
}

// TestSpare: a spare is a thread until it is released, or for its time.
func TestSpare(t *testing.T) {
	if err := ReserveThreads(); err != nil { // so that the runtime makes none meanwhile
		t.Fatal(err)
	}
	before := countThreads(t)
	var spares [20]*spare
	for i := range spares {
		s, err := makeSpare()
		if err != nil {
			t.Fatal(err)
		}
		spares[i] = s
	}
	// Fewer if this machine was so busy that some have gone.
	if n := countThreads(t); n != before+len(spares) && !spares[0].gone() {
		t.Errorf("%d threads with %d spares, and %d without", n, len(spares), before)
	}
	released := spares[:len(spares)/2]
	for _, s := range released {
		s.release()
	}
	for _, s := range spares {
		s.wait()
	}
	alone := 0
	for _, s := range spares[len(released):] {
		if s.gone() {
			alone++
		}
	}
	if alone != len(spares)-len(released) {
		t.Errorf("%d of %d have gone by themselves, want all", alone, len(spares)-len(released))
	}
	deadline := time.Now().Add(10 * time.Second)
	for n := countThreads(t); n != before; n = countThreads(t) {
		if time.Now().After(deadline) {
			t.Fatalf("%d threads, and %d before there were spares", n, before)
		}
		time.Sleep(time.Millisecond)
	}
}
