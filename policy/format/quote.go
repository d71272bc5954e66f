package format

import (
	"fmt"
	"strconv"
	"strings"
)

// quote returns a TOML string: a basic one, or a literal one if that saves
// escapes. What a reader would not see is escaped, so that a text looks like
// what it says.
func quote(text string) string {
	plain, escapes := true, false
	for _, r := range text {
		plain = plain && strconv.IsPrint(r) && r != '\''
		escapes = escapes || r == '"' || r == '\\'
	}
	if plain && escapes {
		return "'" + text + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
