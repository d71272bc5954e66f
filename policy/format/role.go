package format

import (
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// A role says what the strings at some place of a policy are written in.
type role struct {
	language language
	// Leave what does not parse as it is, rather than refuse the file.
	lenient bool
}

// language is a part of the filter language.
type language uint8

const (
	prose language = iota // no part of it
	filterLanguage
	actionLanguage
	expressionLanguage
	callLanguage
)

// roleOf returns the role of the strings at a path.
func roleOf(path []string) role {
	last := path[len(path)-1]
	switch {
	case len(path) == 1 && (last == "unknown" || last == "default"):
		return role{language: actionLanguage}
	case len(path) != 2:
		return role{}
	}
	switch path[0] {
	case "const", "set":
		return role{language: expressionLanguage}
	case "func":
		return role{language: expressionLanguage, lenient: true}
	case "rule":
		switch last {
		case "action":
			return role{language: actionLanguage}
		case "filters":
			return role{language: filterLanguage}
		}
	case "test":
		switch last {
		case "call":
			return role{language: callLanguage, lenient: true}
		case "want":
			return role{language: actionLanguage, lenient: true}
		}
	}
	return role{}
}

// print returns the text as it is to be written.
func (r role) print(t diag.Text) (string, diag.List) {
	printed, list := r.language.print(t)
	if list.Failed() {
		if r.lenient {
			list = nil
		}
		return t.String, list
	}
	return printed, nil
}

func (l language) print(t diag.Text) (string, diag.List) {
	switch l {
	case filterLanguage:
		f, list := filter.Parse(t)
		if list.Failed() {
			return "", list
		}
		return printFilter(f), nil
	case actionLanguage:
		a, list := filter.ParseAction(t)
		if list.Failed() {
			return "", list
		}
		return a.String(), nil
	case expressionLanguage:
		x, list := filter.ParseExpr(t)
		if list.Failed() {
			return "", list
		}
		return filter.Print(x), nil
	case callLanguage:
		c, list := filter.ParseCall(t)
		if list.Failed() {
			return "", list
		}
		return c.String(), nil
	}
	return t.String, nil
}

// printFilter returns a filter whose numbers of system calls are written as
// they were: #0x101 says something that #257 does not.
func printFilter(f *filter.Filter) string {
	var printed, written strings.Builder
	for i := range f.Selectors {
		if i > 0 {
			printed.WriteString(", ")
			written.WriteString(", ")
		}
		s := &f.Selectors[i]
		printed.WriteString(s.String())
		written.WriteString(writtenSelector(s))
	}
	return written.String() + strings.TrimPrefix(f.String(), printed.String())
}

func writtenSelector(s *filter.Selector) string {
	if s.Kind == filter.SelectNumber {
		text := s.Span.Source.Text[s.Span.Start:s.Span.End]
		exclusion, number, _ := strings.Cut(text, "#")
		if !strings.Contains(text, `\`) { // as the escapes of a TOML string have
			return strings.TrimSpace(exclusion) + "#" + number
		}
	}
	return s.String()
}
