package policy

import (
	"strconv"

	"sandbox/internal/diag"
)

// A table is one TOML table with the places where its keys were written, in
// the order of the file.
type table struct {
	entries []entry
	origin  tableOrigin
	index   map[string]int // built only for tables of many keys
}

// An entry is one key of a table.
type entry struct {
	key   string
	at    diag.Span // of the key
	value value
}

// A value is one TOML value and where it stands.
type value struct {
	kind     kind
	at       diag.Span
	text     diag.Text // of a string
	elements []value   // of an array, or of an array of tables
	table    *table
}

// kind is the TOML type of a value.
type kind uint8

const (
	stringKind kind = iota
	integerKind
	floatKind
	boolKind
	timeKind
	arrayKind
	tableKind
	tablesKind // made by [[headers]]
)

var kindNames = [...]string{
	stringKind:  "a string",
	integerKind: "an integer",
	floatKind:   "a float",
	boolKind:    "a boolean",
	timeKind:    "a date or time",
	arrayKind:   "an array",
	tableKind:   "a table",
	tablesKind:  "an array of tables",
}

// String returns the kind as people call it, with its article.
func (k kind) String() string { return kindNames[k] }

// tableOrigin says how a table came to be, which decides who may still add to it
// (TOML 1.0, sections "Keys", "Table" and "Inline Table").
type tableOrigin uint8

const (
	implicitTable tableOrigin = iota // named on the way to a deeper [header]
	headerTable                      // [header]
	elementTable                     // [[header]]
	dottedTable                      // on the way of a dotted key
	inlineTable                      // {…}, closed
)

// indexAbove is the number of keys above which a table is searched through a
// map, so that a file of many keys takes linear time.
const indexAbove = 16

// find returns the entry of a key, or nil.
func (t *table) find(key string) *entry {
	if t.index != nil {
		if i, ok := t.index[key]; ok {
			return &t.entries[i]
		}
		return nil
	}
	for i := range t.entries {
		if t.entries[i].key == key {
			return &t.entries[i]
		}
	}
	return nil
}

// add appends an entry, whose key must be new, and returns its place, which
// is valid until the next add.
func (t *table) add(e entry) *entry {
	t.entries = append(t.entries, e)
	last := len(t.entries) - 1
	switch {
	case t.index != nil:
		t.index[e.key] = last
	case len(t.entries) > indexAbove:
		t.index = make(map[string]int, 4*indexAbove)
		for i := range t.entries {
			t.index[t.entries[i].key] = i
		}
	}
	return &t.entries[last]
}

// integer returns the value of a TOML integer, and whether it fits its 64 bits.
func (v *value) integer() (int64, bool) {
	// The parser has checked the form, which Go's base 0 includes: a sign,
	// 0x, 0o, 0b, and "_" between digits.
	n, err := strconv.ParseInt(v.at.Source.Text[v.at.Start:v.at.End], 0, 64)
	return n, err == nil
}
