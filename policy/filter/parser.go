package filter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sandbox/internal/diag"
)

// Parse parses a filter. If the list has errors, the filter is nil.
func Parse(t diag.Text) (*Filter, diag.List) {
	return parse(t, (*parser).filter)
}

// ParseExpr parses an expression, such as the value of a constant. If the
// list has errors, the expression is nil.
func ParseExpr(t diag.Text) (Expr, diag.List) {
	return parse(t, (*parser).wholeExpr)
}

// ParseBody parses the body of a function: locals, if any, and an expression.
// If the list has errors, the expression is nil.
func ParseBody(t diag.Text) (Expr, diag.List) {
	return parse(t, (*parser).body)
}

// ParseSignature parses a function's name and parameters, such as
// "only(x, mask)". If the list has errors, the signature is nil.
func ParseSignature(t diag.Text) (*Signature, diag.List) {
	return parse(t, (*parser).signature)
}

// ParseCall parses a system call with its registers, such as "openat(AT_FDCWD,
// 0, O_WRONLY|O_CREAT, 0644)" or "#257()". If the list has errors, the call is
// nil.
func ParseCall(t diag.Text) (*Call, diag.List) {
	return parse(t, (*parser).call)
}

// ParseAction parses an action, such as "errno(EPERM)". Whether its value is
// one that the kernel takes is for the caller to check. If the list has
// errors, the action is nil.
func ParseAction(t diag.Text) (*Action, diag.List) {
	return parse(t, (*parser).wholeAction)
}

// ParseRule parses "[ACTION] FILTER", the argument of -e. The action is nil if
// none is written. If the list has errors, the action is nil, and so is the
// filter unless all of them are about the action: then what else is wrong with
// the filter can be said in the same run.
func ParseRule(t diag.Text) (*Action, *Filter, diag.List) {
	var sound *Filter
	r, diags := parse(t, func(p *parser) rule {
		r := p.rule()
		beyond := func(d diag.Diagnostic) bool { return r.action == nil || d.Span.End > r.action.At.End }
		if !slices.ContainsFunc(p.diags, beyond) {
			sound = r.filter
		}
		return r
	})
	return r.action, sound, diags
}

// parse runs one production over the whole text.
func parse[T any](t diag.Text, production func(*parser) T) (result T, diags diag.List) {
	p := parser{scanner: scanner{text: t}}
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(bailout); !ours {
				panic(r)
			}
		}
		if diags = p.diags; len(diags) > 0 {
			diags.Sort()
			var none T
			result = none
		}
	}()
	p.advance()
	return production(&p), nil
}

// Limits that keep every later phase's recursion shallow, and its work small.
// The kernel takes 4096 instructions, so no filter that could be installed
// reaches the second; all ABIs together have names for a quarter of the third.
const (
	maxDepth     = 200  // parentheses, unary operators and casts inside each other
	maxOperators = 8192 // binary operators, and locals, in one filter
	maxSelectors = 4096 // of one filter
)

// A parser is a recursive-descent parser with one token of look-ahead.
//
// An error after which the rest still makes sense is reported and parsing goes
// on; after any other the parser bails out, so that no error is reported that
// is only the consequence of another.
type parser struct {
	scanner
	tok       token // the token at hand
	last      token // the one before it; tokEnd at the beginning
	depth     int
	operators int
}

func (p *parser) advance() {
	p.last = p.tok
	p.tok = p.next()
}

// got moves on if the token at hand is of the given kind.
func (p *parser) got(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.advance()
	return true
}

// close expects the token that closes what the token open opened.
func (p *parser) close(open token, k kind) {
	if p.got(k) {
		return
	}
	opener := p.source(open)
	if p.tok.kind == tokEnd {
		p.errorf(diag.Unclosed, open.start, open.end, "%q is never closed", opener)
		panic(bailout{})
	}
	d := p.unexpected(diag.ExpectedOperator, "an operator or %q", closers[k])
	d.Notef(p.span(open), "%q was opened here", opener)
	if p.tok.kind == tokComma && p.follows(open, "in") {
		d.Hintf("a set is written in braces: {A, B}")
	}
	panic(bailout{})
}

var closers = [...]string{tokCloseParen: ")", tokCloseBrace: "}", tokCloseBracket: "]"}

// unexpected reports that the token at hand is not what was expected.
func (p *parser) unexpected(code diag.Code, format string, args ...any) *diag.Diagnostic {
	if p.tok.kind == tokJunk {
		panic(bailout{}) // reported by the scanner
	}
	if p.tok.kind == tokSemicolon {
		return p.errorf(diag.StraySemicolon, p.tok.start, p.tok.end, `unexpected ";"`).
			Hintf(`a ";" ends a local, let x = ...; and a condition needs none at its end`)
	}
	if p.last.kind != tokEnd {
		format += " after %s"
		args = append(args, p.describe(p.last))
	}
	args = append(args, p.describe(p.tok))
	return p.errorf(code, p.tok.start, p.tok.end, "expected "+format+", found %s", args...)
}

// follows reports whether the text before a token ends with s.
func (p *parser) follows(t token, s string) bool {
	return strings.HasSuffix(strings.TrimRight(p.text.String[:t.start], " \t\r\n"), s)
}

// expectEnd reports what follows a whole expr, action or call. The result is
// nil if nothing does.
func (p *parser) expectEnd(code diag.Code, expected string) *diag.Diagnostic {
	switch p.tok.kind {
	case tokEnd:
		return nil
	case tokCloseParen, tokCloseBrace, tokCloseBracket:
		return p.errorf(diag.NotOpened, p.tok.start, p.tok.end, "unexpected %s", p.describe(p.tok)).Labelf("nothing is open here")
	}
	return p.unexpected(code, "%s", expected)
}

// describe names a token in a message.
func (p *parser) describe(t token) string {
	switch t.kind {
	case tokEnd:
		return "the end"
	case tokString:
		return "a string"
	case tokSyscall:
		if t.end == t.start+1 {
			return `"#"`
		}
		return short(p.source(t))
	case tokName, tokNumber, tokGroup:
		return short(p.source(t))
	}
	return `"` + short(p.source(t)) + `"`
}

// short makes a text fit into a message: one line, not too long.
func short(s string) string {
	const most = 60
	dots := ""
	if end := most - len("..."); len(s) > most {
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s, dots = s[:end], "..."
	}
	return strings.Join(strings.Fields(s), " ") + dots
}

func (p *parser) source(t token) string { return p.text.String[t.start:t.end] }

func (p *parser) span(t token) diag.Span { return p.text.Span(t.start, t.end) }

// word reports whether the token at hand is the given word.
func (p *parser) word(w string) bool { return p.tok.kind == tokName && p.source(p.tok) == w }
