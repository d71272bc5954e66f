package policy

import (
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"sandbox/internal/diag"
)

// The TOML text is parsed by go-toml's low-level parser rather than decoded by
// BurntSushi/toml: it tells where every key and value stands, which a policy's
// diagnostics need, and it links neither reflection over user types nor
// encoding into the path that starts a program.

// parseDocument reads TOML 1.0. If the list has an error, the table is what
// could be read before it.
func parseDocument(source *diag.Source) (*table, diag.List) {
	b := &builder{source: source, root: &table{origin: headerTable}}
	start, ok := b.checkEncoding()
	if !ok {
		return b.root, b.list
	}
	b.current = b.root

	data := []byte(source.Text[start:])
	// The parser finds offsets by capacities, so there may be no spare one.
	b.parser.Reset(data[:len(data):len(data)])
	b.start = start
	for b.parser.NextExpression() && !b.list.Failed() {
		b.expression(b.parser.Expression())
	}
	if err := b.parser.Error(); err != nil && !b.list.Failed() {
		b.syntaxError(err)
	}
	return b.root, b.list
}

// A builder turns the parser's expressions into tables.
type builder struct {
	source  *diag.Source
	parser  unstable.Parser
	start   int    // where the parser's input begins in the source
	root    *table // of the document
	current *table // that of the last header
	list    diag.List
}

// byteOrderMark may begin a UTF-8 file and means nothing there.
const byteOrderMark = "\xef\xbb\xbf"

// checkEncoding refuses what is not UTF-8 and returns where the text begins.
func (b *builder) checkEncoding() (start int, ok bool) {
	text := b.source.Text
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		b.list.Reportf(diag.NotUTF8, b.span(0, 2), "the file is UTF-16, a policy is UTF-8").Hintf("save it as UTF-8")
		return 0, false
	}
	if strings.HasPrefix(text, "\x7fELF") {
		b.list.Reportf(diag.NotUTF8, b.span(0, 4), "the file is a program, not a policy").
			Hintf("the program to start stands after the options: -p POLICY -- PROGRAM")
		return 0, false
	}
	if !utf8.ValidString(text) {
		at := 0
		for at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		b.list.Reportf(diag.NotUTF8, b.span(at, at+1), "the file is not valid UTF-8: it has the byte %#02x here", text[at]).
			Hintf("a policy is a TOML file in UTF-8")
		return 0, false
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		b.list.Reportf(diag.NotUTF8, b.span(at, at+1), "the file has a NUL byte, so it is not TOML")
		return 0, false
	}
	if strings.HasPrefix(text, byteOrderMark) {
		return len(byteOrderMark), true
	}
	return 0, true
}

func (b *builder) span(start, end int) diag.Span {
	return diag.Span{Source: b.source, Start: start, End: end}
}

// expression files one header or one "key = value" line.
func (b *builder) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table:
		b.header(n)
	case unstable.ArrayTable:
		b.arrayHeader(n)
	case unstable.KeyValue:
		b.keyValue(b.current, n, 0)
	}
}

// A part is one piece of a dotted key.
type part struct {
	name string
	at   diag.Span
}

// nextPart returns the piece of a key at the iterator.
func (b *builder) part(n *unstable.Node) part {
	start := b.start + int(n.Raw.Offset)
	at := b.span(start, start+int(n.Raw.Length))
	written := b.source.Text[at.Start:at.End]
	if len(n.Data) == len(written) {
		return part{written, at} // a bare key: no copy
	}
	return part{string(n.Data), at}
}

// header opens the table of [a.b].
func (b *builder) header(n *unstable.Node) {
	t, last, ok := b.walkHeader(n)
	if !ok {
		return
	}
	e := t.find(last.name)
	if e == nil {
		b.current = b.newTable(t, last, headerTable)
		return
	}
	if e.value.kind == tableKind && e.value.table.origin == implicitTable {
		e.value.table.origin = headerTable
		e.at, e.value.at = last.at, last.at
		b.current = e.value.table
		return
	}
	if e.value.kind == tablesKind {
		b.list.Reportf(diag.TableAndTables, last.at, "[%s] is an array of tables already", last.name).
			Notef(e.at, "made here").
			Hintf("write [[%s]] to add an element", last.name)
		return
	}
	b.duplicate(last, e)
}

