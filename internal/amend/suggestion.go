// Package amend finds the smallest edit of policies that lets a call pass which
// they refuse: one rule, whose filter holds all that a filter can judge of the
// call to what it was.
//
// What it says of an edit is not guessed but found out: the policies are loaded
// with the rule, the evaluator says that they allow the call, and the prover
// which other calls they decide differently.
package amend

import (
	"sandbox/arch"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A Suggestion is an edit for a call, or says why there is none.
type Suggestion struct {
	ABI arch.ABI // of the call; 0: sandbox does not know its architecture

	// Filter is the edit: as that of a rule that allows and stands before all
	// others, it lets the call pass. "" if no edit does; then Obstacle says why,
	// and Once is all that may be set of the fields below.
	Filter   string
	Obstacle Obstacle
	Once     []Once // of BesideOnce: what lets the program be started only

	// Limited means that the rule has to be for ABI alone, as the filter cannot
	// be checked for others. A rule of the command line cannot be.
	Limited bool

	Every   bool       // the filter selects every call of the number: nothing is held
	Free    []string   // the parameters that the filter leaves free: addresses
	Passing []string   // the comparisons with values that are others in the next run: "fd == 3"
	Also    []arch.ABI // others on which the call passes with the edit

	// Others are the changes that the edit makes beside those. With Unsure they
	// were too complex to be found out.
	Others []prove.Change
	Unsure bool

	// Homes are where the filter could stand for good: one for each policy that
	// refuses the call and that the user can edit. There are none if a rule of
	// the command line refuses it, which goes before whatever a file says.
	Homes []Home
}

// A Home is a place in a policy file for the filter.
type Home struct {
	File string      // the file, as it was named
	Rule *typed.Rule // which can have it as one more; nil: it needs a rule of its own before the others
}

// A Once is a filter whose condition is once().
type Once struct {
	Policy string // the policy that has it, as it was named; "": it was given by -e
	Filter *typed.Filter
}

// An Obstacle is why no edit lets a call pass.
type Obstacle uint8

// The obstacles.
const (
	NoObstacle  Obstacle = iota
	UnknownArch          // no policy can serve the architecture
	NotServed            // a policy does not serve the ABI: it takes more than a rule
	X32                  // x32 calls are refused whatever a rule says
	BesideOnce           // beside once() no rule may let programs be executed
	Guard                // the guard refuses it, which no policy overrules
	NotFound             // the rule for the call makes no policy, or does not let it pass
)
