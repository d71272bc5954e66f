package filter

import (
	"strings"

	"sandbox/internal/diag"
)

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
	d := p.unexpected(diag.ExpectedValue, "a value")
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
	case tokCloseParen, tokCloseBrace:
		if p.last.kind == tokComma {
			d.Hintf("remove the comma")
		}
	}
	panic(bailout{})
}

// named parses a name, or what begins with one.
func (p *parser) named() Expr {
	t := p.tok
	text := p.source(t)
	switch text {
	case "in", "and", "or":
		p.missingOperand()
	case "let":
		p.errorf(diag.MisplacedLocal, t.start, t.end, "a local is defined before the condition, not in it").
			Hintf("write openat: let x = ...; ...")
		panic(bailout{})
	}
	p.advance()
	if p.tok.kind == tokOpenParen {
		if text == "any" || text == "all" {
			return p.quantifier(t)
		}
		return p.apply(t)
	}
	return &Name{Text: text, At: p.span(t)}
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
	p.errorAt(diag.Dereference, at, "a filter cannot look behind a pointer").Labelf("no dereference exists").
		Hintf("the memory could change after the check, so filters see registers only: parameters and args[0] to args[5]")
}

func (p *parser) stringOperand() {
	text := strings.Trim(p.source(p.tok), "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f")
	d := p.errorf(diag.StringInFilter, p.tok.start, p.tok.end, "a filter cannot look at strings")
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
