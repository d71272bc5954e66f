package filter

import (
	"strconv"
	"strings"

	"sandbox/internal/diag"
)

const filterExample = "a filter is system calls, a colon and a condition: openat: flags & O_CREAT != 0"

func (p *parser) filter() *Filter {
	if p.tok.kind == tokEnd {
		p.errorf(diag.EmptyFilter, 0, len(p.text.String), "the filter is empty").Hintf(filterExample)
		return nil
	}
	start := p.tok.start
	f := &Filter{Selectors: p.selectors()}
	if p.got(tokColon) {
		if p.tok.kind == tokEnd {
			p.errorf(diag.MissingCondition, p.last.start, p.last.end, `nothing follows ":"`).
				Hintf("without the colon the filter matches whatever the arguments are")
			return nil
		}
	}
	if p.tok.kind != tokEnd {
		f.Body = p.body()
	}
	f.Span = p.text.Span(start, p.last.end)
	return f
}

// selectors parses up to the colon or the end, or up to where a condition
// begins without a colon.
func (p *parser) selectors() []Selector {
	head, _, _ := strings.Cut(p.text.String, ":")
	list := make([]Selector, 0, min(1+strings.Count(head, ","), 1024))
	for {
		s, ok := p.selector()
		if ok {
			list = append(list, s)
		}
		if len(list) > maxSelectors {
			p.errorf(diag.FilterTooLarge, p.last.start, p.last.end, "more than %d system calls in one filter", maxSelectors).
				Hintf("write @groups, or * for all")
			panic(bailout{})
		}
		switch p.tok.kind {
		case tokColon, tokEnd:
			return list
		case tokComma:
			p.advance()
			if p.tok.kind == tokEnd || p.tok.kind == tokColon {
				p.errorf(diag.StrayComma, p.last.start, p.last.end, "no system call follows this comma").Hintf("remove the comma")
				return list
			}
			continue
		}
		switch {
		case !ok:
			p.skipSelector()
			if !p.got(tokComma) {
				return list
			}
		case !p.separator():
			return list
		}
	}
}

// separator reports the token that stands where a comma or a colon should, and
// whether another selector is likely to follow.
func (p *parser) separator() bool {
	adjacent := p.tok.start == p.last.end
	before, found := p.describe(p.last), p.describe(p.tok)
	switch {
	case p.tok.kind == tokJunk:
		p.skipSelector()
		return p.got(tokComma)
	case p.tok.is(Mul) && adjacent:
		p.errorf(diag.Wildcard, p.tok.start, p.tok.end, "system calls have no wildcards").
			Hintf("write the names, or a @group")
		p.skipSelector()
		return p.got(tokComma)
	case p.last.is(Mul) && p.tok.kind == tokName && adjacent:
		p.errorf(diag.Wildcard, p.last.start, p.last.end, "system calls have no wildcards").
			Hintf("write the names, or a @group")
		p.skipSelector()
		return p.got(tokComma)
	case (p.tok.kind == tokOpenParen || p.tok.kind == tokOpenBracket) && adjacent && p.last.kind == tokName:
		d := p.errorf(diag.MissingSeparator, p.last.start, p.tok.end, `expected "," or ":" after %s, found %s`, before, found)
		if before == "once" {
			d.Hintf("once() is a condition on execve: execve: once()")
		} else {
			d.Hintf("a condition on the arguments follows a colon: %s: %s", before, p.parenthesised())
		}
		panic(bailout{})
	case p.conditional():
		condition := short(strings.TrimSpace(p.text.String[p.tok.end:]))
		if p.word("unless") {
			condition = "!(" + condition + ")"
		}
		p.errorf(diag.MissingSeparator, p.tok.start, p.tok.end, `expected ":" after %s, found %s`, before, found).
			Hintf("a colon separates system calls from the condition: %s: %s", before, condition)
		panic(bailout{})
	case p.tok.kind == tokName && p.startsCondition(), p.tok.kind == tokOpenParen, p.tok.kind == tokNumber, p.tok.is(Complement):
		p.errorf(diag.MissingSeparator, p.tok.start, p.tok.end, `expected ":" after %s, found %s`, before, found).
			Hintf("a colon separates system calls from the condition: %s: %s", before, short(p.text.String[p.tok.start:]))
		return false
	case p.startsSelector(), p.separatesWrongly():
		p.errorf(diag.MissingSeparator, p.tok.start, p.tok.end, `expected "," or ":" after %s, found %s`, before, found).
			Hintf("system calls are separated by commas: read, write")
		p.skipSelector()
		return p.got(tokComma)
	case p.tok.kind == tokOp || p.word("in") || p.word("not"):
		p.errorf(diag.NoSystemCall, p.last.start, p.last.end, "no system call before the condition").Hintf(filterExample)
		panic(bailout{})
	}
	p.errorf(diag.MissingSeparator, p.tok.start, p.tok.end, `expected "," or ":" after %s, found %s`, before, found)
	panic(bailout{})
}

// parenthesised returns the condition that the text from an opening parenthesis
// to the end is likely to be, or "..." for what looks like arguments.
func (p *parser) parenthesised() string {
	inner, closed := strings.CutSuffix(strings.TrimSpace(p.text.String[p.tok.end:]), ")")
	if !closed || !strings.ContainsAny(inner, "=&<>") || strings.ContainsAny(inner, "()\"'") {
		return "..."
	}
	return short(inner)
}

