package arch

// A Param is one parameter of a system call, in the kernel's order.
type Param struct {
	Name    string   // the kernel's name, from its SYSCALL_DEFINE
	Aliases []string // the manual page's names, where they differ
	CType   string   // the C type in the kernel's prototype
	Type    Type     // the bits that the kernel looks at, narrowings applied
	Low     uint8    // the index in args[] of the (low half of the) value
	High    uint8    // the index of the high half where Split
	Split   bool     // a 64-bit value in two registers of a 32-bit ABI
	Partly  bool     // for some uses, but not for all, the kernel drops the high 32 bits
}

// A Type is how the kernel reads a parameter: how many low bits of the
// register, and as what.
type Type struct {
	Bits    uint8 // 8, 16, 32 or 64
	Signed  bool
	Pointer bool // an address: opaque to filters
}

// The types in the tables.
var (
	u16   = Type{Bits: 16}
	u32   = Type{Bits: 32}
	u64   = Type{Bits: 64}
	i32   = Type{Bits: 32, Signed: true}
	i64   = Type{Bits: 64, Signed: true}
	ptr32 = Type{Bits: 32, Pointer: true}
	ptr64 = Type{Bits: 64, Pointer: true}
)

// String returns the type as filters write it: "u32", "i64", "pointer".
func (t Type) String() string {
	if t.Pointer {
		return "pointer"
	}
	switch t {
	case u16:
		return "u16"
	case u32:
		return "u32"
	case u64:
		return "u64"
	case i32:
		return "i32"
	case i64:
		return "i64"
	}
	return "no type"
}

// is reports whether name is the kernel's name of p or an alias.
func (p *Param) is(name string) bool {
	if p.Name == name {
		return true
	}
	for _, alias := range p.Aliases {
		if alias == name {
			return true
		}
	}
	return false
}
