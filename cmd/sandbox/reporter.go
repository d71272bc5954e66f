package main

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"sandbox/arch"
	"sandbox/internal/amend"
	"sandbox/launcher/supervisor"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// What reporting is bounded by.
const (
	// mostReports is how many denials are reported on standard error: those that
	// are alike count as one. A person reads no more of them.
	mostReports = 8
	// mostAdvice is how many edits are looked for, each of which takes about as
	// long as a start, and allAdvice how long that may take in all.
	mostAdvice = 64
	allAdvice  = 2 * time.Second
	// mostWaiting is how many may wait to be told: all that are told at all, as no
	// more denials are kept (supervisor.Limits), and two bugs of ours.
	mostWaiting = 256 + 2
)

// A reporter tells of denials, in a goroutine of its own: finding out which edit
// would allow a call takes a while. Whoever reads what it writes may take longer:
// outlets wait for them.
type reporter struct {
	*ui
	policy  *typed.Policy // guarded
	adviser *amend.Adviser
	audit   bool
	quiet   bool // nothing on standard error
	keep    bool // advice is for the report's file, too
	status  *statusLines

	waiting chan telling
	last    chan struct{} // closed when nothing more has to be told
	told    chan struct{} // closed when all is told
	left    time.Duration // of allPatience
	advised time.Duration // of allAdvice

	printed map[uint64]bool              // by the id of the call
	advice  map[uint64]*amend.Suggestion // likewise
	said    map[string]uint64            // how many reports were printed about a system call
	full    bool                         // that there is more is said
	held    []byte                       // reports for which the screen was not free
	filters map[*typed.Filter]bool       // that were shown

	surprise sync.Once
}

// A telling is a denial to be told of, or else a line to be said.
type telling struct {
	denial *supervisor.Denial
	line   string
	trace  []byte        // of a bug of ours, below the line
	done   chan struct{} // closed when that is done
}

// start begins to tell.
func (r *reporter) start() {
	r.waiting = make(chan telling, mostWaiting)
	r.last = make(chan struct{})
	r.told = make(chan struct{})
	r.left = allPatience
	r.printed = make(map[uint64]bool)
	r.advice = make(map[uint64]*amend.Suggestion)
	r.said = make(map[string]uint64)
	r.filters = make(map[*typed.Filter]bool)
	go r.work()
}

// work tells what is waiting, until that is all.
func (r *reporter) work() {
	defer close(r.told)
	for {
		select {
		case t := <-r.waiting:
			r.report(t)
			continue
		case <-r.last:
		}
		select {
		case t := <-r.waiting:
			r.report(t)
		default:
			return
		}
	}
}

// finish waits until all is told that came before it.
func (r *reporter) finish() {
	close(r.last)
	<-r.told
	r.write(nil)
}

// tell has a denial told. It waits for that a little, if it is for people, and
// is called by one goroutine only.
func (r *reporter) tell(d *supervisor.Denial) {
	t := telling{denial: d, done: make(chan struct{})}
	if !r.enqueue(t) || r.left <= 0 || !r.forPeople(d) {
		return
	}
	began := time.Now()
	limit := time.NewTimer(min(patience, r.left))
	defer limit.Stop()
	select {
	case <-t.done:
	case <-limit.C:
	}
	r.left -= time.Since(began)
}

// enqueue hands over what is to be told, if there is room: nobody waits for that.
func (r *reporter) enqueue(t telling) bool {
	select {
	case r.waiting <- t:
		return true
	default:
		return false
	}
}

// forPeople reports whether a denial is told on standard error as it happens:
// those that programs can be expected to do without are not.
func (r *reporter) forPeople(d *supervisor.Denial) bool {
	return !r.quiet && (r.audit || !asNoKernel(&d.Call.Call, &d.Decision) && !asGuarded(r.policy, &d.Call.Call))
}

// ENOSYS and EAFNOSUPPORT on the machines that can start programs.
const (
	enosys       = 38
	eafnosupport = 97
)

// asNoKernel reports whether a call is denied as a kernel denies it that does not
// have it, or no local sockets: libraries have other ways then.
func asNoKernel(call *typed.Call, d *typed.Decision) bool {
	if d.Action.Kind != typed.Errno {
		return false
	}
	switch d.Action.Data {
	case enosys:
		return true
	case eafnosupport:
		abi, _ := arch.ByAudit(call.Arch)
		known, ok := abi.Numbered(call.Nr)
		return ok && known.Name == "socket" && int32(call.Args[0]) == syscall.AF_UNIX
	}
	return false
}

// asGuarded reports whether the guard denies a call, whoever else does: a program
// that supervises others, as sandbox does, asks for a listener and does without.
func asGuarded(guarded *typed.Policy, call *typed.Call) bool {
	return policy.Guard(guarded).Decide(call).Action.Kind == typed.Errno
}

// report tells of one denial.
func (r *reporter) report(t telling) {
	defer close(t.done)
	if t.denial == nil {
		r.say("%s", t.line)
		r.trace(t.trace)
		return
	}
	d := t.denial
	shown := r.forPeople(d) && len(r.printed) < mostReports
	if shown || r.keep || r.status != nil {
		r.advise(d)
	}
	text := report{denial: d, advice: r.advice[d.Call.ID], enforced: !r.audit}
	switch {
	case shown:
		r.printed[d.Call.ID] = true
		r.said[totalName(&supervisor.Total{Call: d.Call.Call, Known: true})]++
		text.again = r.filters[d.Decision.Filter]
		r.filters[d.Decision.Filter] = true
		r.show(text.text(r.policy))
	case r.forPeople(d) && !r.full:
		r.full = true
		r.show([]byte("sandbox: more is denied than is reported here\nhint: --report FILE has more of it, and counts the rest\n"))
	}
	if r.status != nil {
		r.status.denied(&text, r.policy)
	}
}

// advise looks for the edit that would allow a call.
func (r *reporter) advise(d *supervisor.Denial) {
	if len(r.advice) >= mostAdvice || r.advised >= allAdvice {
		return
	}
	began := time.Now()
	r.advice[d.Call.ID] = r.adviser.Suggest(&d.Call.Call, &d.Decision)
	r.advised += time.Since(began)
}

// show shows a report, or holds it until the screen is free again.
func (r *reporter) show(lines []byte) {
	if screenTaken() {
		r.held = append(r.held, lines...)
		return
	}
	r.write(lines)
}

// write writes what was held, and whole lines, at once. Nothing can be said about
// a standard error that takes nothing.
func (r *reporter) write(lines []byte) {
	if all := append(r.held, lines...); len(all) > 0 {
		_, _ = r.err.Write(all)
	}
	r.held = nil
}

// surprised says that a call was to be answered about which nobody asked.
func (r *reporter) surprised(c *supervisor.Call, action typed.Action) {
	r.surprise.Do(func() {
		line := fmt.Sprintf("a call that the policies do not deny failed with ENOSYS (%s: %s): this is a bug in sandbox", callText(&c.Call), action)
		r.enqueue(telling{line: line, done: make(chan struct{})})
	})
}

// broken says that nobody answers any more.
func (r *reporter) broken(err error) {
	t := telling{line: "denials are reported no more, and fail with ENOSYS from now on: ", done: make(chan struct{})}
	if panicked := (*supervisor.PanicError)(nil); errors.As(err, &panicked) {
		t.line += "this is a bug in sandbox: "
		t.trace = panicked.Stack
	}
	t.line += err.Error()
	r.enqueue(t)
}
