package arch

// A Version is a kernel release, major<<8 | minor, so that versions compare as
// integers. The zero value means before any release that policies can name.
type Version uint16

// A Syscall is one row of an ABI's table. Rows are shared and must not be
// changed.
type Syscall struct {
	Name   string
	Number uint32
	Since  Version // the first release in which this ABI had the call
	Params []Param
	groups uint64 // bit i: member of groupNames[i]
}

// A Param is one parameter of a system call, in the kernel's order.
type Param struct {
	Name    string   // the kernel's name, from its SYSCALL_DEFINE
	Aliases []string // the manual page's names, where they differ
	CType   string   // the C type in the kernel's prototype
	Type    Type     // the bits that the kernel looks at, narrowings applied
	Low     uint8    // the index in args[] of the (low half of the) value
	High    uint8    // the index of the high half where Split
	Split   bool     // a 64-bit value in two registers of a 32-bit ABI
}

// A Type is how the kernel reads a parameter: how many low bits of the
// register, and as what.
type Type struct {
	Bits    uint8 // 8, 16, 32 or 64
	Signed  bool
	Pointer bool // an address: opaque to filters
}

// Signature of the rest, generated tables behind it:
//
//	func (a ABI) Syscalls() []Syscall                       sorted by number
//	func (a ABI) Syscall(name string) (*Syscall, bool)
//	func (a ABI) Numbered(nr uint32) (*Syscall, bool)
//	func (s *Syscall) Param(name string) (*Param, bool)     kernel's name or alias
//	func (s *Syscall) In(g Group) bool
//	func LookupGroup(name string) (Group, bool)             name without the @
//	func KnownAnywhere(name string) bool                    a syscall of any ABI
//	func (a ABI) Constant(name string) (Value, bool)
//	func ParseVersion(s string) (Version, bool); func (v Version) String() string
//	func Latest() Version                                   newest release in the tables
//	iterators for suggestions: SyscallNames(), ConstantNames(), GroupNames() iter.Seq[string]
//	func (a ABI) Errno(name string) (uint16, bool); func (a ABI) ErrnoName(n uint16) (string, bool)
//	func (a ABI) SignalName(n int) ...
