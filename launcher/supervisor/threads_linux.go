//go:build amd64 || arm64

package supervisor

import (
	"fmt"
	"runtime"
	"sync"
)

const (
	// parallel is on how many processors the Go runtime may run this process's
	// goroutines: it makes threads for as many when it collects garbage.
	parallel = 4
	// threads are enough for these, for the goroutines that wait in the kernel
	// (for calls, for a child, for whoever reads reports) and for those of the
	// runtime itself.
	threads = 11
	// processes are at least started besides: the one that watches, the program,
	// and the one that reads the program's memory.
	processes = 3
)

// ReserveThreads has the Go runtime make the threads now that it may want later,
// and use no more than 4 processors. The runtime dies when it wants a thread and
// cannot have it, and a program that makes processes without end, where a limit
// (pids.max, RLIMIT_NPROC) holds the supervisor as well, could do that to it.
// Threads that it has made it keeps.
//
// It is for before the program starts. If the threads, and three processes, are
// not to be had, it fails, mostly with EAGAIN.
func ReserveThreads() error {
	if err := tryThreads(threads + processes); err != nil {
		return fmt.Errorf("cannot make %d threads and %d processes: %w", threads, processes, err)
	}
	if runtime.GOMAXPROCS(0) > parallel {
		runtime.GOMAXPROCS(parallel)
	}
	var reserved, ended sync.WaitGroup
	release := make(chan struct{})
	reserved.Add(threads)
	for range threads {
		ended.Go(func() {
			// A goroutine that waits on a thread of its own takes that from all
			// others.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			reserved.Done()
			<-release
		})
	}
	reserved.Wait()
	close(release)
	ended.Wait()
	return nil
}
