package integration

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sandbox/arch"
)

var (
	liveCalls = flag.Float64("live-calls", 1e7, "calls to ask the running kernel about in TestLiveKernel")
	liveFrom  = flag.Int("live-from", 0, "the round with which TestLiveKernel begins")
)

// roundCalls are the calls of one round, which has one policy.
const roundCalls = 20_000

// TestLiveKernel asks the evaluator, the emulator and the running kernel about
// the same calls, by all entries that the kernel has, under the policies of the
// repository and random ones. Nothing is executed: see
// sandbox/internal/oracle. A run of 10^9 calls that shows its progress is
//
//	go test ./integration -run 'TestLiveKernel$' -live-calls 1e9 -v -timeout 0
//
// Rounds are the same at each run, as long as the repository's policies are.
func TestLiveKernel(t *testing.T) {
	native, ok := arch.ForGOARCH(runtime.GOARCH)
	if !ok {
		t.Fatalf("no ABI is known for %s", runtime.GOARCH)
	}
	r := liveRun{native: native, collected: collect(t, native), wanted: int64(*liveCalls), start: time.Now()}
	r.next.Store(int64(*liveFrom))
	if len(r.collected) < 100 {
		t.Errorf("only %d policies were found in the repository", len(r.collected))
	}
	stop := func() {}
	if testing.Verbose() {
		stop = r.showProgress()
	}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(r.work)
	}
	workers.Wait()
	stop()
	for _, err := range r.errs {
		t.Error(err)
	}
	r.report(t)
}

// A liveRun is one run of TestLiveKernel.
type liveRun struct {
	native    arch.ABI
	collected []specimen
	wanted    int64
	start     time.Time

	next  atomic.Int64 // round
	calls atomic.Int64 // that were handed out
	done  atomic.Int64
	wrong atomic.Int64 // rounds with a disagreement

	mu    sync.Mutex
	total tally
	errs  []error
}

// work judges rounds until there are enough calls, or something is wrong.
func (r *liveRun) work() {
	j, err := newJudge(r.native, roundCalls)
	if err != nil {
		r.fail(err)
		return
	}
	defer j.batch.Free()
	for r.wrong.Load() == 0 && r.calls.Add(roundCalls) < r.wanted+roundCalls {
		round := int(r.next.Add(1) - 1)
		s, err := specimenOf(round, r.native, r.collected)
		if err == nil {
			err = j.round(s.policy, s.program, rand.New(rand.NewPCG(uint64(round), 2)))
		}
		if err != nil {
			r.fail(fmt.Errorf("round %d: %w\nthe policy: %s\nagain: go test ./integration -run 'TestLiveKernel$' -live-from %[1]d -live-calls 1",
				round, err, s.name))
			break
		}
		r.done.Add(roundCalls)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total.add(&j.tally)
}

func (r *liveRun) fail(err error) {
	r.wrong.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
}

func (t *tally) add(other *tally) {
	t.calls += other.calls
	t.int80 += other.int80
	t.longest = max(t.longest, other.longest)
	t.filters += other.filters
	t.reached += other.reached
	t.making += other.making
	t.asking += other.asking
	t.deciding += other.deciding
	t.emulating += other.emulating
}

// showProgress writes a line every few seconds until it is told to stop.
func (r *liveRun) showProgress() (stop func()) {
	ticker := time.NewTicker(5 * time.Second)
	quit := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		for {
			select {
			case <-ticker.C:
				fmt.Fprintln(os.Stderr, r.progress())
			case <-quit:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(quit)
		shown.Wait()
	}
}

func (r *liveRun) progress() string {
	done, spent := r.done.Load(), time.Since(r.start)
	rate := float64(done) / spent.Seconds()
	line := fmt.Sprintf("live: %.1f of %.1f million calls, %.2f million a second, %d rounds, %d disagreements",
		float64(done)/1e6, float64(r.wanted)/1e6, rate/1e6, done/roundCalls, r.wrong.Load())
	if done > 0 && done < r.wanted {
		left := time.Duration(float64(r.wanted-done) / rate * float64(time.Second))
		line += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	return line
}

func (r *liveRun) report(t *testing.T) {
	n := &r.total
	t.Logf("%d calls, %d of them by int 0x80, agree in %v: %d rounds, %d policies of the repository",
		n.calls, n.int80, time.Since(r.start).Round(time.Millisecond), n.calls/roundCalls, len(r.collected))
	t.Logf("%d of %d filters decided a call in their round; the longest program has %d instructions", n.reached, n.filters, n.longest)
	if n.calls > 1e6 && n.reached < n.filters*3/4 {
		t.Error("the calls miss too much of the policies")
	}
	rate := func(d time.Duration) float64 { return float64(n.calls) / d.Seconds() / 1e6 }
	t.Logf("million calls a second and worker: kernel %.2f, evaluator %.2f, emulator %.2f, making the calls %.2f",
		rate(n.asking), rate(n.deciding), rate(n.emulating), rate(n.making))
}
