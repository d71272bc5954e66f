package supervisor

import (
	"sync"
	"time"

	"sandbox/policy/typed"
)

// A Looker looks at the caller of a call that waits. A Listener is one.
type Looker interface {
	// Executable tells which program the caller runs, as Who.Exe. It fails as
	// Look does.
	Executable(c *Call) (string, error)
	// Look tells who the caller is and what its arguments stand for.
	Look(c *Call) (*Seen, error)
}

// Denials counts denied calls, and keeps one of those that are alike. Its
// memory is bounded, whatever the programs do. It may be used by many
// goroutines.
//
// Two denials are alike if the same program was denied the same system call of
// the same ABI by the same rule, and the registers that the policy judges for
// that call are the same. Of a pointer that is judged counts only whether it is
// 0. Paths and whatever else lies in memory does not count: no rule sees it.
type Denials struct {
	policy *typed.Policy
	limits Limits

	mu       sync.Mutex
	judged   map[site]judged
	programs programs
	kept     map[key]*Denial
	order    []*Denial // of kept, as they came
	totals   map[totalKey]*Total
	sums     []*Total // of totals, as they came
	count    uint64
	unkept   uint64
	beyond   uint64
}

// Limits bound what Denials keeps. What is 0 has a default.
type Limits struct {
	// Distinct denials: 256 by default. Of one system call and rule at most an
	// eighth of them are kept, so that a program that tries all arguments leaves
	// room for others.
	Denials int
	Totals  int // pairs of system call and rule: 4096 by default
}

// alike returns how many denials of one system call and rule are kept.
func (l Limits) alike() int { return (l.Denials + 7) / 8 }

// A Denial is the first of some denials that are alike, and how many there are.
type Denial struct {
	Call     Call
	Decision typed.Decision
	// Seen is what was seen of the first; or of a later one, where the first was
	// gone too soon. Nil if nothing was, and then Unseen says why: ErrGone,
	// ErrInvisible, ErrNoProc or an error of /proc.
	Seen   *Seen
	Unseen error
	Count  uint64
	First  time.Time
	Last   time.Time

	looking bool // its caller is being looked at
}

// A Total is how often a rule denied a system call, to whatever program and
// with whatever arguments.
type Total struct {
	Call  typed.Call // the first of them
	Rule  *typed.Rule
	Known bool // Call.Nr is in its ABI's table; all others of an ABI and a rule are one Total
	Count uint64

	kept int // of the distinct denials that are kept, how many are of this
}

// A Summary is what Denials knows.
type Summary struct {
	Count   uint64   // of denied calls: the sum of the totals, and Beyond
	Denials []Denial // in the order of their first
	Totals  []Total  // of all denied calls, in the order of their first
	Unkept  uint64   // denied calls that are like none of Denials, for which there was no room
	Beyond  uint64   // denied calls that are in no total, for which there was no room
}

// NewDenials returns an empty count of the calls that a policy denies.
func NewDenials(policy *typed.Policy, limits Limits) *Denials {
	if limits.Denials <= 0 {
		limits.Denials = 256
	}
	if limits.Totals <= 0 {
		limits.Totals = 4096
	}
	return &Denials{
		policy: policy,
		limits: limits,
		judged: make(map[site]judged),
		kept:   make(map[key]*Denial),
		totals: make(map[totalKey]*Total),
	}
}

// Add counts a denied call, which must be waiting, with the policy's decision
// about it. If it is the first of its kind, and there is room for it, its caller
// is looked at, and a copy of what is kept is returned; otherwise nil.
//
// Looking takes some tens of microseconds, and a tenth of a second where the
// program's memory does not answer; counting takes less than one.
func (d *Denials) Add(c *Call, decision typed.Decision, looker Looker) *Denial {
	k, gone := d.keyOf(c, decision, looker)
	denial, first := d.countOne(c, decision, k, gone)
	if denial == nil {
		return nil
	}
	seen, err := looker.Look(c)
	d.mu.Lock()
	defer d.mu.Unlock()
	denial.Seen, denial.Unseen, denial.looking = seen, err, false
	if !first {
		return nil
	}
	kept := *denial
	return &kept
}

// countOne counts a denial. If its caller is to be looked at, it returns what is
// kept of its kind, and whether it is the first: the caller of the first may
// have been gone too soon.
func (d *Denials) countOne(c *Call, decision typed.Decision, k key, gone bool) (denial *Denial, first bool) {
	now := time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	total := d.total(c, decision.Rule)
	if denial := d.find(k, gone); denial != nil {
		denial.Count++
		denial.Last = now
		if denial.Unseen != ErrGone || gone || denial.looking {
			return nil, false
		}
		denial.looking = true
		return denial, false
	}
	if len(d.kept) >= d.limits.Denials || total == nil || total.kept >= d.limits.alike() {
		d.unkept++
		return nil, false
	}
	total.kept++
	denial = &Denial{Call: *c, Decision: decision, Unseen: ErrGone, Count: 1, First: now, Last: now, looking: true}
	d.kept[k] = denial
	d.order = append(d.order, denial)
	return denial, true
}

// find returns the denial that is kept for a key. Of a caller that was gone when
// it was asked for its program, any other program's is as good; and that of such
// a caller becomes the first program's that comes.
func (d *Denials) find(k key, gone bool) *Denial {
	if denial := d.kept[k]; denial != nil {
		return denial
	}
	if gone {
		for other, denial := range d.kept {
			if k.program = other.program; k == other {
				return denial
			}
		}
		return nil
	}
	nobody := k
	nobody.program = 0
	denial := d.kept[nobody]
	if denial == nil || denial.Unseen != ErrGone {
		return nil
	}
	delete(d.kept, nobody)
	d.kept[k] = denial
	return denial
}

// Summary returns what is known until now.
func (d *Denials) Summary() Summary {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := Summary{Count: d.count, Unkept: d.unkept, Beyond: d.beyond}
	for _, denial := range d.order {
		s.Denials = append(s.Denials, *denial)
	}
	for _, total := range d.sums {
		s.Totals = append(s.Totals, *total)
	}
	return s
}

// totalKey is what a total is of.
type totalKey struct {
	arch, nr uint32
	known    bool
	rule     *typed.Rule
}

// total counts a call, and returns its total if it has one.
func (d *Denials) total(c *Call, rule *typed.Rule) *Total {
	k := totalKey{arch: c.Arch, rule: rule}
	if _, syscall := c.Syscall(); syscall != nil {
		k.nr, k.known = c.Nr, true
	}
	if total, found := d.totals[k]; found {
		total.Count++
		return total
	}
	if len(d.totals) >= d.limits.Totals {
		d.beyond++
		return nil
	}
	total := &Total{Call: c.Call, Rule: rule, Known: k.known, Count: 1}
	d.totals[k] = total
	d.sums = append(d.sums, total)
	return total
}
