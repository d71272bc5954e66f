package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sandbox/internal/diag"
)

// mistakes are spellings from other languages that no correct filter holds.
// Where as says what is meant, scanning goes on as if that had been written.
var mistakes = [...]struct {
	text    string
	as      string // "": cannot be guessed
	code    diag.Code
	message string
	hint    string
}{
	{"<=>", "", diag.ForeignOperator, `there is no operator "<=>"`, `compare with ==, !=, <, <=, > or >=`},
	{"===", "==", diag.ForeignOperator, `there is no operator "==="`, `write == for "is equal to"`},
	{"!==", "!=", diag.ForeignOperator, `there is no operator "!=="`, `write != for "is not equal to"`},
	{"&&&", "&&", diag.ForeignOperator, `there is no operator "&&&"`, `write && for "and"`},
	{"|||", "||", diag.ForeignOperator, `there is no operator "|||"`, `write || for "or"`},
	{"<<<", "<<", diag.ForeignOperator, `there is no operator "<<<"`, `write << to shift to the left`},
	{"<<=", "", diag.Assignment, `a filter cannot assign`, `write << to shift, and == or <= to compare`},
	{">>=", "", diag.Assignment, `a filter cannot assign`, `write >> to shift, and == or >= to compare`},
	{">>>", ">>", diag.ForeignOperator, `there is no operator ">>>"`, `">>" brings in zeros if its operand is unsigned: (u32)x >> 1`},
	{"...", "..", diag.ForeignOperator, `there is no "..."`, `a range is lo..hi, hi excluded`},
	{"..=", "..", diag.ForeignOperator, `there is no "..="`, `a range is lo..hi, hi excluded: 0..3 is 0, 1, 2`},
	{"=>", ">=", diag.ForeignOperator, `there is no operator "=>"`, `write >= for "is greater than or equal to"`},
	{"=<", "<=", diag.ForeignOperator, `there is no operator "=<"`, `write <= for "is less than or equal to"`},
	{"=~", "", diag.ForeignOperator, `there is no operator "=~"`, `filters see numbers, and no text to match`},
	{"~=", "!=", diag.ForeignOperator, `there is no operator "~="`, `write != for "is not equal to"`},
	{"<>", "!=", diag.ForeignOperator, `there is no operator "<>"`, `write != for "is not equal to"`},
	{":=", "==", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"++", "", diag.ForeignOperator, `there is no operator "++"`, `a filter cannot change anything: write + 1`},
	{"--", "", diag.ForeignOperator, `there is no operator "--"`, `a filter cannot change anything: write - 1; for minus a negative number, - -1`},
	{"**", "", diag.ForeignOperator, `there is no operator "**"`, `for a power of two write 1 << n`},
	{"//", "", diag.CommentInFilter, `there are no comments in a filter`, `write them in the policy file, after a #`},
	{"/*", "", diag.CommentInFilter, `there are no comments in a filter`, `write them in the policy file, after a #`},
	{"+=", "", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"-=", "", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"*=", "", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"/=", "", diag.Assignment, `a filter cannot assign`, `write == to compare, != for "is not equal to"`},
	{"%=", "", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"&=", "", diag.Assignment, `a filter cannot assign`, `to test bits write x & mask == value`},
	{"|=", "", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"^=", "", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"=", "==", diag.Assignment, `a filter cannot assign`, `write == to compare`},
	{"?", "", diag.ForeignOperator, `there is no operator "?"`, `for c ? a : b write c && a || !c && b`},
}

// mistake scans one of the mistakes at the beginning of rest, if there is one.
func (s *scanner) mistake(rest string) (t token, found bool) {
	first, second, third := rest[0], byteAt(rest, 1), byteAt(rest, 2)
	single := first == '=' || first == '?'
	if !single && strings.IndexByte("=<>&|*/+-.~", second) < 0 || first == '=' && second == '=' && third != '=' {
		return token{}, false
	}
	for i := range mistakes {
		m := &mistakes[i]
		if strings.HasPrefix(rest, m.text) {
			start := s.pos
			s.pos += len(m.text)
			s.errorf(m.code, start, s.pos, "%s", m.message).Hintf("%s", m.hint)
			return instead(m.as, start, s.pos), true
		}
	}
	return token{}, false
}

