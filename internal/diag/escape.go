package diag

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// glyph returns how the first character of s is shown, how many columns that
// takes, and how many bytes of s it stands for. What a terminal would obey
// instead of showing (control characters, direction overrides, bytes that are
// no UTF-8) is escaped: sources are text that an attacker may have written.
// A tab stands for itself, as one column.
func glyph(s string) (shown string, columns, size int) {
	if c := s[0]; c == '\t' || ' ' <= c && c < 0x7f {
		return s[:1], 1, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && size == 1:
		shown = `\x` + hexByte(s[0])
	case r < 0x80:
		shown = `\x` + hexByte(byte(r))
	case !strconv.IsPrint(r):
		shown = `\u{` + strconv.FormatUint(uint64(r), 16) + `}`
	default:
		return s[:size], columnsOf(r), size
	}
	return shown, len(shown), size
}

// columnsOf approximates how wide a terminal draws a printable character.
func columnsOf(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		0x3000 <= r && r <= 0x303f, // CJK punctuation
		0xff01 <= r && r <= 0xff60, // full-width forms
		0x1f300 <= r && r <= 0x1faff:
		return 2
	}
	return 1
}

func hexByte(b byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[b>>4], digits[b&0xf]})
}

// appendEscaped appends s as one line that a terminal shows and does not obey.
func appendEscaped(b []byte, s string) []byte {
	for s != "" {
		shown, _, size := glyph(s)
		if shown == "\t" {
			shown = " "
		}
		b = append(b, shown...)
		s = s[size:]
	}
	return b
}
