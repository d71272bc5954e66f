package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// newEncoder returns an encoder that writes one line a value, and < and & as
// they are: the output is for no web page. It may well be for a terminal, so
// what that would obey is written as escapes, which mean the same in JSON.
func newEncoder(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(shownWriter{w})
	encoder.SetEscapeHTML(false)
	return encoder
}

// A shownWriter passes on whole JSON texts, with everything escaped that is not
// shown. Package json does so below U+0020 only: it leaves DEL, the C1 controls,
// one of which begins commands as ESC [ does, and what reorders a line.
type shownWriter struct{ to io.Writer }

func (w shownWriter) Write(text []byte) (int, error) {
	n, err := w.to.Write(escapedJSON(text))
	return min(n, len(text)), err
}

// escapedJSON returns a JSON text of the same value, with \u escapes for what is
// not shown: that can stand in its strings only.
func escapedJSON(text []byte) []byte {
	first := strings.IndexFunc(string(text), notShown)
	if first < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)+64), text[:first]...)
	for rest := text[first:]; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case !notShown(r):
			out = append(out, rest[:size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		rest = rest[size:]
	}
	return out
}

// notShown reports whether a terminal may obey a character, or hide it. Lines
// end between the values of JSON.
func notShown(r rune) bool { return r != '\n' && !strconv.IsPrint(r) }
