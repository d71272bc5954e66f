package format

import (
	"strings"
	"unicode/utf8"
)

// width is how many columns a line may have before an array on it is broken.
const width = 120

// A printer writes items in their canonical layout.
type printer struct {
	out []byte
}

// document writes a whole file.
func (p *printer) document(items []item) {
	last := -1 // the item that was written last
	keys := 0  // the width of the keys of this group
	for i := range items {
		current := &items[i]
		if current.kind == blankItem {
			continue
		}
		gap := last >= 0 && separated(items, last, i)
		if gap {
			p.out = append(p.out, '\n')
		}
		if gap || last < 0 || items[last].kind == headerItem {
			keys = keyWidth(items[i:])
		}
		p.item(current, keys)
		last = i
	}
}

// separated reports whether a blank line stands between an item and the one
// that was written before it.
func separated(items []item, last, i int) bool {
	before, current := items[last].kind, items[i].kind
	if i-last > 1 { // there was one
		return before != headerItem || current != valueItem
	}
	// A comment on top of a header belongs to it.
	return before != commentItem && leadsToHeader(items[i:])
}

// leadsToHeader reports whether a header follows, with nothing but comments
// before it.
func leadsToHeader(items []item) bool {
	for i := range items {
		if items[i].kind != commentItem {
			return items[i].kind == headerItem
		}
	}
	return false
}

// widestKey is how wide a key may be for others to be aligned with it.
const widestKey = 40

// keyWidth returns the width of the keys of the group that begins.
func keyWidth(items []item) int {
	widest := 0
	for i := range items {
		switch items[i].kind {
		case blankItem, headerItem:
			return widest
		case valueItem:
			if columns := utf8.RuneCountInString(items[i].text); columns <= widestKey {
				widest = max(widest, columns)
			}
		}
	}
	return widest
}

// item writes the lines of one item of a file, whose key is filled up to a
// width.
func (p *printer) item(i *item, keys int) {
	start := len(p.out)
	p.out = append(p.out, i.text...)
	if i.kind == valueItem {
		fill := keys - utf8.RuneCountInString(i.text)
		p.out = append(p.out, strings.Repeat(" ", max(fill, 0))...)
		p.out = append(p.out, " = "...)
		if l := i.value.list; l != nil && !l.inline && len(l.items) > 1 {
			left := width - utf8.RuneCount(p.out[start:])
			l.broken = l.broken || i.value.columns(left) > left
		}
		p.value(&i.value, "")
	}
	p.end(i.comment)
}

// end writes the comment that ends a line, and the line break.
func (p *printer) end(comment string) {
	if comment != "" {
		p.out = append(append(p.out, ' '), comment...)
	}
	p.out = append(p.out, '\n')
}

// value writes a value. What it has on further lines is indented.
func (p *printer) value(v *value, indent string) {
	l := v.list
	switch {
	case l == nil:
		p.out = append(p.out, v.text...)
	case l.inline && len(l.items) > 0:
		p.out = append(p.out, "{ "...)
		p.list(l.items, indent)
		p.out = append(p.out, " }"...)
	case l.inline:
		p.out = append(p.out, "{}"...)
	case l.broken && (len(l.items) > 0 || l.opening != ""):
		p.lines(l, indent)
	default:
		p.out = append(p.out, '[')
		p.list(l.items, indent)
		p.out = append(p.out, ']')
	}
}

// lines writes an array with a line for each of its items.
func (p *printer) lines(l *list, indent string) {
	p.out = append(p.out, '[')
	p.end(l.opening)
	inner := indent + "  "
	for i := range l.items {
		element := &l.items[i]
		if element.kind == blankItem {
			p.out = append(p.out, '\n')
			continue
		}
		p.out = append(append(p.out, inner...), element.text...)
		if element.kind == valueItem {
			p.value(&element.value, inner)
			p.out = append(p.out, ',')
		}
		p.end(element.comment)
	}
	p.out = append(append(p.out, indent...), ']')
}

// list writes values, or keys with values, with commas between them.
func (p *printer) list(items []item, indent string) {
	for i := range items {
		if i > 0 {
			p.out = append(p.out, ", "...)
		}
		if items[i].text != "" {
			p.out = append(append(p.out, items[i].text...), " = "...)
		}
		p.value(&items[i].value, indent)
	}
}
