package filter

// An Op is an operator.
type Op uint8

// The operators, from the tightest binding to the loosest. "&", "^" and "|"
// bind tighter than comparisons, unlike in C.
const (
	Not        Op = iota // !
	Complement           // ~
	Negate               // - (unary)
	Mul                  // *
	Div                  // /
	Rem                  // %
	Add                  // +
	Sub                  // -
	Shl                  // <<
	Shr                  // >>
	And                  // &
	Xor                  // ^
	Or                   // |
	Eq                   // ==
	Ne                   // !=
	Lt                   // <
	Le                   // <=
	Gt                   // >
	Ge                   // >=
	AndAnd               // &&
	OrOr                 // ||
)

// A precedence says how tightly an operator binds; the highest is the
// tightest.
type precedence uint8

const (
	precNone precedence = iota // no binary operator
	precOrOr
	precAndAnd
	precCompare // "in" and "not in" too; does not chain
	precOr
	precXor
	precAnd
	precShift
	precAdd
	precMul
	precUnary
	precOperand
)

var operators = [...]struct {
	text string
	prec precedence
}{
	Not:        {"!", precUnary},
	Complement: {"~", precUnary},
	Negate:     {"-", precUnary},
	Mul:        {"*", precMul},
	Div:        {"/", precMul},
	Rem:        {"%", precMul},
	Add:        {"+", precAdd},
	Sub:        {"-", precAdd},
	Shl:        {"<<", precShift},
	Shr:        {">>", precShift},
	And:        {"&", precAnd},
	Xor:        {"^", precXor},
	Or:         {"|", precOr},
	Eq:         {"==", precCompare},
	Ne:         {"!=", precCompare},
	Lt:         {"<", precCompare},
	Le:         {"<=", precCompare},
	Gt:         {">", precCompare},
	Ge:         {">=", precCompare},
	AndAnd:     {"&&", precAndAnd},
	OrOr:       {"||", precOrOr},
}

// String returns the operator as it is written.
func (op Op) String() string { return operators[op].text }

func (op Op) precedence() precedence { return operators[op].prec }
