package format

import (
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy"
)

// A scanner reads the layout of a file, which the parser of package policy
// does not keep. That parser has accepted the file, so the scanner checks
// nothing again: it only has to find where things begin and end.
type scanner struct {
	source   *diag.Source
	at       int              // offset of what is read next
	literals []policy.Literal // those that are still to come
	table    []string         // the path of the last header
	found    diag.List
}

const byteOrderMark = "\xef\xbb\xbf"

// maxErrors is how many errors are enough to stop looking for more.
const maxErrors = 100

// document reads the whole file.
func (s *scanner) document() []item {
	if strings.HasPrefix(s.source.Text, byteOrderMark) {
		s.at = len(byteOrderMark)
	}
	var items []item
	for s.at < len(s.source.Text) {
		i := s.line()
		if i.kind == blankItem && len(items) > 0 && items[len(items)-1].kind == blankItem {
			continue
		}
		items = append(items, i)
	}
	return items
}

// line reads one line and its line break; a value may take more of them.
func (s *scanner) line() item {
	var i item
	s.skipSpace()
	switch s.peek() {
	case 0, '\n':
		s.skipBreak()
		return i
	case '#':
		i = item{kind: commentItem, text: s.comment()}
		s.skipBreak()
		return i
	case '[':
		i = s.header()
	default:
		i = s.pair(s.table)
	}
	s.skipSpace()
	if s.peek() == '#' {
		i.comment = s.comment()
	}
	s.skipBreak()
	return i
}

// header reads [a.b] or [[a.b]].
func (s *scanner) header() item {
	open, end := "[", "]"
	s.at++
	if s.peek() == '[' {
		open, end = "[[", "]]"
		s.at++
	}
	written, path := s.key()
	s.at += len(end)
	s.table = path
	return item{kind: headerItem, text: open + written + end}
}

// pair reads "key = value" in the table of a path.
func (s *scanner) pair(table []string) item {
	written, key := s.key()
	s.at += len("=")
	s.skipSpace()
	path := append(table[:len(table):len(table)], key...)
	return item{kind: valueItem, text: written, value: s.value(path)}
}

// key reads a key and the space after it. It returns the key as it is to be
// written, and its parts without quotes. What stands in quotes is left as it
// is: two functions that differ in spaces only must not become one key.
func (s *scanner) key() (written string, path []string) {
	var b strings.Builder
	for {
		s.skipSpace()
		start := s.at
		if quote := s.peek(); quote == '"' || quote == '\'' {
			s.skipQuoted(quote)
			path = append(path, s.source.Text[start+1:s.at-1])
		} else {
			s.skipUntil(" \t.=]")
			path = append(path, s.source.Text[start:s.at])
		}
		b.WriteString(s.source.Text[start:s.at])
		s.skipSpace()
		if s.peek() != '.' {
			return b.String(), path
		}
		b.WriteByte('.')
		s.at++
	}
}

// value reads a value that stands at a path.
func (s *scanner) value(path []string) value {
	switch s.peek() {
	case '"', '\'':
		return value{text: s.literal(path)}
	case '[':
		return s.array(path)
	case '{':
		return s.inlineTable(path)
	}
	start := s.at
	s.skipUntil(",]}#\r\n")
	// A date may have a space inside.
	return value{text: strings.TrimRight(s.source.Text[start:s.at], " \t")}
}

// literal reads a string.
func (s *scanner) literal(path []string) string {
	l := s.literals[0]
	s.literals = s.literals[1:]
	s.at = l.At.End
	said := l.Text.String
	if len(s.found) < maxErrors {
		var wrong diag.List
		said, wrong = languageOf(path).print(l.Text)
		s.found = append(s.found, wrong...)
	}
	if written := s.source.Text[l.At.Start:l.At.End]; strings.IndexByte(written, '\n') >= 0 {
		return strings.ReplaceAll(written, "\r\n", "\n")
	}
	return quote(said)
}

// array reads [...].
func (s *scanner) array(path []string) value {
	l := &list{}
	s.at++
	breaks := 0 // since the last item
	for {
		s.skipSpace()
		c := s.peek()
		if c != '\n' && c != ',' && c != ']' && breaks > 1 && len(l.items) > 0 {
			l.items = append(l.items, item{kind: blankItem})
		}
		switch {
		case c == '\n':
			breaks++
			l.broken = true
			s.at++
			continue
		case c == ',':
			s.at++
			continue
		case c == ']':
			s.at++
			return value{list: l}
		case c != '#':
			l.items = append(l.items, item{kind: valueItem, value: s.value(path)})
		case breaks > 0:
			l.items = append(l.items, item{kind: commentItem, text: s.comment()})
		case len(l.items) > 0:
			l.items[len(l.items)-1].comment = s.comment()
		default:
			l.opening = s.comment()
		}
		breaks = 0
	}
}

// inlineTable reads {...}.
func (s *scanner) inlineTable(path []string) value {
	l := &list{inline: true}
	s.at++
	for {
		s.skipSpace()
		switch s.peek() {
		case '}':
			s.at++
			return value{list: l}
		case ',':
			s.at++
		default:
			l.items = append(l.items, s.pair(path))
		}
	}
}

// comment reads up to the end of the line.
func (s *scanner) comment() string {
	start := s.at
	s.skipUntil("\n")
	return strings.TrimRight(s.source.Text[start:s.at], " \t\r")
}

// peek returns the byte that is read next, or 0 at the end of the file. A
// carriage return stands only before a line feed, and counts as space.
func (s *scanner) peek() byte {
	if s.at >= len(s.source.Text) {
		return 0
	}
	return s.source.Text[s.at]
}

func (s *scanner) skipSpace() {
	for c := s.peek(); c == ' ' || c == '\t' || c == '\r'; c = s.peek() {
		s.at++
	}
}

func (s *scanner) skipBreak() {
	s.skipSpace()
	if s.peek() == '\n' {
		s.at++
	}
}

// skipUntil goes to the first of the given bytes, or to the end.
func (s *scanner) skipUntil(any string) {
	if n := strings.IndexAny(s.source.Text[s.at:], any); n >= 0 {
		s.at += n
		return
	}
	s.at = len(s.source.Text)
}

// skipQuoted goes behind a quoted part of a key.
func (s *scanner) skipQuoted(quote byte) {
	s.at++
	for s.peek() != quote {
		if s.peek() == '\\' && quote == '"' {
			s.at++
		}
		s.at++
	}
	s.at++
}