// arrayHeader appends an element for [[a.b]].
func (b *builder) arrayHeader(n *unstable.Node) {
	t, last, ok := b.walkHeader(n)
	if !ok {
		return
	}
	at := b.brackets(last.at)
	element := value{kind: tableKind, at: at, table: &table{origin: elementTable}}
	e := t.find(last.name)
	if e == nil {
		e = t.add(entry{key: last.name, at: last.at, value: value{kind: tablesKind, at: last.at}})
	} else if e.value.kind != tablesKind {
		d := b.list.Reportf(diag.TableAndTables, last.at, "[[%s]] cannot add to what was defined before as %s", last.name, e.value.kind).
			Notef(e.at, "defined here")
		if e.value.kind == tableKind && e.value.table.origin == headerTable {
			d.Hintf("write [[%s]] there too", last.name)
		}
		return
	}
	e.value.elements = append(e.value.elements, element)
	b.current = element.table
}

// brackets returns the whole of a header [[…]] whose last key is at a span.
func (b *builder) brackets(key diag.Span) diag.Span {
	text := b.source.Text
	start := 1 + strings.LastIndexByte(text[:key.Start], '\n')
	start += strings.IndexByte(text[start:], '[')
	end := key.End + strings.IndexByte(text[key.End:], ']')
	return b.span(start, end+len("]]"))
}

// walkHeader goes to the table that holds the last part of a header.
func (b *builder) walkHeader(n *unstable.Node) (*table, part, bool) {
	t := b.root
	keys := n.Key()
	keys.Next()
	for parts := 1; ; parts++ {
		p := b.part(keys.Node())
		if parts > maxDepth {
			b.tooDeep(p.at)
			return nil, part{}, false
		}
		if keys.IsLast() {
			return t, p, true
		}
		keys.Next()
		e := t.find(p.name)
		switch {
		case e == nil:
			t = b.newTable(t, p, implicitTable)
		case e.value.kind == tableKind && e.value.table.origin != inlineTable:
			t = e.value.table
		case e.value.kind == tablesKind:
			t = e.value.elements[len(e.value.elements)-1].table
		default:
			b.duplicate(p, e)
			return nil, part{}, false
		}
	}
}

// keyValue files "a.b = value" under t.
func (b *builder) keyValue(t *table, n *unstable.Node, depth int) (end int, ok bool) {
	keys := n.Key()
	keys.Next()
	for parts := 1; ; parts++ {
		p := b.part(keys.Node())
		if parts > maxDepth {
			b.tooDeep(p.at)
			return 0, false
		}
		if keys.IsLast() {
			start := b.afterEquals(p.at.End)
			v, end, ok := b.value(n.Value(), start, depth)
			if !ok {
				return end, false
			}
			if e := t.find(p.name); e != nil {
				b.duplicate(p, e)
				return end, false
			}
			t.add(entry{key: p.name, at: p.at, value: v})
			return end, true
		}
		keys.Next()
		e := t.find(p.name)
		switch {
		case e == nil:
			t = b.newTable(t, p, dottedTable)
		case e.value.kind == tableKind && e.value.table.origin == dottedTable:
			t = e.value.table
		default:
			b.duplicate(p, e)
			return 0, false
		}
	}
}

func (b *builder) newTable(in *table, p part, o tableOrigin) *table {
	t := &table{origin: o}
	in.add(entry{key: p.name, at: p.at, value: value{kind: tableKind, at: p.at, table: t}})
	return t
}

// duplicate reports that p defines again what e defined.
func (b *builder) duplicate(p part, e *entry) {
	what := "key"
	if e.value.kind == tableKind {
		what = "table"
	}
	b.list.Reportf(diag.DefinedTwice, p.at, "the %s %q is defined twice", what, p.name).Notef(e.at, "first defined here")
}
