// Package diag holds what went wrong in a policy, and where: sources, spans,
// diagnostics, and how they are shown.
package diag

import (
	"fmt"
	"strings"
)

// A Source is a text that a user wrote: a policy file or a rule given on the
// command line.
type Source struct {
	Name string // shown before the line: a path, or "-e 1"
	Text string
}

// A Span is a half-open range of bytes of one source. The zero Span is
// nowhere: it belongs to what nobody wrote.
type Span struct {
	Source     *Source
	Start, End int
}

// Position returns the 1-based line and column (in bytes) of the span's start.
func (s Span) Position() (line, column int) {
	if s.Source == nil {
		return 0, 0
	}
	before := s.Source.Text[:s.Start]
	return 1 + strings.Count(before, "\n"), s.Start - strings.LastIndexByte(before, '\n')
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

// A Diagnostic is one thing to say about a source.
type Diagnostic struct {
	Severity Severity
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
