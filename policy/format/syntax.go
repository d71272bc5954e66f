package format

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
	kind    valueKind
	text    string // of a scalar, as it is to be written
	items   []item // of an array, or of an inline table
	opening string // the comment right after the "[" of an array
	broken  bool   // an array that was written over several lines
}

// valueKind tells values apart as far as their layout does.
type valueKind uint8

const (
	scalarValue valueKind = iota
	arrayValue
	inlineTable
)
