package filter

import (
	"slices"

	"sandbox/internal/diag"
)

const signatureExample = "a function is named and its parameters listed: writes(flags)"

// signature parses the whole text as a function's name and parameters.
func (p *parser) signature() *Signature {
	s := &Signature{Name: p.newName(diag.MalformedSignature, "a function", signatureExample)}
	open := p.tok
	if !p.got(tokOpenParen) {
		p.unexpected(diag.MalformedSignature, `"("`).Hintf(signatureExample)
		panic(bailout{})
	}
	if p.tok.kind != tokCloseParen {
		for {
			s.Params = append(s.Params, p.newName(diag.MalformedSignature, "a parameter", signatureExample))
			if !p.got(tokComma) {
				break
			}
		}
	}
	if p.tok.kind != tokCloseParen && p.tok.kind != tokEnd {
		d := p.unexpected(diag.MalformedSignature, `"," or ")"`)
		if p.tok.kind == tokName {
			d.Hintf("parameters have no types, and commas between them: writes(flags, mode)")
		} else {
			d.Hintf(signatureExample)
		}
		panic(bailout{})
	}
	p.close(open, tokCloseParen)
	if d := p.expectEnd(diag.TrailingText, "the end"); d != nil {
		d.Hintf("the body is the value of this key")
	}
	s.At = p.text.Span(0, p.last.end)
	return s
}

// apply parses "(x, y)" after the name of a function.
func (p *parser) apply(name token) Expr {
	text := p.source(name)
	switch {
	case slices.Contains(types[:], text):
		p.errorf(diag.TypeAsFunction, name.start, name.end, "%s is a type, and no function", text).Hintf("a cast is written (%s)x", text)
	case isStatement(text):
		p.errorf(diag.Statement, name.start, name.end, "there are no statements in a filter").Hintf("write the condition alone")
	}
	x := &Apply{Func: &Name{Text: text, At: p.span(name)}}
	open := p.tok
	p.advance()
	if p.tok.kind != tokCloseParen {
		for {
			x.Args = append(x.Args, p.expr())
			if !p.got(tokComma) {
				break
			}
		}
	}
	p.close(open, tokCloseParen)
	x.At = p.text.Span(name.start, p.last.end)
	return x
}

const loopExample = "a loop is written any(i in 0..6: condition) or all(x in {A, B}: condition)"

// quantifier parses "(i in SET: x)" after any or all.
func (p *parser) quantifier(word token) Expr {
	x := &Quantifier{All: p.source(word) == "all"}
	open := p.tok
	p.advance()
	if next := p.peek(); p.tok.kind == tokName && (next.kind != tokName || p.source(next) != "in") {
		p.errorf(diag.MalformedLoop, p.tok.start, p.tok.end, "%s is a loop, which begins with a variable and its set", p.source(word)).
			Hintf(loopExample)
		panic(bailout{})
	}
	x.Var = p.newName(diag.MalformedLoop, "a variable", loopExample)
	if !p.word("in") {
		p.unexpected(diag.MalformedLoop, `"in"`).Hintf(loopExample)
		panic(bailout{})
	}
	p.advance()
	x.Set = p.set()
	if p.tok.kind != tokColon {
		p.unexpected(diag.MalformedLoop, `":"`).Hintf(loopExample)
		panic(bailout{})
	}
	p.advance()
	x.Body = p.expr()
	p.close(open, tokCloseParen)
	x.At = p.text.Span(word.start, p.last.end)
	return x
}
