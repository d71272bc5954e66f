package policy

import (
	"testing"

	"github.com/BurntSushi/toml"

	"sandbox/internal/diag"
)

// compareWithOracle fails if BurntSushi/toml refuses a document that
// parseDocument takes and the schema would take too.
func compareWithOracle(t *testing.T, text string) {
	if len(text) > 1<<16 {
		return
	}
	source := &diag.Source{Name: "p.toml", Text: text}
	root, list := parseDocument(source)
	for _, d := range list {
		if d.Span.Source != source || d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(text) {
			t.Fatalf("%q: %q is outside of the file: %+v", text, d.Message, d.Span)
		}
	}
	var decoded map[string]any
	_, err := toml.Decode(text, &decoded)
	if list.Failed() || err == nil {
		return
	}
	if !beyondSchema(root) {
		t.Fatalf("%q is accepted, the oracle says: %v", text, err)
	}
}

// beyondSchema reports whether a table holds what no policy may hold, so that
// the schema refuses it whatever it is: floats and dates are not looked into,
// nor are integers parsed before they are used.
func beyondSchema(t *table) bool {
	for i := range t.entries {
		if valueBeyondSchema(&t.entries[i].value) {
			return true
		}
	}
	return false
}

func valueBeyondSchema(v *value) bool {
	switch v.kind {
	case floatKind, timeKind:
		return true
	case integerKind:
		_, ok := v.integer()
		return !ok
	case tableKind:
		return beyondSchema(v.table)
	}
	for i := range v.elements {
		if valueBeyondSchema(&v.elements[i]) {
			return true
		}
	}
	return false
}
