package policy

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"sandbox/internal/diag"
)

// syntaxError reports what the parser refused, at the place it refused.
func (b *builder) syntaxError(err error) {
	var refused *unstable.ParserError
	if !errors.As(err, &refused) {
		b.list.Reportf(diag.InvalidTOML, b.span(0, 0), "not valid TOML: %v", err)
		return
	}
	r := b.parser.Range(refused.Highlight)
	start := b.start + int(r.Offset)
	end := start + int(r.Length)
	// A highlight that runs to the end of the file says nothing beyond its
	// line.
	if newline := strings.IndexByte(b.source.Text[start:end], '\n'); newline > 0 {
		end = start + newline
	}
	d := b.list.Reportf(diag.InvalidTOML, b.span(start, end), "not valid TOML: %s", refused.Message)
	switch message := refused.Message; {
	case b.foreignCharacter(d):
	case !strings.Contains(message, "start of key") && b.unquoted(start):
		end = b.lineEnd(start)
		d.Code, d.Span = diag.UnquotedValue, b.span(start, end)
		d.Message = "not valid TOML: a value that starts with a letter must be quoted"
		d.Hintf("write %q", b.source.Text[start:end])
	case strings.Contains(message, "not terminated by"):
		// The parser points at the end of the file; the opening helps more.
		quotes := message[len(message)-3:]
		if open := strings.LastIndex(b.source.Text, quotes); open >= b.start {
			d.Code, d.Span = diag.UnendedString, b.span(open, open+len(quotes))
			d.Message = "not valid TOML: the string that opens with " + quotes + " never ends"
		}
	case strings.HasSuffix(message, "strings cannot have new lines"), strings.HasPrefix(message, "unterminated"):
		d.Code = diag.UnendedString
		d.Message = "not valid TOML: the string does not end on its line"
		d.Hintf(`write """ around a string of several lines`)
	case message == "expected value, not end of input", strings.HasPrefix(message, "unexpected character U+000A"):
		d.Message = "not valid TOML: there is no value"
		d.Hintf("write it on the line of its key")
	case message == "array is incomplete":
		d.Message = "not valid TOML: the array is never closed"
		d.Hintf("close it with ]")
	default:
		b.syntaxHint(d, message)
	}
}

// syntaxHint adds what to do about what the parser says, if that needs saying.
func (b *builder) syntaxHint(d *diag.Diagnostic, message string) {
	switch {
	case strings.HasPrefix(message, "expected ',' or ']'"):
		if b.insideQuotes(d.Span.Start) {
			d.Hintf("the string ends before this: write quotation marks of the other kind around it")
		} else {
			d.Hintf("put a comma between two values")
		}
	case message == "expected '=' after key":
		if b.source.Text[d.Span.Start] == ':' {
			d.Hintf("between a key and its value stands =, and no colon")
		} else {
			d.Hintf("a line says KEY = VALUE, or [TABLE]")
		}
	case strings.HasPrefix(message, "invalid escape character"):
		d.Hintf(`a backslash is written \\, or the string in single quotes`)
	case message == "integers cannot have leading zeroes":
		d.Hintf("octal numbers begin with 0o, or are strings")
	case strings.HasPrefix(message, "invalid character at start of key") && b.source.Text[d.Span.Start] == '{':
		d.Hintf("a policy is written in TOML, not in JSON")
		if strings.Contains(b.source.Text, `"defaultAction"`) {
			d.Hintf("this looks like a seccomp profile for containers, which this version does not import")
		}
	}
}

// foreignCharacter says which character stands where none but ASCII can: the
// parser names its first byte.
func (b *builder) foreignCharacter(d *diag.Diagnostic) bool {
	start := d.Span.Start
	r, size := utf8.DecodeRuneInString(b.source.Text[start:])
	if r < utf8.RuneSelf {
		return false
	}
	d.Span.End = start + size
	d.Message = fmt.Sprintf("not valid TOML: unexpected character %U", r)
	switch {
	case '\u2018' <= r && r <= '\u201f':
		d.Labelf("typographic quotation mark").Hintf("write plain quotation marks")
	case unicode.IsSpace(r):
		d.Labelf("not the space of TOML").Hintf("write a plain space")
	case unicode.Is(unicode.Cf, r):
		d.Labelf("does not show").Hintf("remove it")
	}
	return true
}

// insideQuotes reports whether a word stands at i right after a string, as if
// the quotation mark between them belonged to the string.
func (b *builder) insideQuotes(i int) bool {
	text := b.source.Text
	return i > 0 && i < len(text) && isLetter(text[i]) && (text[i-1] == '"' || text[i-1] == '\'')
}

// unquoted reports whether a word stands at i where a value should.
func (b *builder) unquoted(i int) bool {
	text := b.source.Text
	if i >= len(text) || !isLetter(text[i]) && text[i] != '@' && text[i] != '*' {
		return false
	}
	before := strings.TrimRight(text[:i], " \t\r\n")
	return before != "" && strings.IndexByte("=[,", before[len(before)-1]) >= 0
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

// lineEnd returns where the word or expression at i ends, for a suggestion.
func (b *builder) lineEnd(i int) int {
	text := b.source.Text
	end := i
	for end < len(text) && strings.IndexByte("\r\n,]\"'", text[end]) < 0 {
		end++
	}
	for end > i && (text[end-1] == ' ' || text[end-1] == '\t') {
		end--
	}
	return end
}
