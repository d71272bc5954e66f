package typed

// A Type is the type of an integer: 32 or 64 bits, signed or not. Narrower
// parameters are u32 values with their high bits masked off.
type Type struct {
	Bits   uint8
	Signed bool
}

// The types of integers.
var (
	U32 = Type{32, false}
	I32 = Type{32, true}
	U64 = Type{64, false}
	I64 = Type{64, true}
)

// Mask returns the bits that a value of the type has.
func (t Type) Mask() uint64 {
	if t.Bits == 32 {
		return 0xffffffff
	}
	return ^uint64(0)
}

// String returns the type's name in filters: "i32".
func (t Type) String() string {
	switch t {
	case U32:
		return "u32"
	case I32:
		return "i32"
	case U64:
		return "u64"
	}
	return "i64"
}

// A Bool is a truth value: one of *Truth, *NotExpr, *AndExpr, *OrExpr,
// *Compare, *In, *Predicate. Expressions are trees that may share branches.
type Bool interface{ isBool() }

// Truth is a constant.
type Truth struct{ Value bool }

// NotExpr is true where X is false.
type NotExpr struct{ X Bool }

// AndExpr is true where X and Y are.
type AndExpr struct{ X, Y Bool }

// OrExpr is true where X or Y is.
type OrExpr struct{ X, Y Bool }

// Compare compares two integers of one type, as that type orders them.
type Compare struct {
	Op   CompareOp
	X, Y Int
}

// In is true where X lies in one of the intervals.
type In struct {
	X         Int
	Intervals []Interval // sorted in the order of X's type, disjoint
}

// An Interval is an inclusive range of values, as bits of the type at hand.
// Low is not above High in the type's order.
type Interval struct{ Low, High uint64 }

// A Predicate is a condition as somebody wrote it, around what it means.
type Predicate struct {
	X        Bool
	At       Position
	Text     string
	Operands []Operand // the integers that a person wants to see the values of
	Once     bool      // it is once(), and X is OncePlaceholder, OnceAt of some addresses, or constant
}

// An Operand is an integer of a predicate, and how it was written.
type Operand struct {
	Text  string
	Value Int
}

func (*Truth) isBool()     {}
func (*NotExpr) isBool()   {}
func (*AndExpr) isBool()   {}
func (*OrExpr) isBool()    {}
func (*Compare) isBool()   {}
func (*In) isBool()        {}
func (*Predicate) isBool() {}

// A CompareOp is a comparison.
type CompareOp uint8

// The comparisons.
const (
	Eq CompareOp = iota
	Ne
	Lt
	Le
	Gt
	Ge
)

// An Int is an integer of a fixed type: one of *Value, *Load, *Convert,
// *Unary, *Binary.
type Int interface {
	Type() Type
	isInt()
}

// Value is a constant: Bits has no bit outside Of's mask.
type Value struct {
	Of   Type
	Bits uint64
}

// Load reads struct seccomp_data: a u32 from the word Low, or, if Wide, a u64
// whose high half is the word High.
type Load struct {
	Low, High Word
	Wide      bool
}

// Convert gives X another type: it takes the low bits, or extends by X's sign
// if X is signed and by zeros if not, or reads the same bits differently.
type Convert struct {
	To Type
	X  Int
}

// Unary is ~X or -X, at X's width.
type Unary struct {
	Op UnaryOp
	X  Int
}

// Binary is X op Y, wrapping at X's width. X and Y have one type. For the
// shifts Y is a *Value below the width; for Div and Rem a *Value that is not
// zero; for Mul at least one factor is a *Value. Division truncates towards
// zero, and Shr is arithmetic on signed types, as in C.
type Binary struct {
	Op   BinaryOp
	X, Y Int
}

// Type returns the constant's type.
func (x *Value) Type() Type { return x.Of }

// Type returns u32, or u64 where two words are read.
func (x *Load) Type() Type {
	if x.Wide {
		return U64
	}
	return U32
}

// Type returns the type converted to.
func (x *Convert) Type() Type { return x.To }

// Type returns the operand's type.
func (x *Unary) Type() Type { return x.X.Type() }

// Type returns the operands' type. It asks Y, which in a long sum is the
// shorter way, as operators group to the left.
func (x *Binary) Type() Type { return x.Y.Type() }

func (*Value) isInt()   {}
func (*Load) isInt()    {}
func (*Convert) isInt() {}
func (*Unary) isInt()   {}
func (*Binary) isInt()  {}

// A UnaryOp is a unary operator on integers.
type UnaryOp uint8

// The unary operators.
const (
	Complement UnaryOp = iota
	Negate
)

// A BinaryOp is a binary operator on integers.
type BinaryOp uint8

// The binary operators.
const (
	Add BinaryOp = iota
	Sub
	Mul
	Div
	Rem
	Shl
	Shr
	BitAnd
	BitOr
	BitXor
)
