//go:build amd64 || arm64

package supervisor

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// parallel is on how many processors the Go runtime may run this process's
	// goroutines: one answers calls while another tells of them. It makes threads
	// for as many when it collects garbage.
	parallel = 2
	// threads are enough for these, and for the goroutines that wait in the
	// kernel: for calls, for the program, for the process that watches it, for
	// signals, for the process that reads the program's memory, and for whoever
	// reads reports and JSON.
	threads = parallel + 7
	// attempts is how often in a row threads are asked for in vain, each time for as long as
	// a spare stays: this machine may be busy.
	attempts = 100
)

// ReserveThreads has the Go runtime make the threads now that it may want later,
// and use no more than 2 processors. The runtime dies when it wants a thread and
// cannot have it, and a program that makes processes without end, where a limit
// (pids.max, RLIMIT_NPROC) holds the supervisor as well, could do that to it.
// Threads that it has made it keeps.
//
// It is for before the program starts. If the threads are not to be had, it
// fails, mostly with EAGAIN; where there are not even those that the runtime
// itself needs to come up, that dies.
//
// To try beforehand whether so many are to be had takes as long as to make them.
// So they are made, while a spare takes the place of one more: the runtime tries
// again for a while where it cannot make a thread (0.21 s: retryOnEAGAIN,
// runtime/os_linux.go), and gets the spare's place before that is over. It makes
// one thread at a time here, as those to which goroutines are locked leave that
// to one of their own, its template thread; the first spare has it made.
func ReserveThreads() error {
	g := gathering{over: make(chan struct{})}
	err := g.gather()
	g.end()
	if err != nil {
		// Threads that are on their way to rest do not count for the runtime: for the
		// next goroutine, as one that says why nothing starts, it would make another.
		rawSleep(5 * time.Millisecond)
		return fmt.Errorf("cannot make %d threads: %w", threads, err)
	}
	return nil
}

// A gathering is of goroutines that each have a thread, all at one time.
type gathering struct {
	joined atomic.Int32
	over   chan struct{}
	left   sync.WaitGroup
	spares []*spare
}

// gather has as many join as there are to be threads.
func (g *gathering) gather() error {
	for vain := 0; vain < attempts; {
		before := g.joined.Load()
		kept, err := makeSpare()
		if err != nil {
			return err
		}
		g.spares = append(g.spares, kept)
		// Where that changes the number it may make a thread, too; elsewhere it costs
		// nothing. The runtime does not change it any more.
		runtime.GOMAXPROCS(min(parallel, runtime.GOMAXPROCS(0)))
		g.invite(threads-int(before), kept)
		kept.release()
		switch g.joined.Load() {
		case threads:
			return nil
		case before:
			vain++
		default:
			vain = 0
		}
	}
	return errors.New("this machine is too busy")
}

// invite has so many join, unless the spare goes meanwhile.
func (g *gathering) invite(n int, kept *spare) {
	var answered sync.WaitGroup
	answered.Add(n)
	for range n {
		g.left.Go(func() {
			if kept.gone() {
				answered.Done()
				return
			}
			// A goroutine that waits on a thread of its own takes that from all
			// others.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			g.joined.Add(1)
			answered.Done()
			<-g.over
		})
	}
	answered.Wait()
}

// end has all leave their threads to others.
func (g *gathering) end() {
	close(g.over)
	g.left.Wait()
	for _, s := range g.spares {
		s.wait()
	}
}
