package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sandbox/internal/diag"
)

// maxErrors is how many errors of one text are reported before giving up.
const maxErrors = 10

// A bailout is the panic by which the parser gives up on a text. It does not
// leave the package.
type bailout struct{}

// A scanner cuts a text into tokens. It reports what cannot be one, so that
// the parser need not say more about it.
type scanner struct {
	text    diag.Text
	pos     int // where the next token is looked for
	quiet   bool
	assigns bool // a "=" that comes next gives a local its value
	diags   diag.List
}

// errorf reports an error at text[start:end].
func (s *scanner) errorf(code diag.Code, start, end int, format string, args ...any) *diag.Diagnostic {
	return s.errorAt(code, s.text.Span(start, end), format, args...)
}

// errorAt reports an error, unless the latest one was reported at the same
// place: that would only be its consequence.
func (s *scanner) errorAt(code diag.Code, at diag.Span, format string, args ...any) *diag.Diagnostic {
	if s.quiet {
		return new(diag.Diagnostic)
	}
	if n := len(s.diags); n > 0 {
		if last := s.diags[n-1].Span; last.Start <= at.Start && (at.Start < last.End || at.Start == last.Start) {
			return new(diag.Diagnostic)
		}
		if n == maxErrors {
			panic(bailout{})
		}
	}
	return s.diags.Reportf(code, at, format, args...)
}

// next returns the next token and moves behind it.
func (s *scanner) next() token {
	src := s.text.String
	for s.pos < len(src) && isSpace(src[s.pos]) {
		s.pos++
	}
	start := s.pos
	if start == len(src) {
		return token{kind: tokEnd, start: start, end: start}
	}
	switch c := src[start]; {
	case isNameStart(c):
		return s.name()
	case isDigit(c):
		return s.number()
	case c >= utf8.RuneSelf || c < ' ' || c == 0x7f:
		return s.foreign()
	case c == '"' || c == '\'':
		return s.quoted(start+1, src[start:start+1])
	case c == '@':
		return s.group()
	case c == '#':
		return s.syscall()
	}
	return s.punctuation()
}

// peek returns the next token and stays before it.
func (s scanner) peek() token {
	s.quiet = true
	return s.next()
}

// end makes the token that reaches from start to where the scanner is now.
func (s *scanner) end(k kind, start int) token {
	return token{kind: k, start: start, end: s.pos}
}

func (s *scanner) name() token {
	src, start := s.text.String, s.pos
	for s.pos < len(src) && isNameByte(src[s.pos]) {
		s.pos++
	}
	if s.pos < len(src) && src[s.pos] >= utf8.RuneSelf {
		if r, _ := utf8.DecodeRuneInString(src[s.pos:]); unicode.IsLetter(r) {
			return s.foreignName(start)
		}
	}
	return s.end(tokName, start)
}

func (s *scanner) group() token {
	src, start := s.text.String, s.pos
	for s.pos++; s.pos < len(src) && (isNameByte(src[s.pos]) || src[s.pos] == '-'); {
		s.pos++
	}
	if s.pos == start+1 {
		s.errorf(diag.NotASelector, start, s.pos, `no group name after "@"`).Hintf("groups are written like @basic-io")
		return s.end(tokJunk, start)
	}
	return s.end(tokGroup, start)
}

func (s *scanner) syscall() token {
	src, start := s.text.String, s.pos
	if s.pos++; s.pos < len(src) && src[s.pos] == '-' {
		s.pos++
	}
	for s.pos < len(src) && isNameByte(src[s.pos]) {
		s.pos++
	}
	return s.end(tokSyscall, start)
}

// quoted scans a string up to the given closing quote, or to the end.
func (s *scanner) quoted(from int, quote string) token {
	start := s.pos
	if i := strings.Index(s.text.String[from:], quote); i >= 0 {
		s.pos = from + i + len(quote)
	} else {
		s.pos = len(s.text.String)
	}
	return s.end(tokString, start)
}

// brackets are the tokens of one byte that begin no longer one.
var brackets = [...]kind{
	',': tokComma,
	';': tokSemicolon,
	'(': tokOpenParen,
	')': tokCloseParen,
	'{': tokOpenBrace,
	'}': tokCloseBrace,
	'[': tokOpenBracket,
	']': tokCloseBracket,
}

// punctuations are the other tokens that are always spelt alike, longer ones
// before their beginnings.
var punctuations = [...]struct {
	text string
	kind kind
	op   Op
}{
	{"<<", tokOp, Shl},
	{">>", tokOp, Shr},
	{"==", tokOp, Eq},
	{"!=", tokOp, Ne},
	{"<=", tokOp, Le},
	{">=", tokOp, Ge},
	{"&&", tokOp, AndAnd},
	{"||", tokOp, OrOr},
	{"..", tokRange, 0},
	{"->", tokArrow, 0},
	{":", tokColon, 0},
	{"!", tokOp, Not},
	{"~", tokOp, Complement},
	{"*", tokOp, Mul},
	{"/", tokOp, Div},
	{"%", tokOp, Rem},
	{"+", tokOp, Add},
	{"-", tokOp, Sub},
	{"&", tokOp, And},
	{"^", tokOp, Xor},
	{"|", tokOp, Or},
	{"<", tokOp, Lt},
	{">", tokOp, Gt},
	{".", tokDot, 0},
}

func (s *scanner) punctuation() token {
	start := s.pos
	rest := s.text.String[start:]
	if c := int(rest[0]); c < len(brackets) && brackets[c] != tokEnd {
		s.pos++
		return s.end(brackets[c], start)
	}
	switch {
	case !s.assigns:
	case rest[0] == '=' && byteAt(rest, 1) != '=':
		s.pos++
		return s.end(tokAssign, start)
	case strings.HasPrefix(rest, ":="):
		s.pos += len(":=")
		s.errorf(diag.ForeignOperator, start, s.pos, `there is no operator ":="`).Hintf("write let x = ...;")
		return s.end(tokAssign, start)
	}
	if t, found := s.mistake(rest); found {
		return t
	}
	for i := range punctuations {
		if p := &punctuations[i]; strings.HasPrefix(rest, p.text) {
			s.pos += len(p.text)
			return token{p.kind, p.op, start, s.pos}
		}
	}
	s.pos++
	d := s.errorf(diag.UnexpectedCharacter, start, s.pos, `unexpected character "%c"`, rest[0])
	switch rest[0] {
	case '$':
		d.Hintf("names are written without it")
	case '`':
		d.Hintf("names are written without quotes")
	case '\\':
		d.Hintf("a filter may take several lines as it is, in a string of three quotes")
	}
	return s.end(tokJunk, start)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func isNameByte(c byte) bool { return isNameStart(c) || isDigit(c) }
