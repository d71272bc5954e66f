package filter

import (
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// types are the types that an integer can be cast to.
var types = [...]string{"u8", "u16", "u32", "i32", "u64", "i64"}

// cast parses "(u32)x", or returns nil if a parenthesis of another kind is at
// hand.
func (p *parser) cast() Expr {
	open := p.tok
	word := p.peek()
	if word.kind != tokName {
		return nil
	}
	to := p.source(word)
	if !p.closes(word.end) || !slices.Contains(types[:], to) {
		if to = p.meantType(word); to == "" {
			return nil
		}
	}
	p.advance()
	for p.tok.kind == tokName { // more than one in "unsigned int"
		p.advance()
	}
	p.close(open, tokCloseParen)
	x := p.unary()
	return &Cast{Type: to, TypeAt: p.span(word), X: x, At: p.span(open).To(x.Span())}
}

// meantType reports a cast to a type that does not exist and returns what was
// meant. Otherwise it returns "".
func (p *parser) meantType(word token) string {
	const longest = len("unsigned long long int")
	inside, _, closed := strings.Cut(p.text.String[word.start:min(word.start+longest+1, len(p.text.String))], ")")
	if !closed {
		return ""
	}
	inside = strings.TrimRight(inside, " ")
	if p.closes(word.end) && !p.castFollows(word.end) {
		return "" // the word may be a name
	}
	ours, found := "", false
	for _, f := range foreignTypes {
		if f.name == inside {
			ours, found = f.ours, true
		}
	}
	if !found && p.closes(word.end) {
		ours, found = diag.Nearest(inside, slices.Values(types[:]))
	}
	if found {
		p.errorf(diag.ForeignType, word.start, word.start+len(inside), "unknown type %s", inside).
			Hintf("did you mean (%s)? Types are %s", ours, strings.Join(types[:], ", "))
	}
	return ours
}

// closes reports whether ")" follows at pos.
func (p *parser) closes(pos int) bool {
	s := scanner{text: p.text, pos: pos, quiet: true}
	return s.next().kind == tokCloseParen
}

// castFollows reports whether ")" and an operand follow at pos, so that a type
// before it would make a cast, and anything else makes no sense.
func (p *parser) castFollows(pos int) bool {
	s := scanner{text: p.text, pos: pos, quiet: true}
	s.next()
	switch t := s.next(); t.kind {
	case tokName:
		word := p.source(t)
		return word != "in" && word != "not" && word != "and" && word != "or"
	case tokNumber, tokOpenParen:
		return true
	case tokOp:
		return t.op.precedence() == precUnary
	}
	return false
}

// foreignTypes are types of C and other languages, and ours for them on 64-bit
// ABIs.
var foreignTypes = [...]struct{ name, ours string }{
	{"bool", "u8"},
	{"char", "u8"},
	{"int", "i32"},
	{"int16_t", "i32"},
	{"int32", "i32"},
	{"int32_t", "i32"},
	{"int64", "i64"},
	{"int64_t", "i64"},
	{"int8_t", "i32"},
	{"long", "i64"},
	{"long int", "i64"},
	{"long long", "i64"},
	{"off_t", "i64"},
	{"s32", "i32"},
	{"s64", "i64"},
	{"signed", "i32"},
	{"signed int", "i32"},
	{"size_t", "u64"},
	{"ssize_t", "i64"},
	{"uint", "u32"},
	{"uint16", "u16"},
	{"uint16_t", "u16"},
	{"uint32", "u32"},
	{"uint32_t", "u32"},
	{"uint64", "u64"},
	{"uint64_t", "u64"},
	{"uint8", "u8"},
	{"uint8_t", "u8"},
	{"uintptr_t", "u64"},
	{"unsigned", "u32"},
	{"unsigned char", "u8"},
	{"unsigned int", "u32"},
	{"unsigned long", "u64"},
	{"unsigned long int", "u64"},
	{"unsigned long long", "u64"},
	{"unsigned short", "u16"},
	{"usize", "u64"},
}
