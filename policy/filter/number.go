package filter

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
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
	if problem, hint := checkNumber(src[start:s.pos]); problem != "" {
		d := s.errorf(start, s.pos, "%s", problem)
		if hint != "" {
			d.Hintf("%s", hint)
		}
	}
	return s.end(tokNumber, start)
}

// checkNumber says what is wrong with an integer literal, and what to do.
func checkNumber(text string) (problem, hint string) {
	if len(text) > maxNumber {
		return fmt.Sprintf("a number of %d characters: no argument is that large", len(text)), ""
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
		return fmt.Sprintf("%s has no digits", text), ""
	}
	bad := strings.IndexFunc(digits, func(r rune) bool { return digitValue(byte(r)) >= base })
	if bad < 0 {
		return "", ""
	}
	rest := digits[bad:]
	switch c := digits[bad]; {
	case c == '_':
		return `"_" is not part of a number`, "write " + strings.ReplaceAll(text, "_", "")
	case c == '.', base == 10 && (c == 'e' || c == 'E'):
		return fmt.Sprintf("%s is not an integer", text), "filters compare integers only"
	case isDigit(c) && text[1] == digits[0]:
		decimal := strings.TrimLeft(text, "0")
		return fmt.Sprintf("%s is not an octal number, which a leading 0 stands for", text), "for the decimal number write " + decimal
	case strings.Trim(rest, "uUlL") == "" && bad > 0:
		return fmt.Sprintf("%s has a suffix", text), fmt.Sprintf("write %s: a number takes the type of what it meets", strings.TrimSuffix(text, rest))
	case len(rest) == 1 && strings.Contains("kKmMgG", rest) && base == 10:
		unit := map[byte]string{'k': "1024", 'm': "1024 * 1024", 'g': "1024 * 1024 * 1024"}[c|0x20]
		return fmt.Sprintf("%s has a suffix", text), fmt.Sprintf("write %s * %s", digits[:bad], unit)
	}
	return fmt.Sprintf("%s is not a number: %q is no %s digit", text, rest[0], kind), ""
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
	if problem, _ := checkNumber(x.Text); problem != "" {
		return nil
	}
	if small, err := strconv.ParseUint(x.Text, 0, 64); err == nil {
		return new(big.Int).SetUint64(small)
	}
	v, _ := new(big.Int).SetString(x.Text, 0)
	return v
}
