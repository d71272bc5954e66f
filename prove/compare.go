package prove

import (
	"errors"
	"math/big"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// A Difference is what two sides, from and to, do differently.
type Difference struct {
	Changes []Change
	Open    []Open // where the comparison was given up
	Stats   CompareStats
}

// Equal reports that the sides decide every call alike, within the limit of the
// comparison: that is proved.
func (d *Difference) Equal() bool { return len(d.Changes) == 0 && len(d.Open) == 0 }

// Wider returns the changes by which the second side lets calls through, or has
// others decide about them, that the first does not: see Change.Wider. They are
// all only if nothing is open.
func (d *Difference) Wider() []Change {
	var wider []Change
	for _, c := range d.Changes {
		if c.Wider() {
			wider = append(wider, c)
		}
	}
	return wider
}

// A Change is a set of calls about which the sides decide differently, all of
// them alike.
type Change struct {
	Scope
	From, To  typed.Action
	Condition Condition  // which calls of the scope, by their arguments
	Count     *big.Int   // how many of the 2^512 inputs the change covers
	Call      typed.Call // one of them; evaluator and emulator confirmed it
}

// Wider reports whether calls are let through, or only logged, that were not, or
// whether a tracer or a supervisor is asked about calls that were refused: it may
// let them pass.
func (c *Change) Wider() bool { return hold(c.To) < hold(c.From) }

// Narrower reports the opposite of Wider.
func (c *Change) Narrower() bool { return hold(c.To) > hold(c.From) }

// hold says how firmly an action keeps a call from being executed.
func hold(a typed.Action) int {
	switch {
	case a.Kind <= typed.Log:
		return 0
	case a.Kind == typed.Trace || a.Kind == typed.Notify:
		return 1
	}
	return 2
}

// A Scope is a set of numbers of some architectures.
type Scope struct {
	Archs   []ArchRange         // sorted, disjoint and not adjacent
	Numbers []typed.NumberRange // sorted, disjoint and not adjacent
}

// An ArchRange is an inclusive range of AUDIT_ARCH_* values.
type ArchRange struct{ First, Last uint32 }

// ABI returns the ABI that the scope is about, or false if it is about
// architectures that no side serves, or that have no table.
func (s *Scope) ABI() (arch.ABI, bool) {
	if len(s.Archs) != 1 || s.Archs[0].First != s.Archs[0].Last {
		return 0, false
	}
	return arch.ByAudit(s.Archs[0].First)
}

// Open is a scope that was not compared, and why.
type Open struct {
	Scope
	GivenUp *GivenUp
}

// CompareStats tells how much a comparison had to look at.
type CompareStats struct {
	Squares int // regions in which each side has one way to decide
	Nodes   int // diagram nodes made

	// Inputs is how many inputs were compared: 2^512 without a limit. It is nil
	// if the limit is too complex for that to be counted.
	Inputs *big.Int
}

// Compare returns what two sides do differently, exactly. Where, if not nil,
// limits the comparison to the inputs for which it holds. Programs must be for
// machines of one byte order. The error is not about what is too complex: that
// is open in the answer.
func Compare(from, to Side, where typed.Bool) (*Difference, error) {
	return compare(from, to, where, MaxNodes)
}

var errByteOrder = errors.New("the two sides are for machines of different byte orders")

func compare(from, to Side, where typed.Bool, nodes int) (*Difference, error) {
	for _, s := range []*Side{&from, &to} {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	if from.policy == nil && to.policy == nil && from.bigEndian != to.bigEndian {
		return nil, errByteOrder
	}
	c := newComparison(from, to, where, nodes)
	grid, err := squares(c.components)
	if err != nil {
		return nil, err
	}
	for i := range grid {
		if err := c.square(&grid[i]); err != nil {
			return nil, err
		}
	}
	c.uniteArchs()
	return &c.out, nil
}
