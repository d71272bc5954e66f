package main

import (
	"errors"
	"flag"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"sandbox/launcher"
)

// exitTimeout is the exit code of a program whose time was over, as timeout(1)
// gives it.
const exitTimeout = 124

// A timeout bounds the time of a program, and of what is told of it.
type timeout struct {
	after, grace span // 0: not given
	began        time.Time
}

func (o *timeout) declare(options *flag.FlagSet) {
	options.Var(&o.after, "timeout", "end the program by SIGTERM after `TIME`, and exit with 124: 90s, 5m, 1h30m")
	options.Var(&o.grace, "kill-after", "end it by SIGKILL if it lives on for `TIME` after that; 10s unless given")
}

// defaultGrace is long enough for a program to tidy up.
const defaultGrace = 10 * time.Second

// check refuses what would be without effect.
func (o *timeout) check() error {
	if o.after == 0 && o.grace != 0 {
		return misuse("--kill-after holds for --timeout, which is not given").hinted("give the time as well: --timeout 1m")
	}
	return nil
}

// watch begins to count. The function that it returns ends that, and reports
// whether the time was over.
func (o *timeout) watch(p *launcher.Process) (end func() (over bool)) {
	if o.after == 0 {
		return func() bool { return false }
	}
	grace := time.Duration(o.grace)
	if grace == 0 {
		grace = defaultGrace
	}
	o.began = time.Now()
	var over atomic.Bool
	var kill atomic.Pointer[time.Timer]
	term := time.AfterFunc(time.Duration(o.after), func() {
		over.Store(true)
		kill.Store(time.AfterFunc(grace, func() { _ = p.End() }))
		// A program that has ended needs none; one that is stopped has to go on to
		// get its signal.
		_ = p.Signal(syscall.SIGTERM)
		_ = p.Signal(sigCont)
	})
	return func() bool {
		term.Stop()
		if k := kill.Load(); k != nil {
			k.Stop()
		}
		return over.Load()
	}
}

// lastWords is how long whoever reads slowly is waited for when the time is over:
// each of standard error, status lines and the report.
const lastWords = time.Second

// patience returns until when to wait for one who reads slowly, of a program that
// has ended: zero if its time was not bounded, or it was not started.
func (o *timeout) patience() time.Time {
	if o.began.IsZero() {
		return time.Time{}
	}
	until, now := o.began.Add(time.Duration(o.after)), time.Now()
	if until.Before(now) {
		until = now
	}
	return until.Add(lastWords)
}

// sigCont is SIGCONT on the machines that can start programs; package syscall
// does not have it everywhere.
const sigCont = syscall.Signal(18)

// A span is a duration as people write it for timeout(1), with units or in
// seconds.
type span time.Duration

// String returns the duration, or "" for none.
func (s *span) String() string {
	if s == nil || *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}

// Set reads a duration, which must be more than nothing.
func (s *span) Set(text string) error {
	d, err := time.ParseDuration(text)
	if _, digits := strconv.ParseUint(text, 10, 31); digits == nil {
		d, err = time.ParseDuration(text + "s")
	}
	if err == nil && d == 0 {
		return errors.New("no time at all; without the option there is no bound")
	}
	if err != nil || d < 0 {
		return errors.New("a time is written 90s, 5m or 1h30m")
	}
	*s = span(d)
	return nil
}