// conditional reports whether the token at hand is a word that stands before
// conditions elsewhere, and something follows it.
func (p *parser) conditional() bool {
	if p.tok.kind != tokName || p.peek().kind == tokEnd {
		return false
	}
	switch p.source(p.tok) {
	case "if", "when", "where", "with", "unless":
		return true
	}
	return false
}

// startsCondition reports whether the name at hand is followed by an operator
// that stands between two operands.
func (p *parser) startsCondition() bool {
	if p.word("in") || p.word("not") {
		return false
	}
	switch next := p.peek(); next.kind {
	case tokOp:
		return next.op.precedence() < precUnary
	case tokName:
		switch p.source(next) {
		case "in", "not", "and", "or":
			return true
		}
	case tokOpenBracket:
		return true
	}
	return false
}

// separatesWrongly reports whether the token at hand is an operator that is
// put between alternatives elsewhere, and only names follow.
func (p *parser) separatesWrongly() bool {
	if p.tok.kind == tokSemicolon {
		return true
	}
	if !p.tok.is(Or) && !p.tok.is(OrOr) && !p.tok.is(AndAnd) && !p.tok.is(Add) {
		return false
	}
	ahead := *p
	ahead.quiet = true
	for ahead.tok.kind == tokOp {
		if ahead.advance(); !ahead.startsSelector() {
			return false
		}
		if ahead.advance(); ahead.tok.kind == tokOp && ahead.tok.op != p.tok.op {
			return false
		}
	}
	return true
}

// startsSelector reports whether the token at hand can begin a selector.
func (p *parser) startsSelector() bool {
	switch p.tok.kind {
	case tokName:
		return !p.word("in") && !p.word("not")
	case tokGroup, tokSyscall:
		return true
	}
	return p.tok.is(Mul) || p.tok.is(Not)
}

// skipSelector goes to the next comma, colon or the end.
func (p *parser) skipSelector() {
	for p.tok.kind != tokComma && p.tok.kind != tokColon && p.tok.kind != tokEnd {
		p.advance()
	}
}

func (p *parser) selector() (s Selector, ok bool) {
	start := p.tok.start
	if p.tok.is(Not) {
		s.Exclude = true
		p.advance()
	}
	switch {
	case p.word("not") && p.startsWord():
		p.errorf(diag.ForeignOperator, p.tok.start, p.tok.end, "not is no part of a list of system calls").Hintf(`write "!" to take one out: !openat`)
		return s, false
	case p.tok.kind == tokName:
		s.Kind, s.Name = SelectName, p.source(p.tok)
	case p.tok.kind == tokGroup:
		s.Kind, s.Name = SelectGroup, p.source(p.tok)[1:]
	case p.tok.is(Mul):
		s.Kind = SelectAll
	case p.tok.kind == tokSyscall:
		s.Kind = SelectNumber
		s.Number, ok = p.syscallNumber()
		if !ok {
			p.advance()
			return s, false
		}
	default:
		p.badSelector()
		return s, false
	}
	p.advance()
	s.Span = p.text.Span(start, p.last.end)
	return s, true
}

// startsWord reports whether a name follows the token at hand.
func (p *parser) startsWord() bool {
	next := p.peek()
	return next.kind == tokName || next.kind == tokGroup
}

func (p *parser) badSelector() {
	switch p.tok.kind {
	case tokJunk: // reported by the scanner
	case tokNumber:
		text := p.source(p.tok)
		p.errorf(diag.NotASelector, p.tok.start, p.tok.end, "expected a system call, found the number %s", short(text)).
			Hintf("a system call by its number is #%s", short(text))
	case tokComma:
		p.errorf(diag.StrayComma, p.tok.start, p.tok.end, "no system call before this comma").Hintf("remove the comma")
	case tokString:
		p.errorf(diag.NotASelector, p.tok.start, p.tok.end, "expected a system call, found a string").Hintf("write names without quotes")
	default:
		d := p.errorf(diag.NotASelector, p.tok.start, p.tok.end, "expected a system call, found %s", p.describe(p.tok))
		if p.tok.is(Sub) {
			d.Hintf(`write "!" to take one out: !openat`)
		} else {
			d.Hintf("system calls are written as openat, @file-system, * or #257")
		}
	}
}

// syscallNumber returns what the token #N says.
func (p *parser) syscallNumber() (number uint32, ok bool) {
	text := p.source(p.tok)[1:]
	if text == "-1" {
		return 0xffffffff, true
	}
	if text == "" || !isDigit(text[0]) {
		d := p.errorf(diag.NotASyscallNumber, p.tok.start, p.tok.end, "#%s is not the number of a system call", short(text)).
			Hintf("numbers are #0 to #0xffffffff, or #-1")
		if text == "" {
			d.Message = `no number after "#"`
		}
		return 0, false
	}
	if !p.checkNumber(text, p.tok.start, p.tok.end) {
		return 0, false
	}
	wide, err := strconv.ParseUint(text, 0, 32)
	if err != nil {
		p.errorf(diag.NotASyscallNumber, p.tok.start, p.tok.end, "#%s is not the number of a system call", text).
			Hintf("numbers are #0 to #0xffffffff, or #-1")
		return 0, false
	}
	return uint32(wide), true
}
