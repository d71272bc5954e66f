// Package diag holds what went wrong in a policy, and where: sources, spans,
// diagnostics, and how they are shown.
package diag

import "fmt"

// A Span is a half-open range of bytes of one source. The zero Span is
// nowhere: it belongs to what nobody wrote.
type Span struct {
	Source     *Source
	Start, End int
}

// Position returns the 1-based line and column (in bytes) of the span's start,
// or zeros for the zero Span.
func (s Span) Position() (line, column int) {
	if s.Source == nil {
		return 0, 0
	}
	return s.Source.Position(s.Start)
}

// String returns "name:line:column", or "" for the zero Span.
func (s Span) String() string {
	if s.Source == nil {
		return ""
	}
	line, column := s.Position()
	return fmt.Sprintf("%s:%d:%d", s.Source.Name, line, column)
}

// To returns the span from the start of s to the end of t, which must be of
// the same source.
func (s Span) To(t Span) Span { return Span{s.Source, s.Start, t.End} }

// Severity tells an error, which stops everything, from a warning.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
	Note
)

var severityNames = [...]string{"error", "warning", "note"}

// String returns "error", "warning" or "note".
func (s Severity) String() string { return severityNames[s] }

// A Diagnostic is one thing to say about a source.
type Diagnostic struct {
	Severity Severity
	Code     Code // "" for notes
	Span     Span
	Message  string // one line: lower case, no full stop
	Label    string // shown at the carets
	Related  []Related
	Hints    []string // what to do; each is shown as "hint: …"
}

// Related points at another place that explains a diagnostic.
type Related struct {
	Span    Span
	Message string
}

// Labelf sets the text at the carets.
func (d *Diagnostic) Labelf(format string, args ...any) *Diagnostic {
	d.Label = fmt.Sprintf(format, args...)
	return d
}

// Hintf adds a line that says what to do.
func (d *Diagnostic) Hintf(format string, args ...any) *Diagnostic {
	d.Hints = append(d.Hints, fmt.Sprintf(format, args...))
	return d
}

// Notef adds another place and what it has to do with the diagnostic.
func (d *Diagnostic) Notef(at Span, format string, args ...any) *Diagnostic {
	d.Related = append(d.Related, Related{at, fmt.Sprintf(format, args...)})
	return d
}
