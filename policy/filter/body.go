package filter

import (
	"slices"

	"sandbox/internal/diag"
)

const letExample = "a local is written let x = ...; before the condition"

// body parses locals and the expression that the text ends with.
func (p *parser) body() Expr {
	var lets []*Let
	for p.word("let") {
		lets = append(lets, p.let())
	}
	x := p.wholeExpr()
	for _, l := range slices.Backward(lets) {
		l.Body = x
		l.At = l.At.To(x.Span())
		x = l
	}
	return x
}

// let parses "let x = value;". The body, and the end of the place, are for the
// caller to fill in.
func (p *parser) let() *Let {
	p.count()
	l := &Let{At: p.span(p.tok)}
	p.advance()
	p.assigns = true // the name at hand is what the "=" follows
	l.Name = p.newName(diag.MalformedLocal, "a local", letExample)
	p.assigns = false
	if p.tok.kind != tokAssign {
		p.unexpected(diag.MalformedLocal, `"="`).Hintf(letExample)
		panic(bailout{})
	}
	p.advance()
	l.Value = p.expr()
	if p.tok.kind != tokSemicolon {
		if p.tok.kind == tokEnd {
			p.errorAt(diag.MissingCondition, l.At.To(l.Value.Span()), "no condition follows this local").
				Hintf(`end the local with ";" and write the condition after it`)
		} else {
			p.unexpected(diag.MalformedLocal, `an operator or ";"`).Hintf(letExample)
		}
		panic(bailout{})
	}
	if p.advance(); p.tok.kind == tokEnd {
		p.errorAt(diag.MissingCondition, l.At.To(l.Value.Span()), "no condition follows this local").
			Hintf("write the condition after it: let x = ...; x == 1")
		panic(bailout{})
	}
	return l
}

// newName parses the name of a local, of a loop's variable or of a parameter,
// and moves on.
func (p *parser) newName(code diag.Code, what, example string) *Name {
	t := p.tok
	if t.kind != tokName {
		p.unexpected(code, "the name of %s", what).Hintf("%s", example)
		panic(bailout{})
	}
	if text := p.source(t); isWord(text) || isStatement(text) || slices.Contains(types[:], text) {
		p.errorf(diag.ReservedName, t.start, t.end, "%s has a meaning of its own in filters", text).Hintf("choose another name for %s", what)
	}
	p.advance()
	return &Name{Text: p.source(t), At: p.span(t)}
}

// isStatement reports whether a name begins a statement of other languages. A
// function that is called like one would look like it.
func isStatement(s string) bool {
	switch s {
	case "if", "when", "while", "for":
		return true
	}
	return false
}

// isWord reports whether a name is a word of the language.
func isWord(s string) bool {
	switch s {
	case "in", "not", "and", "or", "let", "any", "all":
		return true
	}
	return false
}
