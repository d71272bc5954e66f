package filter

// A kind tells tokens apart.
type kind uint8

const (
	tokEnd     kind = iota
	tokJunk         // what cannot be a token; reported already
	tokName         // openat, flags, O_RDONLY; also the words in and not
	tokGroup        // @file-system
	tokSyscall      // #257, #0x101, #-1
	tokNumber       // 0x1f
	tokString       // "…" or '…', of which the language has none
	tokOp           // an operator: the token's op says which
	tokComma
	tokColon
	tokOpenParen
	tokCloseParen
	tokOpenBrace
	tokCloseBrace
	tokOpenBracket
	tokCloseBracket
	tokRange // ..
	tokDot
	tokSemicolon
	tokAssign // =, where a local is defined
	tokArrow  // ->
)

// A token is a range of the text. A "-" is the operator Sub even where it
// will turn out to be Negate.
type token struct {
	kind       kind
	op         Op
	start, end int
}

func (t token) is(op Op) bool { return t.kind == tokOp && t.op == op }
