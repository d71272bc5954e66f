package filter

import "sandbox/internal/diag"

// maxArgs is the number of registers that a system call takes.
const maxArgs = 6

const callExample = "a call is written openat(AT_FDCWD, 0, O_WRONLY) or #257(3)"

func (p *parser) call() *Call {
	c := &Call{}
	start := p.tok.start
	switch p.tok.kind {
	case tokName:
		c.Name = p.source(p.tok)
	case tokSyscall:
		var ok bool
		if c.Number, ok = p.syscallNumber(); !ok {
			return nil
		}
		c.ByNumber = true
	default:
		d := p.unexpected(diag.MalformedCall, "a system call")
		if p.tok.kind == tokNumber {
			d.Hintf("a system call by its number is #%s", short(p.source(p.tok)))
		}
		d.Hintf(callExample)
		return nil
	}
	p.advance()
	open := p.tok
	if !p.got(tokOpenParen) {
		d := p.unexpected(diag.MalformedCall, `"("`)
		if open.kind == tokEnd {
			d.Hintf("write %s() for the call whose arguments are all 0", p.source(p.last))
		}
		d.Hintf(callExample)
		return nil
	}
	c.Args = p.args(open)
	if d := p.expectEnd(diag.TrailingText, "the end"); d != nil {
		d.Hintf("%s", callExample)
	}
	c.Span = p.text.Span(start, p.last.end)
	return c
}

// args parses up to the closing parenthesis.
func (p *parser) args(open token) []Expr {
	if p.got(tokCloseParen) {
		return nil
	}
	args := make([]Expr, 0, maxArgs)
	for {
		x := p.expr()
		if len(args) == maxArgs {
			p.errorAt(diag.TooManyArguments, x.Span(), "a system call has at most %d arguments", maxArgs)
			panic(bailout{})
		}
		args = append(args, x)
		if !p.got(tokComma) {
			p.close(open, tokCloseParen)
			return args
		}
	}
}
