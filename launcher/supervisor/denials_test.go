package supervisor

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// A crowd is a Looker to whom each thread runs what the table says.
type crowd struct {
	mu    sync.Mutex
	exe   map[int]string
	asked int // for executables
	looks int
	err   error
}

func (c *crowd) Executable(call *Call) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	return c.exe[call.Thread], c.err
}

func (c *crowd) Look(call *Call) (*Seen, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	if c.err != nil {
		return nil, c.err
	}
	return &Seen{Who: Who{Thread: call.Thread, Exe: c.exe[call.Thread]}}, nil
}

var (
	ruleOpen  = &typed.Rule{Name: "open"}
	ruleIoctl = &typed.Rule{Name: "ioctl"}
	ruleRest  = &typed.Rule{Name: "default"}
)

// judgingPolicy judges openat's flags, ioctl's cmd and whether ioctl's arg is 0.
func judgingPolicy() *typed.Policy {
	number := func(name string) []typed.NumberRange {
		call, _ := arch.X86_64.Syscall(name)
		return []typed.NumberRange{{First: call.Number, Last: call.Number}}
	}
	load := func(i int) typed.Int { return &typed.Load{Low: typed.ArgLow(i)} }
	is := func(x typed.Int, v uint64) typed.Bool {
		return &typed.Predicate{X: &typed.Compare{Op: typed.Eq, X: x, Y: &typed.Value{Of: x.Type(), Bits: v}}}
	}
	null := is(&typed.Load{Low: typed.ArgLow(1), High: typed.ArgHigh(1), Wide: true}, 0)
	flags := &typed.Binary{Op: typed.BitAnd, X: load(2), Y: &typed.Value{Of: typed.U32, Bits: 3}}
	cmd := &typed.NotExpr{X: &typed.OrExpr{
		X: &typed.In{X: load(1), Intervals: []typed.Interval{{Low: 1, High: 5}}},
		Y: is(&typed.Convert{To: typed.U64, X: load(1)}, 9),
	}}
	return &typed.Policy{Layers: []typed.Layer{{
		ABIs: []typed.Section{{ABI: arch.X86_64, Filters: []typed.Filter{
			{Numbers: number("openat"), When: &typed.AndExpr{X: is(flags, 1), Y: null}, Rule: ruleOpen},
			{Numbers: number("ioctl"), When: cmd, Rule: ruleIoctl},
			{Numbers: []typed.NumberRange{{Last: ^uint32(0)}}, Rule: ruleRest},
		}}},
		Unserved: ruleRest,
	}}}
}

// call makes a call by name, or "#" and the number, of a thread.
func call(t testing.TB, thread int, name string, args ...uint64) *Call {
	t.Helper()
	c := &Call{Thread: thread, Call: typed.Call{Arch: arch.X86_64.Audit(), IP: 0x7f0000001000 + uint64(thread)<<20}}
	if s, ok := arch.X86_64.Syscall(name); ok {
		c.Nr = s.Number
	} else if _, err := fmt.Sscanf(name, "#%d", &c.Nr); err != nil {
		t.Fatal(name, err)
	}
	copy(c.Args[:], args)
	return c
}

