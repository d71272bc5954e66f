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
	list     diag.List
}

const byteOrderMark = "\xef\xbb\xbf"

// document reads the whole file.
func (s *scanner) document() []item {
	if strings.HasPrefix(s.source.Text, byteOrderMark) {
		s.at = len(byteOrderMark)
	}
	var items []item
	for s.at < len(s.source.Text) {
		items = append(items, s.line())
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
// written, and its parts without quotes. Escapes in a part are left: what the
// package knows has none.
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
	said, list := roleOf(path).print(l.Text)
	s.list = append(s.list, list...)
	if written := s.source.Text[l.At.Start:l.At.End]; strings.IndexByte(written, '\n') >= 0 {
		return strings.ReplaceAll(written, "\r\n", "\n")
	}
	return quote(said)
}

// array reads [...].
func (s *scanner) array(path []string) value {
	v := value{kind: arrayValue}
	s.at++
	breaks := 0 // since the last item
	for {
		s.skipSpace()
		c := s.peek()
		if c != '\n' && c != ',' && c != ']' && breaks > 1 && len(v.items) > 0 {
			v.items = append(v.items, item{kind: blankItem})
		}
		switch {
		case c == '\n':
			breaks++
			v.broken = true
			s.at++
			continue
		case c == ',':
			s.at++
			continue
		case c == ']':
			s.at++
			return v
		case c != '#':
			v.items = append(v.items, item{kind: valueItem, value: s.value(path)})
		case breaks > 0:
			v.items = append(v.items, item{kind: commentItem, text: s.comment()})
		case len(v.items) > 0:
			v.items[len(v.items)-1].comment = s.comment()
		default:
			v.opening = s.comment()
		}
		breaks = 0
	}
}

// inlineTable reads {...}.
func (s *scanner) inlineTable(path []string) value {
	v := value{kind: inlineTable}
	s.at++
	for {
		s.skipSpace()
		switch s.peek() {
		case '}':
			s.at++
			return v
		case ',':
			s.at++
		default:
			v.items = append(v.items, s.pair(path))
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
