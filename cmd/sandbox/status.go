package main

import (
	"strconv"
	"time"

	"sandbox/launcher"
	"sandbox/policy/typed"
)

// statusLines are what --status-fd gets: one object a line. The program does not
// depend on who reads them, nor does anything wait for that but the end.
type statusLines struct{ to *outlet }

func newStatusLines(fd int) *statusLines {
	to := newOutlet(descriptor(fd), 0)
	to.whole = true
	to.reserve()
	return &statusLines{to}
}

// A startedJSON is the first of them.
type startedJSON struct {
	Event   string `json:"event"`
	Process int    `json:"process"`
	Tree    string `json:"tree"`
	Reports bool   `json:"reports"`
	Lost    string `json:"lost,omitempty"` // why there are none
	Audit   bool   `json:"audit,omitempty"`
}

// An endedJSON is the last, and how a program ended.
type endedJSON struct {
	Event    string `json:"event,omitempty"`
	ExitCode int    `json:"exitCode"` // sandbox's own
	Code     *int   `json:"code,omitempty"`
	Signal   string `json:"signal,omitempty"`
	Timeout  bool   `json:"timeout,omitempty"`
	Error    string `json:"error,omitempty"`    // why that is not known
	Denied   uint64 `json:"denied"`             // calls
	Unlisted uint64 `json:"unlisted,omitempty"` // those of them that are like none of the denials that were told
	Leftover int    `json:"leftover,omitempty"` // processes that were ended with it

	Daemons []daemonJSON `json:"daemons,omitempty"` // those of them in sessions of their own
}

// newEnded says how a program ended.
func newEnded(p *launcher.Process, status launcher.Status, over bool, denied uint64) endedJSON {
	j := endedJSON{
		ExitCode: status.ExitCode(),
		Timeout:  over,
		Denied:   denied,
		Leftover: p.Leftover(),
		Daemons:  daemonsJSON(p.Daemons()),
	}
	if over {
		j.ExitCode = exitTimeout
	}
	if sig := status.Signal(); sig != 0 {
		j.Signal = signalText(int(sig))
	} else {
		code := status.Code()
		j.Code = &code
	}
	return j
}

// write has a line written. Whether it was is found out at the end.
func (s *statusLines) write(v any) { _ = newEncoder(s.to).Encode(v) }

// finish waits for the reader, until a time comes, if that is not zero, and
// returns why lines are lost.
func (s *statusLines) finish(until time.Time) error {
	if err := s.to.finish(until); err != nil {
		return fail("status lines are lost: %v", reason(err))
	}
	return nil
}

// denied tells of a denial.
func (s *statusLines) denied(r *report, policy *typed.Policy) {
	j := r.json(policy)
	j.Event = "denied"
	s.write(j)
}

// signalText returns the name of a signal, or its number.
func signalText(n int) string {
	if abi, err := nativeABI(); err == nil {
		if name, ok := abi.SignalName(n); ok {
			return name
		}
	}
	return strconv.Itoa(n)
}
