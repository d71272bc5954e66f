package diag

// Mistakes in the names of a filter.
const (
	UnknownSyscall    Code = "E0401" // no ABI has a system call of this name
	UnknownGroup      Code = "E0402" // there is no group of this name
	Contradiction     Code = "E0403" // one and the same is selected and taken out
	EmptySelection    Code = "E0404" // everything that is selected is taken out
	UnknownParameter  Code = "E0405" // neither a parameter of the calls nor a constant
	LackingParameter  Code = "E0406" // some of the selected calls lack the parameter
	NamelessParameter Code = "E0407" // calls outside the tables have no names for their parameters
	UnknownRegister   Code = "E0408" // the registers are args[0] to args[5]
	UnusedRegister    Code = "E0409" // calls are let through for what the kernel ignores
	BroadCondition    Code = "E0410" // every call is let through for an argument
	UnknownConstant   Code = "E0411" // no ABI has a constant of this name
	ElsewhereConstant Code = "E0412" // a constant that another ABI has
	UnknownSet        Code = "E0413" // there is no set of this name
	UnknownFunction   Code = "E0414" // there is no function of this name
	ArgumentCount     Code = "E0415" // too few or too many arguments for a function
	WrongKindOfName   Code = "E0416" // a set as a number, a constant as a set
	AmbiguousName     Code = "E0417" // a name that means two things
	HiddenName        Code = "E0418" // a definition or local takes a name that is taken
	Redefined         Code = "E0419" // two definitions of one name
	InvalidName       Code = "E0420" // a definition of what cannot be a name
	DefinitionCycle   Code = "E0421" // a definition that needs itself
	OutOfSight        Code = "E0422" // a function that looks at the call
)

// Mistakes in what a condition computes.
const (
	AlwaysSame        Code = "E0501" // a comparison that no call can change
	ConstantCondition Code = "E0502" // a condition of constants only
	ImpossibleMember  Code = "E0503" // a member of a set that is never met
	EmptySet          Code = "E0504" // a set or a range of nothing
	NotConstant       Code = "E0505" // a value of the call where a constant is needed
	VariableOperand   Code = "E0506" // a product, quotient or shift by a value of the call
	DivisionByZero    Code = "E0507" // by a constant 0
	ShiftOutOfRange   Code = "E0508" // by more bits than there are, or by less than none
	TypesDiffer       Code = "E0509" // arithmetic between two types
	ConstantTooWide   Code = "E0510" // a constant that the type beside it cannot hold
	NumberTooLarge    Code = "E0511" // a constant of more than 256 bits
	NotInteger        Code = "E0512" // a truth value where an integer is needed
	OpaquePointer     Code = "E0513" // a pointer as if it were what it points at
	PointerCast       Code = "E0514" // a pointer as anything but an address
	ConditionTooLarge Code = "E0515" // functions and loops written out beyond the bound
	MisplacedOnce     Code = "E0516" // once() anywhere but as the whole condition of "allow execve"
)
