// Package format writes policy files in their canonical form, which is that of
// the shipped profiles. It changes how a policy looks and never what it means:
//
//   - Comments stay where they are, and so do the order of keys and tables and
//     the grouping by blank lines, of which one is enough.
//   - A blank line stands before each [header] and the comment on top of it.
//   - The "=" of a group of keys stand below each other, very long keys aside.
//     Before a comment that ends a line there is one space.
//   - An array stays on its line if it was written so and fits. Otherwise each
//     of its elements has a line.
//   - Filters, actions, calls and constants are written as package filter
//     prints them. Strings are basic ones, or literal ones where that saves
//     escapes. A string that was written over several lines is left alone.
package format

import (
	"sandbox/internal/diag"
	"sandbox/policy"
)

// Source returns the canonical form of a policy file. If the list has an
// error, there is none: the file is not TOML, or a filter in it not one of the
// language. What names and types mean is not looked at.
//
// The canonical form of a canonical form is itself.
func Source(source *diag.Source) (string, diag.List) {
	literals, list := policy.Literals(source)
	if list.Failed() {
		return "", list
	}
	s := scanner{source: source, literals: literals}
	items := s.document()
	if s.found.Failed() {
		s.found.Sort()
		return "", s.found
	}
	p := printer{out: make([]byte, 0, len(source.Text)+len(source.Text)/8)}
	p.document(items)
	return string(p.out), nil
}
