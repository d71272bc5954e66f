package policy

import (
	"cmp"
	"slices"

	"sandbox/internal/diag"
)

// A Literal is a TOML string of a policy file.
type Literal struct {
	At   diag.Span // with its quotes
	Text diag.Text // what it says
}

// Literals returns the strings of a policy file in the order of the file, those
// in keys aside. If the list has an error, the file is not the TOML that a
// policy is written in; nothing else is checked.
func Literals(source *diag.Source) ([]Literal, diag.List) {
	root, list := parseDocument(source)
	if list.Failed() {
		return nil, list
	}
	literals := root.literals(nil)
	// Tables can be continued later in the file.
	slices.SortFunc(literals, func(a, b Literal) int { return cmp.Compare(a.At.Start, b.At.Start) })
	return literals, list
}

// literals appends the strings of a table.
func (t *table) literals(to []Literal) []Literal {
	for i := range t.entries {
		to = t.entries[i].value.literals(to)
	}
	return to
}

// literals appends the strings of a value.
func (v *value) literals(to []Literal) []Literal {
	switch v.kind {
	case stringKind:
		return append(to, Literal{v.at, v.text})
	case tableKind:
		return v.table.literals(to)
	}
	for i := range v.elements {
		to = v.elements[i].literals(to)
	}
	return to
}
