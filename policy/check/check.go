// Package check gives filters their meaning: it resolves the names of a parsed
// filter against the tables of one ABI, types every operation, and returns the
// checked form of sandbox/policy/typed.
package check

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// An Input is one filter to check for one ABI.
type Input struct {
	Filter   *filter.Filter
	Text     string // the filter as written, for reports
	ABI      arch.ABI
	Kernel   arch.Version // the policy's baseline; zero: the newest in the tables
	Action   typed.ActionKind
	Scope    *Scope // the constants and sets in reach; may be nil
	Position func(diag.Span) typed.Position
}

// Filters returns the checked filters that stand for in.Filter on in.ABI, in
// the order in which they must be tried, with their Rule left nil: one for
// each group of selected calls that keep the parameters at hand in the same
// places. None is returned if every selected call is missing on this ABI.
//
//	func Filters(in Input) ([]typed.Filter, diag.List)
//
// A Scope holds [const] and [set] definitions; expressions are evaluated for
// each ABI anew, as constants have values per ABI.
//
//	func (s *Scope) DefineConstant(name string, at diag.Span, value filter.Expr) diag.List
//	func (s *Scope) DefineSet(name string, at diag.Span, members []filter.Expr) diag.List
//	func (s *Scope) Include(other *Scope) diag.List      names of an extended file
//
// Constant arguments of calls ("openat(AT_FDCWD, 0, O_WRONLY|O_CREAT, 0644)"):
//
//	func Constant(abi arch.ABI, scope *Scope, x filter.Expr) (*big.Int, diag.List)
type Scope struct{}
