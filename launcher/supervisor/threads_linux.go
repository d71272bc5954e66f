//go:build amd64 || arm64

package supervisor

import (
	"fmt"
	"runtime"
	"sync"
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
	// rounds are how often threads are asked for on a machine so busy that they do
	// not come in time.
	rounds = 100
)

// ReserveThreads has the Go runtime make the threads now that it may want later,
// and use no more than 2 processors. The runtime dies when it wants a thread and
// cannot have it, and a program that makes processes without end, where a limit
// (pids.max, RLIMIT_NPROC) holds the supervisor as well, could do that to it.
// Threads that it has made it keeps.
//
// It is for before the program starts. If the threads are not to be had, it
// fails, mostly with EAGAIN.
//
// To try beforehand whether so many are to be had takes as long as to make them.
// So they are made, while a spare takes the place of one more: the runtime tries
// again for a while where it cannot make a thread (0.21 s: retryOnEAGAIN,
// runtime/os_linux.go), and gets the spare's place before that is over.
func ReserveThreads() error {
	if runtime.GOMAXPROCS(0) > parallel {
		runtime.GOMAXPROCS(parallel)
	}
	for range rounds {
		kept, err := makeSpare()
		if err != nil {
			return fmt.Errorf("cannot make %d threads: %w", threads, err)
		}
		gather(kept)
		if !kept.gone() {
			return nil
		}
	}
	return fmt.Errorf("cannot make %d threads: the system is too slow", threads)
}

// gather has all threads made, and no more once the spare has gone. It ends the
// spare.
func gather(kept *spare) {
	var reserved, ended sync.WaitGroup
	release := make(chan struct{})
	reserved.Add(threads)
	for range threads {
		ended.Go(func() {
			if kept.gone() {
				reserved.Done()
				return
			}
			// A goroutine that waits on a thread of its own takes that from all
			// others.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			reserved.Done()
			<-release
		})
	}
	reserved.Wait()
	kept.release()
	close(release)
	ended.Wait()
	kept.wait()
}
