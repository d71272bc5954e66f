package format

import "unicode/utf8"

// itemKind tells apart what stands in a file, or in an array.
type itemKind uint8

const (
	blankItem   itemKind = iota // one or more blank lines
	commentItem                 // a comment on a line of its own
	headerItem                  // [table] or [[table]]
	valueItem                   // key = value; in an array only a value
)

// An item is what stands on one line, a value that needs more lines included.
type item struct {
	kind    itemKind
	text    string // of a comment or a header; the key of a value
	value   value
	comment string // that ends the line, with its "#"; "": none
}

// A value is a TOML value.
type value struct {
	text string // of a scalar, as it is to be written
	list *list  // of an array or an inline table; nil: a scalar
}

// A list is an array or an inline table.
type list struct {
	inline  bool // an inline table, whose items have keys
	broken  bool // an array that was written over several lines
	items   []item
	opening string // the comment right after the "[" of an array
}

// columns returns the width of a value that is written on one line, or
// something above a limit if it is wider than that.
func (v *value) columns(limit int) int {
	if v.list == nil {
		return utf8.RuneCountInString(v.text)
	}
	total := len("[]")
	if v.list.inline {
		total = len("{  }")
	}
	for i := range v.list.items {
		element := &v.list.items[i]
		if i > 0 {
			total += len(", ")
		}
		if v.list.inline {
			total += utf8.RuneCountInString(element.text) + len(" = ")
		}
		if total += element.value.columns(limit - total); total > limit {
			break
		}
	}
	return total
}