// TestAlike says which of two denials are one kind.
func TestAlike(t *testing.T) {
	const cmdHigh = 1 << 32
	for _, tt := range []struct {
		name  string
		a, b  *Call
		rules [2]*typed.Rule
		want  bool
	}{
		{"equal", call(t, 1, "openat", 3, 4, 1), call(t, 1, "openat", 3, 4, 1), [2]*typed.Rule{ruleOpen, ruleOpen}, true},
		{"not judged", call(t, 1, "openat", 3, 4, 1, 5), call(t, 1, "openat", 7, 4, 1, 8), [2]*typed.Rule{ruleOpen, ruleOpen}, true},
		{"judged", call(t, 1, "openat", 3, 4, 1), call(t, 1, "openat", 3, 4, 2), [2]*typed.Rule{ruleOpen, ruleOpen}, false},
		{"pointers", call(t, 1, "openat", 3, 4, 1), call(t, 1, "openat", 3, 5<<40, 1), [2]*typed.Rule{ruleOpen, ruleOpen}, true},
		{"null", call(t, 1, "openat", 3, 4, 1), call(t, 1, "openat", 3, 0, 1), [2]*typed.Rule{ruleOpen, ruleOpen}, false},
		{"by the low half", call(t, 1, "ioctl", 0, 7), call(t, 1, "ioctl", 0, cmdHigh|7), [2]*typed.Rule{ruleIoctl, ruleIoctl}, true},
		{"commands", call(t, 1, "ioctl", 0, 7), call(t, 1, "ioctl", 0, 8), [2]*typed.Rule{ruleIoctl, ruleIoctl}, false},
		{"rules", call(t, 1, "ioctl", 0, 7), call(t, 1, "ioctl", 0, 7), [2]*typed.Rule{ruleIoctl, ruleRest}, false},
		{"calls", call(t, 1, "ioctl", 0, 7), call(t, 1, "openat", 0, 7), [2]*typed.Rule{ruleRest, ruleRest}, false},
		{"threads of a program", call(t, 1, "ioctl", 0, 7), call(t, 2, "ioctl", 0, 7), [2]*typed.Rule{ruleIoctl, ruleIoctl}, true},
		{"programs", call(t, 1, "ioctl", 0, 7), call(t, 3, "ioctl", 0, 7), [2]*typed.Rule{ruleIoctl, ruleIoctl}, false},
		{"numbers", call(t, 1, "#5000", 1), call(t, 1, "#5001", 1), [2]*typed.Rule{ruleRest, ruleRest}, false},
	} {
		d := NewDenials(judgingPolicy(), Limits{})
		c := &crowd{exe: map[int]string{1: "/bin/a", 2: "/bin/a", 3: "/bin/b"}}
		if d.Add(tt.a, typed.Decision{Rule: tt.rules[0]}, c) == nil {
			t.Errorf("%s: the first is not new", tt.name)
		}
		if got := d.Add(tt.b, typed.Decision{Rule: tt.rules[1]}, c) == nil; got != tt.want {
			t.Errorf("%s: alike: %v, want %v", tt.name, got, tt.want)
		}
	}
	// The same number on another ABI, which the policy does not serve.
	d, a := NewDenials(judgingPolicy(), Limits{}), call(t, 1, "ioctl", 0, 7)
	b := *a
	b.Arch = arch.I386.Audit()
	if d.Add(a, typed.Decision{Rule: ruleRest}, &crowd{}) == nil || d.Add(&b, typed.Decision{Rule: ruleRest}, &crowd{}) == nil {
		t.Error("calls of two ABIs are alike")
	}
}

// TestFirst: what is kept is the first, and it alone has been looked at.
func TestFirst(t *testing.T) {
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{1: "/bin/a"}}
	decision := typed.Decision{Action: typed.Action{Kind: typed.Errno, Data: 1}, Rule: ruleOpen}
	first := d.Add(call(t, 1, "openat", 3, 4, 1), decision, c)
	if first == nil || first.Seen == nil || first.Seen.Exe != "/bin/a" || first.Count != 1 || first.Decision != decision || first.Call.Args[0] != 3 {
		t.Fatalf("the first is %+v", first)
	}
	for range 9 {
		if again := d.Add(call(t, 1, "openat", 9, 4, 1), decision, c); again != nil {
			t.Fatalf("again: %+v", again)
		}
	}
	if c.looks != 1 || c.asked != 1 {
		t.Errorf("looked %d times, asked %d times, want once", c.looks, c.asked)
	}
	s := d.Summary()
	if s.Count != 10 || len(s.Denials) != 1 || s.Denials[0].Count != 10 || s.Denials[0].Call.Args[0] != 3 || s.Denials[0].Last.Before(first.First) {
		t.Errorf("the summary is %+v", s)
	}
	if len(s.Totals) != 1 || s.Totals[0].Count != 10 || s.Totals[0].Rule != ruleOpen || !s.Totals[0].Known || s.Unkept != 0 || s.Beyond != 0 {
		t.Errorf("the totals are %+v", s.Totals)
	}
	if first.Count != 1 {
		t.Error("what was returned has been changed")
	}
}

// TestExecuted: a thread executes another program, whose code is elsewhere.
func TestExecuted(t *testing.T) {
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{1: "/bin/sh"}}
	a := call(t, 1, "ioctl", 0, 7)
	d.Add(a, typed.Decision{Rule: ruleIoctl}, c)
	c.exe[1] = "/bin/ls"
	a.IP += 0x1234000
	if first := d.Add(a, typed.Decision{Rule: ruleIoctl}, c); first == nil || first.Seen.Exe != "/bin/ls" {
		t.Errorf("the other program's is %+v", first)
	}
}

// TestUnseen: callers that cannot be looked at are counted all the same.
func TestUnseen(t *testing.T) {
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{err: errors.New("no")}
	for i := range 3 {
		first := d.Add(call(t, i, "ioctl", 0, 7), typed.Decision{Rule: ruleIoctl}, c)
		if (first != nil) != (i == 0) {
			t.Errorf("denial %d: %+v", i, first)
		}
	}
	if s := d.Summary(); len(s.Denials) != 1 || s.Denials[0].Unseen != c.err || s.Denials[0].Seen != nil || s.Denials[0].Count != 3 {
		t.Errorf("the summary is %+v", s)
	}
}

