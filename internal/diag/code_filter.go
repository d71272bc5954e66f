package diag

// Mistakes in how a filter is written: E03.

// The system calls before the colon.
const (
	EmptyFilter       Code = "E0301" // nothing is written
	NoSystemCall      Code = "E0302" // a condition or an action that no system call goes with
	NotASelector      Code = "E0303" // what stands there selects no system call
	MissingSeparator  Code = "E0304" // neither a comma nor a colon after a system call
	StrayComma        Code = "E0305" // a comma without a system call on both sides
	Wildcard          Code = "E0306" // open*
	NotASyscallNumber Code = "E0307" // #x
)

// The condition.
const (
	MissingCondition    Code = "E0308" // nothing follows the colon, or the last local
	ExpectedValue       Code = "E0309" // an operator or a bracket where a value should stand
	ExpectedOperator    Code = "E0310" // a value that nothing joins to the one before it
	Unclosed            Code = "E0311" // a bracket is never closed
	NotOpened           Code = "E0312" // a bracket closes nothing
	Assignment          Code = "E0313" // a = 1
	ForeignOperator     Code = "E0314" // an operator of another language
	ChainedComparison   Code = "E0315" // a < b < c
	NotASet             Code = "E0316" // no set after "in"
	RangeInSet          Code = "E0317" // {1..2}
	OperatorAfterSet    Code = "E0318" // x in {1} & 3
	StraySemicolon      Code = "E0319" // a ";" that ends no local
	CommentInFilter     Code = "E0320" // a == 1 // why
	StringInFilter      Code = "E0321" // path == "/etc/passwd"
	Dereference         Code = "E0322" // ptr->field
	Statement           Code = "E0323" // if (a == 1)
	NotASCII            Code = "E0324" // a character that is no printable ASCII
	UnexpectedCharacter Code = "E0325" // an ASCII character that means nothing
	MalformedNumber     Code = "E0326" // 0xfg
	LeadingZero         Code = "E0327" // 08
	NotAnInteger        Code = "E0328" // 3.5
	NumberSuffix        Code = "E0329" // 10u, 4M
	ForeignType         Code = "E0330" // (int)x
	TypeAsFunction      Code = "E0331" // u32(x)
	FilterTooLarge      Code = "E0332" // beyond what could be installed
)

// Locals, functions and loops.
const (
	MalformedLocal     Code = "E0333" // let x 1;
	MisplacedLocal     Code = "E0334" // a == 1 && let x = 1; x
	ReservedName       Code = "E0335" // let in = 1;
	MalformedSignature Code = "E0336" // writes(int flags)
	MalformedLoop      Code = "E0337" // any(x == 1)
)

// Actions, and calls in tests and for explain.
const (
	UnknownAction    Code = "E0338" // alow
	ActionValue      Code = "E0339" // errno without a value, allow with one
	SecondAction     Code = "E0340" // deny allow open
	TrailingText     Code = "E0341" // deny: open
	MalformedCall    Code = "E0342" // openat without parentheses
	TooManyArguments Code = "E0343" // a system call has six registers
)
