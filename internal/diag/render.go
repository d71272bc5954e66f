package diag

import (
	"io"
	"strconv"
)

// A Style says how diagnostics are shown to people. A diagnostic looks like
//
//	sandbox: app.toml:12:4: error[E0401]: unknown system call opennat
//	   |
//	12 |   "opennat: flags == 0",
//	   |    ^^^^^^^ not on any ABI
//	hint: did you mean openat?
//
// Related places follow as "note:" with an excerpt of their own.
type Style struct {
	Prefix string // before each diagnostic: "sandbox: "
	Color  bool   // with ANSI colours
	Limit  int    // the most diagnostics shown; 0: all
}

// Write shows the list in its order, in one write.
func (s Style) Write(w io.Writer, l List) error {
	_, err := w.Write(s.Append(nil, l))
	return err
}

// Append appends what Write writes.
func (s Style) Append(b []byte, l List) []byte {
	shown := len(l)
	if s.Limit > 0 && shown > s.Limit {
		shown = s.Limit
	}
	for i := range shown {
		p := painter{Style: s, buf: b, gutter: gutter(&l[i])}
		p.diagnostic(&l[i])
		b = p.buf
	}
	if hidden := len(l) - shown; hidden > 0 {
		b = append(b, s.Prefix...)
		b = strconv.AppendInt(b, int64(hidden), 10)
		b = append(b, " more not shown\n"...)
	}
	return b
}

// gutter returns how many columns the line numbers of a diagnostic need.
func gutter(d *Diagnostic) int {
	last := lastLine(d.Span)
	for _, r := range d.Related {
		last = max(last, lastLine(r.Span))
	}
	return len(strconv.Itoa(last))
}

func lastLine(s Span) int {
	if s.Source == nil {
		return 0
	}
	line, _ := s.Source.Position(s.End)
	return line
}

// The looks that Style.Color gives to the parts: ANSI SGR parameters.
const (
	lookError   = "1;31"
	lookWarning = "1;33"
	lookNote    = "1;36"
	lookMessage = "1"
	lookGutter  = "34"
)

var severityLooks = [...]string{lookError, lookWarning, lookNote}

// A painter writes one diagnostic.
type painter struct {
	Style
	buf    []byte
	gutter int // columns for line numbers
}

func (p *painter) diagnostic(d *Diagnostic) {
	p.text(p.Prefix)
	p.place(d.Span)
	look := severityLooks[d.Severity]
	p.paint(look, d.heading())
	p.text(" ")
	p.paint(lookMessage, d.Message)
	p.text("\n")
	p.excerpt(d.Span, look, d.Label)
	for _, r := range d.Related {
		p.paint(lookNote, "note:")
		p.text(" ")
		p.place(r.Span)
		p.paint("", r.Message)
		p.text("\n")
		p.excerpt(r.Span, lookNote, "")
	}
	for _, hint := range d.Hints {
		p.paint(lookNote, "hint:")
		p.text(" ")
		p.paint("", hint)
		p.text("\n")
	}
}

// heading returns "error[E0401]:", or "note:" for what has no code.
func (d *Diagnostic) heading() string {
	if d.Code == "" {
		return d.Severity.String() + ":"
	}
	return d.Severity.String() + "[" + string(d.Code) + "]:"
}

// place writes "name:line:column: ".
func (p *painter) place(at Span) {
	if at.Source == nil {
		return
	}
	p.paint("", at.String())
	p.text(": ")
}

// text appends what needs no escaping.
func (p *painter) text(s string) { p.buf = append(p.buf, s...) }

// paint appends s, escaped, in the given look.
func (p *painter) paint(look, s string) {
	p.begin(look)
	p.buf = appendEscaped(p.buf, s)
	p.end(look)
}

func (p *painter) begin(look string) {
	if p.Color && look != "" {
		p.text("\x1b[" + look + "m")
	}
}

func (p *painter) end(look string) {
	if p.Color && look != "" {
		p.text("\x1b[0m")
	}
}
