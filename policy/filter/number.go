package filter

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"sandbox/internal/diag"
)

// maxNumber is the longest integer literal: 64 bits take 66 characters in
// binary.
const maxNumber = 80

// number scans an integer literal and whatever is stuck to it.
func (s *scanner) number() token {
	src, start := s.text.String, s.pos
	for s.pos < len(src) {
		fraction := src[s.pos] == '.' && s.pos+1 < len(src) && isDigit(src[s.pos+1])
		if !isNameByte(src[s.pos]) && !fraction {
			break
		}
		s.pos++
	}
	s.checkNumber(src[start:s.pos], start, s.pos)
	return s.end(tokNumber, start)
}

// checkNumber reports what is wrong with an integer literal, at text[start:end].
func (s *scanner) checkNumber(literal string, start, end int) (ok bool) {
	f := flawOf(literal)
	if f == nil {
		return true
	}
	d := s.errorf(f.code, start, end, "%s", f.message)
	if f.hint != "" {
		d.Hintf("%s", f.hint)
	}
	return false
}

// A flaw is what is wrong with an integer literal, and what to do.
type flaw struct {
	code          diag.Code
	message, hint string
}

// flawOf returns nil for an integer literal that is right.
func flawOf(text string) *flaw {
	if len(text) > maxNumber {
		return &flaw{diag.FilterTooLarge, fmt.Sprintf("a number of %d characters: no argument is that large", len(text)), ""}
	}
	base, digits, kind := 10, text, "decimal"
	if text[0] == '0' && len(text) > 1 {
		switch text[1] | 0x20 {
		case 'x':
			base, digits, kind = 16, text[2:], "hexadecimal"
		case 'o':
			base, digits, kind = 8, text[2:], "octal"
		case 'b':
			base, digits, kind = 2, text[2:], "binary"
		default:
			base, digits, kind = 8, text[1:], "octal"
		}
	}
	if digits == "" {
		return &flaw{diag.MalformedNumber, text + " has no digits", ""}
	}
	bad := strings.IndexFunc(digits, func(r rune) bool { return digitValue(byte(r)) >= base })
	if bad < 0 {
		return nil
	}
	rest := digits[bad:]
	switch c := digits[bad]; {
	case c == '_':
		return &flaw{diag.MalformedNumber, `"_" is not part of a number`, "write " + strings.ReplaceAll(text, "_", "")}
	case c == '.', base == 10 && (c == 'e' || c == 'E'):
		return &flaw{diag.NotAnInteger, text + " is not an integer", "filters compare integers only"}
	case isDigit(c) && text[1] == digits[0]:
		decimal := strings.TrimLeft(text, "0")
		return &flaw{diag.LeadingZero, text + " is not an octal number, which a leading 0 stands for", "for the decimal number write " + decimal}
	case strings.Trim(rest, "uUlL") == "" && bad > 0:
		return &flaw{diag.NumberSuffix, text + " has a suffix", "write " + strings.TrimSuffix(text, rest) + ": a number takes the type of what it meets"}
	case len(rest) == 1 && strings.Contains("kKmMgG", rest) && base == 10:
		unit := map[byte]string{'k': "1024", 'm': "1024 * 1024", 'g': "1024 * 1024 * 1024"}[c|0x20]
		return &flaw{diag.NumberSuffix, text + " has a suffix", "write " + digits[:bad] + " * " + unit}
	}
	return &flaw{diag.MalformedNumber, fmt.Sprintf("%s is not a number: %q is no %s digit", text, rest[0], kind), ""}
}

// digitValue returns what a digit of base 16 or less counts, or 16.
func digitValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 16
}

// Value returns the number's value, or nil if Text is no literal that the
// parser would have accepted.
func (x *Number) Value() *big.Int {
	if x.Text == "" || !isDigit(x.Text[0]) {
		return nil
	}
	if flawOf(x.Text) != nil {
		return nil
	}
	if small, err := strconv.ParseUint(x.Text, 0, 64); err == nil {
		return new(big.Int).SetUint64(small)
	}
	v, _ := new(big.Int).SetString(x.Text, 0)
	return v
}
