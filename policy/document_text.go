package policy

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"sandbox/internal/diag"
)

// text undoes the quoting of the string at a span that includes its quotes,
// and keeps where each byte was written. The parser has accepted the string,
// so its form is not checked again.
func (b *builder) text(at diag.Span) (diag.Text, bool) {
	source := b.source.Text
	start, end := at.Start+1, at.End-1
	quote := source[at.Start]
	multiLine := at.End-at.Start >= 6 && source[at.Start+1] == quote && source[at.Start+2] == quote
	if multiLine {
		start, end = at.Start+3, at.End-3
		// A line break right after the quotes is not part of the string.
		if strings.HasPrefix(source[start:end], "\r\n") {
			start += 2
		} else if strings.HasPrefix(source[start:end], "\n") {
			start++
		}
	}
	content := source[start:end]
	plain := quote == '\'' || strings.IndexByte(content, '\\') < 0
	if plain && (!multiLine || strings.IndexByte(content, '\r') < 0) {
		return diag.Text{Source: b.source, String: content, Base: start}, true
	}
	u := unquoter{b: b, basic: quote == '"', at: start, end: end}
	return u.run()
}

// An unquoter copies a string's bytes and notes where each came from.
type unquoter struct {
	b       *builder
	basic   bool // backslashes escape
	at, end int  // what is left, in the source
	out     []byte
	offsets []int
}

func (u *unquoter) run() (diag.Text, bool) {
	source := u.b.source.Text
	u.out = make([]byte, 0, u.end-u.at)
	u.offsets = make([]int, 0, u.end-u.at+1)
	for u.at < u.end {
		c := source[u.at]
		switch {
		case c == '\r': // a line break in a multi-line string
			u.at++
		case c == '\\' && u.basic:
			if !u.escape() {
				return diag.Text{}, false
			}
		default:
			u.put(c, u.at)
			u.at++
		}
	}
	u.offsets = append(u.offsets, u.end)
	return diag.Text{Source: u.b.source, String: string(u.out), Offsets: u.offsets}, true
}

func (u *unquoter) put(c byte, from int) {
	u.out = append(u.out, c)
	u.offsets = append(u.offsets, from)
}

// escape copies what the backslash at u.at stands for.
func (u *unquoter) escape() bool {
	source, from := u.b.source.Text, u.at
	c := source[from+1]
	u.at += 2
	switch c {
	case 'b':
		u.put('\b', from)
	case 't':
		u.put('\t', from)
	case 'n':
		u.put('\n', from)
	case 'f':
		u.put('\f', from)
	case 'r':
		u.put('\r', from)
	case '"', '\\':
		u.put(c, from)
	case 'u':
		u.unicode(from, 4)
	case 'U':
		u.unicode(from, 8)
	case ' ', '\t', '\r', '\n':
		// A backslash at the end of a line swallows it and the white space
		// that follows.
		for u.at < u.end && strings.IndexByte(" \t\r\n", source[u.at]) >= 0 {
			u.at++
		}
	default:
		// \e and \xHH are of TOML 1.1, which other readers may not know.
		u.b.list.Reportf(diag.LaterTOML, u.b.span(from, from+2), "\\%c is no escape of TOML 1.0", c).Hintf("write \\u00XX")
		return false
	}
	return true
}

func (u *unquoter) unicode(from, digits int) {
	end := u.at + digits
	// The parser has seen that the digits are there and name a code point.
	code, _ := strconv.ParseUint(u.b.source.Text[u.at:end], 16, 32)
	var utf [utf8.UTFMax]byte
	for _, c := range utf[:utf8.EncodeRune(utf[:], rune(code))] {
		u.put(c, from)
	}
	u.at = end
}
