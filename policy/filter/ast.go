// Package filter is the filter language as text: it scans, parses and prints
// filter expressions. It knows no system call and no constant; see
// grammar.txt for the grammar. Names and types are the business of
// sandbox/policy/check.
package filter

import "sandbox/internal/diag"

// A Filter is "selectors [: body]".
type Filter struct {
	Selectors []Selector
	Body      Expr // nil: matches whatever the arguments
	Span      diag.Span
}

// SelectorKind tells the forms of a selector apart.
type SelectorKind uint8

// The forms of a selector.
const (
	SelectName   SelectorKind = iota // openat
	SelectGroup                      // @file-system
	SelectAll                        // *
	SelectNumber                     // #257, #0x101, #-1
)

// A Selector names system calls, or takes them out again.
type Selector struct {
	Kind    SelectorKind
	Exclude bool   // written with a leading "!"
	Name    string // for SelectName and SelectGroup (without the "@")
	Number  uint32 // for SelectNumber; #-1 is 0xffffffff
	Span    diag.Span
}

// An Expr is an expression of the filter language: one of *Name, *Number,
// *Index, *Unary, *Cast, *Binary, *In, *Paren, *Apply, *Quantifier, *Let.
type Expr interface {
	Span() diag.Span
	expr()
}

// A Name is an identifier: a parameter, a constant, or nr, arch, ip.
type Name struct {
	Text string
	At   diag.Span
}

// A Number is an integer literal: decimal, 0x…, 0o… or 0b…, or octal with a
// leading 0 as in C; never negative.
type Number struct {
	Text string // as written, at most 80 bytes
	At   diag.Span
}

// An Index is args[N].
type Index struct {
	Base  *Name // args
	Index Expr
	At    diag.Span
}

// A Unary is !x, ~x or -x.
type Unary struct {
	Op Op
	X  Expr
	At diag.Span
}

// A Cast is (u32)x.
type Cast struct {
	Type   string // u8, u16, u32, i32, u64 or i64
	TypeAt diag.Span
	X      Expr
	At     diag.Span
}

// A Binary is x op y, for arithmetic, bit, comparison and logic operators.
type Binary struct {
	Op   Op
	OpAt diag.Span
	X, Y Expr
	At   diag.Span
}

// An In is "x in {a, b}", "x in a..b" (b excluded), "x in NAME", or with "not
// in" their opposites.
type In struct {
	X    Expr
	Not  bool
	OpAt diag.Span // of "in" or "not in"
	Set  Set
	At   diag.Span
}

// A Set is what stands to the right of "in": exactly one of Name, Low and
// Members says which form it is. An empty Members with neither is "{}".
type Set struct {
	Name      *Name // a named set
	Low, High Expr  // a range Low..High, High excluded
	Members   []Expr
	At        diag.Span
}

// A Paren is (x); kept so that a printed filter is the one that was written.
type Paren struct {
	X  Expr
	At diag.Span
}

// An Apply is f(x, y): a function applied to its arguments.
type Apply struct {
	Func *Name
	Args []Expr
	At   diag.Span
}

// A Quantifier is any(i in SET: x), true if x is for one member of the set, or
// all(i in SET: x), true if x is for each of them.
type Quantifier struct {
	All  bool
	Var  *Name
	Set  Set
	Body Expr
	At   diag.Span
}

// A Let is "let name = value; body". It stands only where a whole body does:
// that of a filter, of a function or of another Let.
type Let struct {
	Name  *Name
	Value Expr
	Body  Expr
	At    diag.Span
}

// Span returns the source range of the expression.
func (x *Name) Span() diag.Span   { return x.At }
func (x *Number) Span() diag.Span { return x.At }
func (x *Index) Span() diag.Span  { return x.At }
func (x *Unary) Span() diag.Span  { return x.At }
func (x *Cast) Span() diag.Span   { return x.At }
func (x *Binary) Span() diag.Span { return x.At }
func (x *In) Span() diag.Span     { return x.At }
func (x *Paren) Span() diag.Span  { return x.At }
func (x *Apply) Span() diag.Span  { return x.At }
func (x *Let) Span() diag.Span    { return x.At }

// Span returns the source range of the expression.
func (x *Quantifier) Span() diag.Span { return x.At }

func (*Name) expr()   {}
func (*Number) expr() {}
func (*Index) expr()  {}
func (*Unary) expr()  {}
func (*Cast) expr()   {}
func (*Binary) expr() {}
func (*In) expr()     {}
func (*Paren) expr()  {}
func (*Apply) expr()  {}
func (*Let) expr()    {}

func (*Quantifier) expr() {}

// A Signature is what stands to the left of a function's body: its name and
// its parameters.
type Signature struct {
	Name   *Name
	Params []*Name
	At     diag.Span
}

// An Action is what a rule does with the calls that it selects: a name, and a
// value for those that take one.
type Action struct {
	Name   string // allow, log, deny, errno, kill_process, kill_thread, trap, trace or notify
	NameAt diag.Span
	Arg    Expr // of errno, trap and trace, a Name or a Number; nil for the others
	At     diag.Span
}

// A Call is a system call with its registers: "openat(AT_FDCWD, 0, O_WRONLY)".
type Call struct {
	Name     string
	Number   uint32 // if ByNumber: #257(…)
	ByNumber bool
	Args     []Expr // at most 6, constant expressions
	Span     diag.Span
}
