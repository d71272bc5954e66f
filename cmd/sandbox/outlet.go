package main

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"
	"time"
)

// What waiting for readers is bounded by.
const (
	// patience is how long the answer to a call may wait for its report, so that
	// this stands before what the program says of it, and allPatience how long
	// that may take in all. Two milliseconds are usual; a policy of thousands of
	// rules, or a busy machine, takes longer.
	patience    = 100 * time.Millisecond
	allPatience = 500 * time.Millisecond
)

// errUnread says why something is lost that nobody has read.
var errUnread = errors.New("nobody has read them in time")

// An outlet writes to where somebody may read late, or never: a goroutine waits
// for the reader, and whoever writes does not, or not for long. All is kept until
// it is written: what run tells is bounded (supervisor.Limits).
type outlet struct {
	to io.Writer
	// whole has nothing written after a failure, as it may have broken a line.
	whole bool

	mu      sync.Mutex
	left    time.Duration // how long writers may wait in all
	begun   bool
	queue   [][]byte
	more    *sync.Cond    // there is something in the queue
	done    chan struct{} // closed when all is written; nil if it is
	stalled bool          // a writer has waited for the reader in vain
	err     error         // the first
}

// newOutlet returns an outlet whose writers may wait for that time, in all.
func newOutlet(to io.Writer, left time.Duration) *outlet {
	o := &outlet{to: to, left: left}
	o.more = sync.NewCond(&o.mu)
	return o
}

// reserve has the outlet get its thread now, and not when a program may have
// used up what there is. Without it that is one of supervisor.ReserveThreads.
func (o *outlet) reserve() {
	o.mu.Lock()
	o.begun = true
	o.mu.Unlock()
	had := make(chan struct{})
	go o.work(had)
	<-had
}

// Write has b written. It waits for that a little, if that may help. What comes
// of it finish tells.
func (o *outlet) Write(b []byte) (int, error) {
	done, wait := o.put(b)
	if wait <= 0 {
		return len(b), nil
	}
	began := time.Now()
	limit := time.NewTimer(wait)
	defer limit.Stop()
	stalled := false
	select {
	case <-done:
	case <-limit.C:
		stalled = true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left -= time.Since(began)
	o.stalled = stalled && o.done != nil
	return len(b), nil
}

// put enqueues b. It returns what is closed when all is written, and how long
// its writer may wait for that.
func (o *outlet) put(b []byte) (done <-chan struct{}, wait time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done == nil {
		o.done = make(chan struct{})
	}
	o.queue = append(o.queue, bytes.Clone(b))
	if !o.begun {
		o.begun = true
		go o.work(nil)
	}
	o.more.Signal()
	if !o.stalled {
		wait = min(patience, o.left)
	}
	return o.done, wait
}

// work writes what is in the queue, for as long as this process lives. The thread
// is its own, for a writer that waits in the kernel has one in any case. It closes
// had, if that is not nil, when it has the thread.
func (o *outlet) work(had chan<- struct{}) {
	runtime.LockOSThread()
	if had != nil {
		close(had)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		for len(o.queue) == 0 {
			o.more.Wait()
		}
		next := o.queue[0]
		o.queue = o.queue[1:]
		if o.err == nil || !o.whole {
			o.write(next)
		}
		if len(o.queue) == 0 {
			close(o.done)
			o.done, o.stalled = nil, false
		}
	}
}

// write writes without holding the lock.
func (o *outlet) write(b []byte) {
	o.mu.Unlock()
	_, err := o.to.Write(b)
	o.mu.Lock()
	if o.err == nil {
		o.err = err
	}
}

// finish waits until all is written, or until a time comes, if that is not zero.
// It returns why something is lost: the first error, or errUnread.
func (o *outlet) finish(until time.Time) error {
	o.mu.Lock()
	done, err := o.done, o.err
	o.mu.Unlock()
	if done == nil {
		return err
	}
	var limit <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		limit = timer.C
	}
	select {
	case <-done:
	case <-limit:
		return errUnread
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
