package diag

// Mistakes in a policy file as TOML: E01.
const (
	UnreadablePolicy  Code = "E0101" // no such file, a directory, too large, empty
	NotUTF8           Code = "E0102" // UTF-16, a byte that is no UTF-8, or NUL
	InvalidTOML       Code = "E0103" // the grammar of TOML has no such text
	UnquotedValue     Code = "E0104" // action = allow
	UnendedString     Code = "E0105" // a string without its closing quotes
	LaterTOML         Code = "E0106" // what TOML has only since 1.1
	DefinedTwice      Code = "E0107" // a key or a table, in any of the ways to write it
	TableAndTables    Code = "E0108" // [rule] and [[rule]]
	NestedTooDeeply   Code = "E0109" // more levels than any policy has
	IntegerOutOfRange Code = "E0110" // beyond the 64 bits of a TOML integer
)

// Mistakes in what a policy says, but for its filters: E02.
const (
	MissingVersion Code = "E0201" // version = 1
	UnknownVersion Code = "E0202" // a version that this program does not read
	UnknownKey     Code = "E0203" // a key that means nothing where it stands
	WrongKind      Code = "E0204" // a value of the wrong TOML type
	EmptyList      Code = "E0205" // an array that must have an element
	MissingKey     Code = "E0206" // a rule without action or filters, a test without call or want
	GivenTwice     Code = "E0207" // one of a list again
	MissingDefault Code = "E0208" // no file says what happens when no rule matches
	ConfinesNoCall Code = "E0209" // no rules, and a default that passes
	UnknownABI     Code = "E0210" // no ABI has this name
	NotServed      Code = "E0211" // an ABI is asked for, or this machine's is meant, and there is none
	BadKernel      Code = "E0212" // not a release with seccomp filters
	BadBudget      Code = "E0213" // beyond what a program can take
	OverBudget     Code = "E0214" // a call can take more tests than the budget
	UnknownErrno   Code = "E0215" // errno(EPREM)
	ActionNumber   Code = "E0216" // errno(4096), trap(65536)
	ErrnoZero      Code = "E0217" // errno(0)
	NoPolicy       Code = "E0218" // no policy, or an empty name for one
	UnknownProfile Code = "E0219" // no profile of this name is shipped
	ExtendsCircle  Code = "E0220" // files that extend each other
	TooManyFiles   Code = "E0221" // extended by one request
	Disagreement   Code = "E0222" // two extended files state different values
	UnknownRule    Code = "E0223" // a test asks for a rule that there is not
	CallElsewhere  Code = "E0224" // a test calls what its ABI lacks
	TooWide        Code = "E0225" // an argument that fits into no register
	NotAWarning    Code = "E0226" // a code that cannot be accepted

	ProgramTooLarge Code = "E0227" // more instructions than the kernel takes
	TooMuchScratch  Code = "E0228" // a comparison that needs more than the scratch memory
	NotProvable     Code = "E0229" // the proof was given up

	MoreThanOnce Code = "E0230" // programs can be executed besides the one of once()
	OnceVaries   Code = "E0231" // what execve gets without once() depends on its arguments
)

// Warnings about a policy as a whole: W02.
const (
	OnlyAllows    Code = "W0201" // the rules and the default only allow
	ExtendedTwice Code = "W0202" // by the same file
	IdleRule      Code = "W0203" // a rule for an ABI that the policy does not serve
	UnusedAccept  Code = "W0204" // nothing is found that the policy accepts
)
