package diag

// Lints: what a policy says is valid, and probably not what was meant: W01.

// What the checker sees in one filter.
const (
	SelectedTwice   Code = "W0101" // a selector that adds nothing
	NothingTakenOut Code = "W0102" // an exclusion of what is not selected
	X32Number       Code = "W0103" // a number of x32, which is refused before any rule
	UnusedName      Code = "W0104" // a local, variable or parameter that nothing uses
	DuplicateMember Code = "W0105" // a set that has a member twice
	IgnoredRegister Code = "W0106" // a condition on what the kernel ignores
	FlagsAsWhole    Code = "W0107" // one more flag passes a rule that refuses
	UpperBits       Code = "W0108" // one more bit, which the kernel drops, passes a rule that refuses
	PointlessCast   Code = "W0109" // a cast to 64 bits that compares no more bits
	PointerAsNumber Code = "W0110" // a condition on an address that the program chooses
	SecondWay       Code = "W0111" // a refused call that socketcall or ipc makes, too
	DecimalMode     Code = "W0112" // permissions in decimal
)
