package policy

import (
	"github.com/pelletier/go-toml/v2/unstable"

	"sandbox/internal/diag"
)

// maxDepth bounds the nesting of arrays and inline tables, and the parts of a
// key: a policy needs three levels.
const maxDepth = 16

func (b *builder) tooDeep(at diag.Span) {
	b.list.Reportf(diag.NestedTooDeeply, at, "arrays and tables are nested too deeply for a policy")
}

// value converts one value, which begins at start in the source, and returns
// where it ends. The parser does not say where arrays and inline tables are,
// so their extent is found by walking from element to element.
func (b *builder) value(n *unstable.Node, start, depth int) (value, int, bool) {
	if depth > maxDepth {
		b.tooDeep(b.span(start, start+1))
		return value{}, start, false
	}
	switch n.Kind {
	case unstable.Array:
		return b.array(n, start, depth)
	case unstable.InlineTable:
		return b.inlineTable(n, start, depth)
	}
	end := start + int(n.Raw.Length)
	v := value{at: b.span(start, end)}
	switch n.Kind {
	case unstable.String:
		v.kind = stringKind
		text, ok := b.text(v.at)
		if !ok {
			return value{}, end, false
		}
		v.text = text
	case unstable.Integer:
		v.kind = integerKind
	case unstable.Float:
		v.kind = floatKind
	case unstable.Bool:
		v.kind = boolKind
	default:
		v.kind = timeKind
	}
	return v, end, true
}

func (b *builder) array(n *unstable.Node, start, depth int) (value, int, bool) {
	v := value{kind: arrayKind}
	if count := children(n); count > 0 { // values are large: no spare ones
		v.elements = make([]value, 0, count)
	}
	at := b.skip(start + 1)
	for child := n.Child(); child != nil; child = child.Next() {
		element, end, ok := b.value(child, at, depth+1)
		if !ok {
			return value{}, end, false
		}
		v.elements = append(v.elements, element)
		at = b.skip(end)
	}
	v.at = b.span(start, at+1)
	return v, at + 1, true
}

func children(n *unstable.Node) int {
	count := 0
	for child := n.Child(); child != nil; child = child.Next() {
		count++
	}
	return count
}

// inlineTable converts {…} as TOML 1.0 has it: on one line and without a comma
// at the end. The parser is of TOML 1.1, which other readers of the file may
// not be.
func (b *builder) inlineTable(n *unstable.Node, start, depth int) (value, int, bool) {
	t := &table{origin: inlineTable}
	at := start + 1
	for child := n.Child(); child != nil; child = child.Next() {
		// The first child that is a new line or a comment away is where the
		// table leaves its line.
		next := int(child.Raw.Offset) + b.start
		if !b.oneLine(at, next) {
			return value{}, next, false
		}
		end, ok := b.keyValue(t, child, depth+1)
		if !ok {
			return value{}, end, false
		}
		at = end
	}
	end := b.skip(at)
	if !b.oneLine(at, end) {
		return value{}, end, false
	}
	for i := at; i < end; i++ {
		if b.source.Text[i] == ',' {
			b.list.Reportf(diag.LaterTOML, b.span(i, i+1), "an inline table has no comma after its last key")
			return value{}, end, false
		}
	}
	return value{kind: tableKind, at: b.span(start, end+1), table: t}, end + 1, true
}

// oneLine refuses a line break or a comment in source[start:end], which lies
// between the elements of an inline table.
func (b *builder) oneLine(start, end int) bool {
	for i := start; i < end; i++ {
		switch b.source.Text[i] {
		case '\n', '\r', '#':
			b.list.Reportf(diag.LaterTOML, b.span(i, i+1), "an inline table must stand on one line").
				Hintf("write it as a table with a [header]")
			return false
		}
	}
	return true
}

// skip goes over what may stand between the elements of an array.
func (b *builder) skip(i int) int {
	text := b.source.Text
	for i < len(text) {
		switch text[i] {
		case ' ', '\t', '\r', '\n', ',':
			i++
		case '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		default:
			return i
		}
	}
	return i
}

// afterEquals goes from the end of a key to the value.
func (b *builder) afterEquals(i int) int {
	text := b.source.Text
	for text[i] == ' ' || text[i] == '\t' || text[i] == '=' {
		i++
	}
	return i
}
