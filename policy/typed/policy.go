// Package typed is the checked policy: what a policy means, with no text and
// no TOML left. Every name is resolved, every operation has one width and one
// signedness, every rule that nobody wrote is spelled out. It is the only
// input of the compiler and of the prover, and its evaluator defines the
// meaning that both are held to. Neither of them uses the evaluator.
package typed

import "sandbox/arch"

// A Policy decides every system call. Its layers (one for each -p) decide
// alone, as stacked kernel filters do, and the most restrictive of their
// actions is taken; on a tie the later layer's.
type Policy struct {
	Layers []Layer
}

// A Layer is one complete policy.
type Layer struct {
	Name     string    // how the user named it: a path or a profile
	ABIs     []Section // sorted by ABI
	Unserved *Rule     // decides calls of any other ABI
	Budget   *Budget   // nil: none
}

// A Budget is the most tests that a program may make about one system call,
// but for the search by ABI and number. It does not change what is decided.
type Budget struct {
	Tests int
	At    Position // of the value
}

// A Section is what a layer says about one ABI: an ordered list of filters of
// which the first that matches decides. The last one matches every call.
type Section struct {
	ABI     arch.ABI
	Filters []Filter
}

// A Filter matches the calls whose number is in Numbers and for whose
// arguments When holds.
type Filter struct {
	Numbers []NumberRange // sorted, disjoint and not adjacent
	When    Bool          // nil: always
	Rule    *Rule
	At      Position // of the filter; the zero Position if nobody wrote it
	Text    string   // the filter as written
}

// A NumberRange is an inclusive range of system-call numbers, as the unsigned
// 32 bits of seccomp_data.nr.
type NumberRange struct{ First, Last uint32 }

// A Rule is why a call was decided as it was.
type Rule struct {
	Name     string // the user's, or what an implicit rule stands for
	Reason   string
	Action   Action
	Implicit bool     // nobody wrote it
	At       Position // of the [[rule]] or the key that the rule comes from
}

// A Position is a place in a file; Line and Column count from 1, Column in
// bytes. The zero Position is nowhere.
type Position struct {
	File         string
	Line, Column int
}
