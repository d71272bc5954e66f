package filter

import "sandbox/internal/diag"

// wholeExpr parses an expression that the text ends with.
func (p *parser) wholeExpr() Expr {
	x := p.expr()
	d := p.expectEnd(diag.ExpectedOperator, "an operator")
	switch p.tok.kind {
	case tokComma:
		if _, in := x.(*In); in {
			d.Hintf("a set is written in braces: {A, B}")
		} else {
			d.Hintf("conditions are joined with && or ||")
		}
	case tokName, tokNumber, tokOpenParen:
		if p.word("has") || p.word("only") {
			d.Hintf("%s is a function: write %s(%s, ...)", p.source(p.tok), p.source(p.tok), p.describe(p.last))
			break
		}
		d.Hintf("conditions are joined with && or ||")
	case tokColon:
		d.Hintf("a filter has one colon: write a filter of its own for each condition")
	case tokRange:
		d.Hintf(`a range stands after "in": x in 0..3`)
	case tokSyscall:
		d.Hintf(`system calls stand before the colon, and there are no comments in a filter`)
	}
	return x
}

func (p *parser) expr() Expr { return p.binary(precOrOr) }

// binary parses operators that bind at least as tightly as least.
func (p *parser) binary(least precedence) Expr {
	x := p.unary()
	for compared := false; ; {
		p.wordOperator()
		prec := p.operator()
		if prec < least || prec == precNone {
			return x
		}
		if in, isIn := x.(*In); isIn && prec > precCompare {
			p.errorf(diag.OperatorAfterSet, p.tok.start, p.tok.end, "%q cannot follow a set", p.source(p.tok)).
				Notef(in.Set.At, "the set is here").
				Hintf(`what is computed stands before "in", where it needs no parentheses: x %s y in {A, B}`, p.tok.op)
			panic(bailout{})
		}
		p.count()
		op := p.tok
		var y Expr
		if op.kind == tokName {
			y = p.in(x)
		} else {
			p.advance()
			right := p.binary(prec + 1)
			y = &Binary{Op: op.op, OpAt: p.span(op), X: x, Y: right, At: x.Span().To(right.Span())}
		}
		if prec == precCompare {
			if compared {
				p.chained(op, x)
			}
			compared = true
		}
		x = y
	}
}

// count counts an operator or a local, of which the token at hand is the first.
func (p *parser) count() {
	if p.operators++; p.operators > maxOperators {
		p.errorf(diag.FilterTooLarge, p.tok.start, p.tok.end, "more than %d operators in one filter", maxOperators).
			Hintf("write several filters, or sets: x in {A, B}")
		panic(bailout{})
	}
}

// operator returns the precedence of the token at hand as an operator between
// two operands, or precNone.
func (p *parser) operator() precedence {
	switch p.tok.kind {
	case tokOp:
		if prec := p.tok.op.precedence(); prec < precUnary {
			return prec
		}
	case tokName:
		if p.word("in") || p.word("not") {
			return precCompare
		}
	}
	return precNone
}

// chained reports the second of two comparisons in a row.
func (p *parser) chained(op token, left Expr) {
	d := p.errorf(diag.ChainedComparison, op.start, op.end, "comparisons do not chain")
	if b, ok := left.(*Binary); ok {
		middle := Print(b.Y)
		if len(middle) < 40 {
			again := op.op.String()
			if op.kind == tokName { // in
				again = p.source(op)
			}
			d.Hintf("write ... %s %s && %s %s ...", b.Op, middle, middle, again)
			return
		}
	}
	d.Hintf("join two comparisons with &&")
}

// in parses "in" or "not in" and the set.
func (p *parser) in(x Expr) Expr {
	op := p.tok
	not := p.word("not")
	if p.advance(); not {
		if !p.word("in") {
			p.errorf(diag.ForeignOperator, op.start, op.end, `expected "in" after not, found %s`, p.describe(p.tok)).
				Hintf(`write "x not in {A, B}", and "!" to negate anything else`)
			panic(bailout{})
		}
		op.end = p.tok.end
		p.advance()
	}
	set := p.set()
	return &In{X: x, Not: not, OpAt: p.span(op), Set: set, At: x.Span().To(set.At)}
}

const setForms = "a set is {A, B}, lo..hi (hi excluded), or a name"

func (p *parser) set() Set {
	switch p.tok.kind {
	case tokOpenBrace:
		return p.members()
	case tokOpenBracket, tokRange, tokComma, tokColon, tokCloseParen, tokEnd:
		p.unexpected(diag.NotASet, "a set").Hintf(setForms)
		panic(bailout{})
	}
	low := p.binary(precOr)
	if p.got(tokRange) {
		if p.tok.kind == tokEnd || p.tok.kind == tokCloseParen {
			p.unexpected(diag.ExpectedValue, "a value").
				Hintf("a range has two ends, lo..hi; without an upper one, compare with >=")
			panic(bailout{})
		}
		high := p.binary(precOr)
		return Set{Low: low, High: high, At: low.Span().To(high.Span())}
	}
	name, ok := low.(*Name)
	if !ok {
		p.errorAt(diag.NotASet, low.Span(), `expected a set after "in", found a value`).
			Hintf(setForms + "; one value is compared with ==")
	}
	return Set{Name: name, At: low.Span()}
}

// members parses "{A, B}".
func (p *parser) members() Set {
	open := p.tok
	p.advance()
	members := []Expr{}
	for p.tok.kind != tokCloseBrace || p.last.kind == tokComma {
		members = append(members, p.binary(precOr))
		if p.tok.kind == tokRange {
			p.errorf(diag.RangeInSet, p.tok.start, p.tok.end, "a range cannot be a member of a set").
				Hintf("write x in {A, B} || x in 0..3")
			panic(bailout{})
		}
		if !p.got(tokComma) {
			break
		}
	}
	if p.tok.kind != tokCloseBrace && p.tok.kind != tokEnd {
		d := p.unexpected(diag.ExpectedOperator, `"," or "}"`)
		d.Notef(p.span(open), `"{" was opened here`)
		panic(bailout{})
	}
	p.close(open, tokCloseBrace)
	return Set{Members: members, At: p.text.Span(open.start, p.last.end)}
}

// unary parses an operand with the operators before it.
func (p *parser) unary() Expr {
	if p.depth++; p.depth > maxDepth {
		p.errorf(diag.FilterTooLarge, p.tok.start, p.tok.end, "more than %d levels of parentheses and operators inside each other", maxDepth)
		panic(bailout{})
	}
	x := p.prefixed()
	p.depth--
	return x
}

func (p *parser) prefixed() Expr {
	op := p.tok
	if p.word("not") {
		p.errorf(diag.ForeignOperator, op.start, op.end, `there is no operator "not"`).Hintf(`write "!" to negate; "not" stands only before "in"`)
		op.kind, op.op = tokOp, Not
	}
	if op.kind != tokOp {
		return p.operand()
	}
	switch op.op {
	case Not, Complement:
		p.advance()
	case Sub:
		op.op = Negate
		p.advance()
	case Add:
		p.errorf(diag.ForeignOperator, op.start, op.end, `there is no "+" before a value`).Hintf(`leave the "+" out`)
		p.advance()
		return p.unary()
	case Mul:
		p.dereference(p.span(op))
		p.advance()
		return p.unary()
	default:
		return p.operand()
	}
	x := p.unary()
	return &Unary{Op: op.op, X: x, At: p.span(op).To(x.Span())}
}
