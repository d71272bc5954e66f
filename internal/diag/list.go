package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// A List is what was found in a policy, in the order of finding.
type List []Diagnostic

// Reportf adds an error or a warning, as the code says. The result is for
// chaining, as in
//
//	list.Reportf(diag.UnknownSyscall, at, "unknown system call %s", name).Hintf("did you mean %s?", near)
//
// and is valid until the next addition to the list.
func (l *List) Reportf(code Code, at Span, format string, args ...any) *Diagnostic {
	d := l.add(code.Severity(), at, fmt.Sprintf(format, args...))
	d.Code = code
	return d
}

// Notef adds a note; otherwise it is like Reportf.
func (l *List) Notef(at Span, format string, args ...any) *Diagnostic {
	return l.add(Note, at, fmt.Sprintf(format, args...))
}

func (l *List) add(severity Severity, at Span, message string) *Diagnostic {
	*l = append(*l, Diagnostic{Severity: severity, Span: at, Message: message})
	return &(*l)[len(*l)-1]
}

// Failed reports whether any of the diagnostics is an error.
func (l List) Failed() bool {
	for i := range l {
		if l[i].Severity == Error {
			return true
		}
	}
	return false
}

// Sort puts the diagnostics in the order of their places and removes those
// that repeat an earlier one's severity, span and message. Sources come in the
// order in which the list first names them; what has no place comes last.
func (l *List) Sort() {
	order := l.sources()
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(order[a.Span.Source], order[b.Span.Source]),
			cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Span.End, b.Span.End),
		)
	})
	type identity struct {
		severity Severity
		span     Span
		message  string
	}
	seen := make(map[identity]bool, len(*l))
	*l = slices.DeleteFunc(*l, func(d Diagnostic) bool {
		id := identity{d.Severity, d.Span, d.Message}
		repeated := seen[id]
		seen[id] = true
		return repeated
	})
}

// sources numbers the sources by their first appearance, nowhere last.
func (l *List) sources() map[*Source]int {
	order := make(map[*Source]int)
	for i := range *l {
		source := (*l)[i].Span.Source
		if _, known := order[source]; !known {
			order[source] = len(order)
		}
	}
	order[nil] = len(*l)
	return order
}

// Err returns nil if no diagnostic is an error, and otherwise a *Failure.
func (l List) Err() error {
	if !l.Failed() {
		return nil
	}
	return &Failure{l}
}

// A Failure is a list with at least one error, as an error.
type Failure struct{ List List }

// Error returns "file:line:column: message" of the first error, and how many
// more there are.
func (f *Failure) Error() string {
	var first *Diagnostic
	errors := 0
	for i := range f.List {
		if f.List[i].Severity == Error {
			if errors++; errors == 1 {
				first = &f.List[i]
			}
		}
	}
	text := first.Message
	if at := first.Span.String(); at != "" {
		text = at + ": " + text
	}
	switch errors {
	case 1:
		return text
	case 2:
		return text + " (and 1 more error)"
	}
	return fmt.Sprintf("%s (and %d more errors)", text, errors-1)
}
