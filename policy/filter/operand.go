package filter

import (
	"slices"
	"strings"

	"sandbox/internal/diag"
)

// types are the types that an integer can be cast to.
var types = [...]string{"u8", "u16", "u32", "i32", "u64", "i64"}

// operand parses a value and what is stuck to its end.
func (p *parser) operand() Expr {
	t := p.tok
	var x Expr
	switch t.kind {
	case tokName:
		x = p.named()
	case tokNumber:
		p.advance()
		x = &Number{Text: p.source(t), At: p.span(t)}
	case tokOpenParen:
		if c := p.cast(); c != nil {
			return c
		}
		p.advance()
		inner := p.expr()
		p.close(t, tokCloseParen)
		x = &Paren{X: inner, At: p.text.Span(t.start, p.last.end)}
	case tokString:
		p.stringOperand()
		x = p.standIn(t)
	default:
		p.missingOperand()
	}
	return p.suffixes(x)
}

// standIn moves on and returns a value for what was reported as none, so that
// parsing can go on.
func (p *parser) standIn(t token) Expr {
	p.advance()
	return &Number{Text: "0", At: p.span(t)}
}

func (p *parser) missingOperand() {
	d := p.unexpected("a value")
	switch p.tok.kind {
	case tokGroup, tokSyscall:
		d.Hintf("system calls stand before the colon")
	case tokOpenBrace:
		d.Hintf(`a set stands after "in": x in {A, B}`)
	case tokRange:
		d.Hintf(`a range stands after "in": x in 0..3`)
	case tokOp:
		if p.tok.op == And {
			d.Hintf("there are no addresses in a filter")
		}
	}
	panic(bailout{})
}

// named parses a name, or what other languages begin with one.
func (p *parser) named() Expr {
	t := p.tok
	text := p.source(t)
	switch text {
	case "in", "and", "or":
		p.missingOperand()
	case "let":
		if p.startsWord() {
			p.errorf(t.start, t.end, "locals (let) are not part of this version").Hintf("write the value where it is used")
			panic(bailout{})
		}
	}
	p.advance()
	if p.tok.kind == tokOpenParen {
		p.function(t)
		return &Number{Text: "0", At: p.text.Span(t.start, p.last.end)}
	}
	return &Name{Text: text, At: p.span(t)}
}

// function reports NAME(...) and skips it.
func (p *parser) function(name token) {
	text := p.source(name)
	switch {
	case slices.Contains(types[:], text):
		p.errorf(name.start, name.end, "%s is a type, and no function", text).Hintf("a cast is written (%s)x", text)
	case text == "any" || text == "all":
		p.errorf(name.start, name.end, "loops (any, all) are not part of this version").
			Hintf("write the conditions out, joined with || or &&")
	default:
		p.errorf(name.start, name.end, "functions are not part of this version").Hintf("write out what %s stands for", short(text))
	}
	open := p.tok
	for depth := 0; ; {
		switch p.tok.kind {
		case tokOpenParen:
			depth++
		case tokCloseParen:
			depth--
		case tokEnd:
			p.close(open, tokCloseParen)
		case tokJunk:
			panic(bailout{})
		}
		if p.advance(); depth == 0 {
			return
		}
	}
}

// suffixes parses [N] after args, and reports what would look into memory.
func (p *parser) suffixes(x Expr) Expr {
	for {
		switch open := p.tok; open.kind {
		case tokOpenBracket:
			base, named := x.(*Name)
			p.advance()
			index := p.expr()
			p.close(open, tokCloseBracket)
			at := x.Span().To(p.span(p.last))
			if named && base.Text == "args" {
				x = &Index{Base: base, Index: index, At: at}
			} else {
				p.dereference(at)
			}
		case tokDot, tokArrow:
			if p.advance(); p.tok.kind == tokName {
				p.advance()
			}
			p.dereference(x.Span().To(p.span(p.last)))
		default:
			return x
		}
	}
}

func (p *parser) dereference(at diag.Span) {
	p.errorAt(at, "a filter cannot look behind a pointer").Labelf("no dereference exists").
		Hintf("the memory could change after the check, so filters see registers only: parameters and args[0] to args[5]")
}

func (p *parser) stringOperand() {
	text := strings.Trim(p.source(p.tok), "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f")
	d := p.errorf(p.tok.start, p.tok.end, "a filter cannot look at strings")
	if isName(text) && strings.ToUpper(text) == text {
		d.Hintf("write constants without quotes: %s", short(text))
		return
	}
	d.Hintf("strings lie in memory, which could change after the check; filters see registers only")
}

func isName(s string) bool {
	if s == "" || !isNameStart(s[0]) {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
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
	ours := ""
	for _, f := range foreignTypes {
		if f.name == inside {
			ours = f.ours
		}
	}
	if ours == "" && p.closes(word.end) && p.castFollows(word.end) {
		ours, _ = diag.Nearest(inside, slices.Values(types[:]))
	}
	if ours != "" {
		p.errorf(word.start, word.start+len(inside), "unknown type %s", inside).
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

// wordOperator reports an operator that other languages write as a word and
// puts the right one in its place.
func (p *parser) wordOperator() {
	if p.tok.kind != tokName {
		return
	}
	var op Op
	switch p.source(p.tok) {
	case "and", "AND":
		op = AndAnd
	case "or", "OR":
		op = OrOr
	case "xor", "XOR":
		op = Xor
	case "mod", "MOD":
		op = Rem
	case "is", "eq":
		op = Eq
	case "ne":
		op = Ne
	default:
		return
	}
	p.errorf(p.tok.start, p.tok.end, "there is no operator %q", p.source(p.tok)).Hintf("write %s", op)
	p.tok.kind, p.tok.op = tokOp, op
}
