package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"sandbox/arch"
	"sandbox/launcher/supervisor"
)

// An outcomeJSON is a whole run, for --report.
type outcomeJSON struct {
	Command  []string     `json:"command"`
	Process  int          `json:"process"`
	Tree     string       `json:"tree"`
	Reports  bool         `json:"reports"`
	Lost     string       `json:"lost,omitempty"`
	Audit    bool         `json:"audit,omitempty"`
	Ended    endedJSON    `json:"ended"`
	Denials  []denialJSON `json:"denials"`
	Totals   []totalJSON  `json:"totals"`
	Unlisted uint64       `json:"unlisted"` // calls that are like none of the denials
}

// A totalJSON is how often a rule denied a system call.
type totalJSON struct {
	Syscall string `json:"syscall,omitempty"` // none for all numbers of no call
	ABI     string `json:"abi,omitempty"`
	verdictJSON
	Count uint64 `json:"count"`
}

// complete adds to the outcome what was denied.
func (r *reporter) complete(out *outcomeJSON, all *supervisor.Summary) {
	if !r.keep {
		return
	}
	out.Denials = make([]denialJSON, len(all.Denials))
	for i := range all.Denials {
		d := &all.Denials[i]
		text := report{denial: d, advice: r.advice[d.Call.ID], enforced: !r.audit}
		j := text.json(r.policy)
		j.Count, j.First, j.Last = d.Count, timeText(d.First), timeText(d.Last)
		out.Denials[i] = j
	}
	out.Totals = make([]totalJSON, len(all.Totals))
	for i := range all.Totals {
		t := &all.Totals[i]
		abi, known := arch.ByAudit(t.Call.Arch)
		e := explainer{policy: r.policy, abi: abi}
		j := totalJSON{verdictJSON: e.verdict(r.policy.Decide(&t.Call)), Count: t.Count}
		if known {
			j.ABI = abi.String()
		}
		if t.Known {
			j.Syscall = totalName(t)
		}
		out.Totals[i] = j
	}
}

// writeOutcome writes the outcome in place of what the file had, and waits for
// whoever reads that until a time comes, if that is not zero. It fails if somebody
// has put another file there, as the program can where it may write: that is none
// of ours.
func writeOutcome(f *os.File, out *outcomeJSON, until time.Time) error {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		if now, err := os.Stat(f.Name()); err != nil || !os.SameFile(info, now) {
			return fail("the report is lost: %s was moved, removed or replaced meanwhile", shellQuoted(f.Name())).
				hinted("where the program may not write, it cannot do that")
		}
		if err := f.Truncate(0); err != nil {
			return cannotWrite(f.Name(), err)
		}
	}
	to := newOutlet(f, 0)
	err := newEncoder(to).Encode(out)
	if err == nil {
		err = to.finish(until)
	}
	if err == errUnread {
		return fail("the report %s is lost: nobody has read it in time", shellQuoted(f.Name()))
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return cannotWrite(f.Name(), err)
}

// mostTotals is how many system calls the lines at the end name.
const mostTotals = 12

// conclude says at the end what was not said: of a program that failed, what it
// was denied as if the kernel had no such call, and what was denied more often
// than it was reported; of an audit, all.
func (r *reporter) conclude(failed bool, all *supervisor.Summary) {
	if r.quiet || len(all.Totals) == 0 || !failed && !r.audit {
		return
	}
	if r.audit {
		r.say("audit: %s would have been denied: %s", calls(all.Count), names(byCall(all, func(*supervisor.Total) bool { return true })))
		return
	}
	fallback := func(t *supervisor.Total) bool {
		d := r.policy.Decide(&t.Call)
		return asNoKernel(&t.Call, &d)
	}
	if list := byCall(all, fallback); len(list) > 0 {
		r.say("denied, as by a kernel that does not have them, and mostly done without: %s", names(list))
	}
	list := byCall(all, func(t *supervisor.Total) bool { return !fallback(t) && !asGuarded(r.policy, &t.Call) })
	list = slices.DeleteFunc(list, func(c callCount) bool { return c.count <= r.said[c.name] })
	if len(list) > 0 {
		r.say("denied in all: %s", names(list))
	}
	if !r.keep && len(r.printed) == 0 && r.hides(all) {
		r.hint("--report FILE has each of them, with its rule and what would allow it")
	}
}

// hides reports whether something was denied of which no report was printed.
func (r *reporter) hides(all *supervisor.Summary) bool {
	for i := range all.Denials {
		d := &all.Denials[i]
		if !r.printed[d.Call.ID] && !asGuarded(r.policy, &d.Call.Call) {
			return true
		}
	}
	return all.Unkept > 0
}

// A callCount is how often a system call was denied, by whatever rules.
type callCount struct {
	name  string
	count uint64
}

// byCall adds up some of the totals, of which each is of one rule.
func byCall(all *supervisor.Summary, of func(*supervisor.Total) bool) (list []callCount) {
	for i := range all.Totals {
		t := &all.Totals[i]
		if !of(t) {
			continue
		}
		name := totalName(t)
		k := slices.IndexFunc(list, func(c callCount) bool { return c.name == name })
		if k < 0 {
			k, list = len(list), append(list, callCount{name: name})
		}
		list[k].count += t.Count
	}
	return list
}

// names writes counts in one line.
func names(list []callCount) string {
	var texts []string
	for _, c := range list[:min(len(list), mostTotals)] {
		texts = append(texts, c.name+" ("+times(c.count)+")")
	}
	if more := len(list) - mostTotals; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more system calls", more))
	}
	return strings.Join(texts, ", ")
}

// totalName names the system call of a total.
func totalName(t *supervisor.Total) string {
	abi, ok := arch.ByAudit(t.Call.Arch)
	if !ok {
		return fmt.Sprintf("architecture %#x", t.Call.Arch)
	}
	name := "numbers of no call"
	if t.Known {
		if call, ok := abi.Numbered(t.Call.Nr); ok {
			name = call.Name
		}
	}
	if native, err := nativeABI(); err != nil || native != abi {
		name += " of " + abi.String()
	}
	return name
}