// byteAt returns s[i], or 0 behind its end.
func byteAt(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// instead returns the token that text is, as if it stood at [start, end).
func instead(text string, start, end int) token {
	t := token{kind: tokJunk}
	if text != "" {
		var s scanner
		s.text.String = text
		t = s.next()
	}
	t.start, t.end = start, end
	return t
}

// wordOperator reports an operator that other languages write as a word and
// puts the right one in its place.
func (p *parser) wordOperator() {
	if p.tok.kind != tokName {
		return
	}
	var op Op
	switch p.source(p.tok) {
	case "and", "AND":
		op = AndAnd
	case "or", "OR":
		op = OrOr
	case "xor", "XOR":
		op = Xor
	case "mod", "MOD":
		op = Rem
	case "is", "eq":
		op = Eq
	case "ne":
		op = Ne
	default:
		return
	}
	p.errorf(diag.ForeignOperator, p.tok.start, p.tok.end, "there is no operator %q", p.source(p.tok)).Hintf("write %s", op)
	p.tok.kind, p.tok.op = tokOp, op
}

// lookalikes are characters that editors and web pages put for ASCII ones.
var lookalikes = [...]struct {
	char  rune
	ascii string
}{
	{'\u2260', "!="}, // not equal to
	{'\u2264', "<="}, // less than or equal to
	{'\u2265', ">="}, // greater than or equal to
	{'\u2010', "-"},  // hyphen
	{'\u2011', "-"},  // non-breaking hyphen
	{'\u2012', "-"},  // figure dash
	{'\u2013', "-"},  // en dash
	{'\u2014', "-"},  // em dash
	{'\u2212', "-"},  // minus sign
	{'\u00d7', "*"},  // multiplication sign
	{'\u2217', "*"},  // asterisk operator
	{'\u00f7', "/"},  // division sign
	{'\u2227', "&&"}, // logical and
	{'\u2228', "||"}, // logical or
	{'\u00ac', "!"},  // not sign
	{'\u2026', ".."}, // horizontal ellipsis
	{'\u2025', ".."}, // two dot leader
	{'\u2192', "->"}, // rightwards arrow
	{'\u226a', "<<"}, // much less than
	{'\u226b', ">>"}, // much greater than
	{'\u00ab', "<<"}, // left-pointing double angle quotation mark
	{'\u00bb', ">>"}, // right-pointing double angle quotation mark
	{'\u2261', "=="}, // identical to
}

// foreign scans a character that is not printable ASCII.
func (s *scanner) foreign() token {
	src, start := s.text.String, s.pos
	r, size := utf8.DecodeRuneInString(src[start:])
	s.pos += size
	switch {
	case r == utf8.RuneError && size == 1:
		s.errorf(diag.NotASCII, start, s.pos, "invalid UTF-8: byte 0x%02x", src[start])
		return s.end(tokJunk, start)
	case unicode.IsControl(r):
		s.errorf(diag.NotASCII, start, s.pos, "unexpected control character %U", r)
		return s.end(tokJunk, start)
	case '\u2018' <= r && r <= '\u201f': // quotation marks
		return s.curlyString(start, r)
	case unicode.IsSpace(r):
		s.errorf(diag.NotASCII, start, s.pos, "filters are ASCII: found the space %U", r).Hintf("write a plain space")
		s.pos = len(src) - len(strings.TrimLeftFunc(src[s.pos:], isForeignSpace))
		return s.next()
	case unicode.Is(unicode.Cf, r): // zero-width spaces, direction marks
		s.errorf(diag.NotASCII, start, s.pos, "filters are ASCII: found the invisible character %U", r).Hintf("remove it")
		s.pos = len(src) - len(strings.TrimLeftFunc(src[s.pos:], isForeignSpace))
		return s.next()
	case unicode.IsLetter(r):
		return s.foreignName(start)
	case '\uff01' <= r && r <= '\uff5e': // full-width forms of '!' to '~'
		ascii := string(r - '\uff01' + '!')
		if ascii == "=" {
			ascii = "=="
		}
		s.errorf(diag.NotASCII, start, s.pos, "filters are ASCII: found %c (%U)", r, r).Hintf("write %s", ascii)
		return instead(ascii, start, s.pos)
	}
	for _, l := range lookalikes {
		if l.char == r {
			s.errorf(diag.NotASCII, start, s.pos, "filters are ASCII: found %c (%U)", r, r).Hintf("write %s", l.ascii)
			return instead(l.ascii, start, s.pos)
		}
	}
	d := s.errorf(diag.NotASCII, start, s.pos, "filters are ASCII: found %c (%U)", r, r)
	switch r {
	case '\u2208':
		d.Hintf("write in")
	case '\u2209':
		d.Hintf("write not in")
	}
	return s.end(tokJunk, start)
}

// isForeignSpace reports whether r shows as a space or not at all.
func isForeignSpace(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// curlyString scans a string in typographic quotes; which of them closes it
// depends on the language, so any of the same family does.
func (s *scanner) curlyString(start int, open rune) token {
	family := "\u2018\u2019\u201a\u201b"
	if open > '\u201b' {
		family = "\u201c\u201d\u201e\u201f"
	}
	src := s.text.String
	if i := strings.IndexAny(src[s.pos:], family); i >= 0 {
		s.pos += i + len("\u201c")
	} else {
		s.pos = len(src)
	}
	return s.end(tokString, start)
}

// foreignName scans a word with letters that are not ASCII.
func (s *scanner) foreignName(start int) token {
	src := s.text.String
	s.pos = start
	var first rune
	firstStart, firstEnd := start, start
	for s.pos < len(src) {
		r, size := utf8.DecodeRuneInString(src[s.pos:])
		if r >= utf8.RuneSelf && (!unicode.IsLetter(r) && !unicode.IsMark(r) || size == 1) ||
			r < utf8.RuneSelf && !isNameByte(byte(r)) {
			break
		}
		if first == 0 && r >= utf8.RuneSelf {
			first, firstStart, firstEnd = r, s.pos, s.pos+size
		}
		s.pos += size
	}
	s.errorf(diag.NotASCII, firstStart, firstEnd, "names are ASCII: found %c (%U)", first, first).
		Hintf("type the name again in plain letters: this one may only look like one of them")
	return s.end(tokName, start)
}