// TestGone: callers are gone before they can be looked at. They are put to
// others of their kind.
func TestGone(t *testing.T) {
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{1: "/bin/a", 2: "/bin/b"}}
	add := func(thread int, err error) *Denial {
		t.Helper()
		c.err = err
		return d.Add(call(t, thread, "ioctl", 0, 7), typed.Decision{Rule: ruleIoctl}, c)
	}
	if first := add(1, ErrGone); first == nil || first.Unseen != ErrGone {
		t.Errorf("the first is %+v", first)
	}
	if again := add(1, ErrGone); again != nil {
		t.Errorf("gone again: %+v", again)
	}
	if known := add(1, nil); known != nil {
		t.Errorf("not gone: %+v", known)
	}
	if again := add(3, ErrGone); again != nil {
		t.Errorf("gone again: %+v", again)
	}
	if other := add(2, nil); other == nil || other.Seen.Exe != "/bin/b" {
		t.Errorf("another program's: %+v", other)
	}
	s := d.Summary()
	if len(s.Denials) != 2 || s.Denials[0].Count != 4 || s.Denials[0].Seen == nil || s.Denials[0].Seen.Exe != "/bin/a" || s.Denials[0].Unseen != nil {
		t.Errorf("the summary is %+v", s)
	}
	if len(d.kept) != len(d.order) {
		t.Errorf("%d and %d are kept", len(d.kept), len(d.order))
	}
}

// TestBounds has a program that does all it can to be remembered.
func TestBounds(t *testing.T) {
	const n = 20000
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{}}
	for i := range n {
		c.exe[i] = fmt.Sprint("/tmp/", i)
	}
	for i := range n {
		d.Add(call(t, i, fmt.Sprint("#", 10000+i), uint64(i)), typed.Decision{Rule: ruleRest}, c)
		d.Add(call(t, i, "ioctl", 0, uint64(i)), typed.Decision{Rule: ruleIoctl}, c)
	}
	other := d.Add(call(t, 1, "openat", 0, 0, 1), typed.Decision{Rule: ruleOpen}, c)
	if other == nil {
		t.Error("there is no room for another call")
	}
	s := d.Summary()
	if len(s.Denials) != 2*32+1 || s.Count != 2*n+1 || s.Unkept != 2*(n-32) || len(s.Totals) != 3 || s.Beyond != 0 {
		t.Errorf("%d denials kept, count %d, unkept %d, %d totals, %d beyond", len(s.Denials), s.Count, s.Unkept, len(s.Totals), s.Beyond)
	}
	if s.Totals[0].Known || s.Totals[0].Count != n || !s.Totals[1].Known {
		t.Errorf("the totals are %+v", s.Totals)
	}
	if c.looks != len(s.Denials) {
		t.Errorf("looked %d times", c.looks)
	}
	if len(d.judged) > maxJudged || len(d.programs.byPath) > maxPrograms {
		t.Errorf("%d sites and %d programs are remembered", len(d.judged), len(d.programs.byPath))
	}
}

// TestLimits fills each limit.
func TestLimits(t *testing.T) {
	d := NewDenials(judgingPolicy(), Limits{Denials: 2, Totals: 3})
	c := &crowd{}
	for _, name := range []string{"read", "write", "close", "openat", "read"} {
		d.Add(call(t, 1, name), typed.Decision{Rule: ruleRest}, c)
	}
	s := d.Summary()
	if len(s.Denials) != 2 || s.Denials[0].Count != 2 || len(s.Totals) != 3 || s.Count != 5 || s.Unkept != 2 || s.Beyond != 1 {
		t.Errorf("the summary is %+v", s)
	}
}

// TestConcurrent adds and reads from many goroutines. Nothing is lost.
func TestConcurrent(t *testing.T) {
	const goroutines, each = 8, 500
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{0: "/bin/a", 1: "/bin/b"}}
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				d.Add(call(t, g%2, "ioctl", 0, uint64(i%10)), typed.Decision{Rule: ruleIoctl}, c)
				if i%100 == 0 {
					d.Summary()
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	s := d.Summary()
	sum := s.Unkept
	for _, denial := range s.Denials {
		sum += denial.Count
	}
	if s.Count != goroutines*each || sum != s.Count || s.Totals[0].Count != s.Count || len(s.Denials) != 20 {
		t.Errorf("%d of %d counted, %d in %d denials", s.Count, goroutines*each, sum, len(s.Denials))
	}
}

// TestCounting: what has been denied before is counted without allocations.
func TestCounting(t *testing.T) {
	d := NewDenials(judgingPolicy(), Limits{})
	c := &crowd{exe: map[int]string{1: "/bin/a"}}
	a := call(t, 1, "openat", 3, 4, 1)
	if n := testing.AllocsPerRun(100, func() { d.Add(a, typed.Decision{Rule: ruleOpen}, c) }); n != 0 {
		t.Errorf("%v allocations for each call", n)
	}
}
