package format

import (
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
)

// A language is the part of the filter language that a string is written in.
type language uint8

const (
	prose language = iota // no part of it
	filterLanguage
	actionLanguage
	expressionLanguage
	bodyLanguage
	callLanguage
)

// languageOf returns what the strings at a path of a policy are written in.
func languageOf(path []string) language {
	last := path[len(path)-1]
	switch {
	case len(path) == 1 && (last == "unknown" || last == "default"):
		return actionLanguage
	case len(path) != 2:
		return prose
	}
	switch path[0] {
	case "const", "set":
		return expressionLanguage
	case "func":
		return bodyLanguage
	case "rule":
		switch last {
		case "action":
			return actionLanguage
		case "filters":
			return filterLanguage
		}
	case "test":
		switch last {
		case "call":
			return callLanguage
		case "want":
			return actionLanguage
		}
	}
	return prose
}

// print returns a text as it is to be written. If the list has an error, the
// text is not of the language.
func (l language) print(t diag.Text) (string, diag.List) {
	switch l {
	case filterLanguage:
		return printed(t, filter.Parse, printFilter)
	case actionLanguage:
		return printed(t, filter.ParseAction, (*filter.Action).String)
	case expressionLanguage:
		return printed(t, filter.ParseExpr, filter.Print)
	case bodyLanguage:
		return printed(t, filter.ParseBody, filter.Print)
	case callLanguage:
		return printed(t, filter.ParseCall, (*filter.Call).String)
	}
	return t.String, nil
}

func printed[T any](t diag.Text, parse func(diag.Text) (T, diag.List), print func(T) string) (string, diag.List) {
	tree, list := parse(t)
	if list.Failed() {
		return "", list
	}
	return print(tree), nil
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
