package main

import (
	"iter"
	"strings"

	"sandbox/docs"
	"sandbox/internal/diag"
)

// An errorPage is the section of docs/errors.md about one code.
type errorPage struct {
	code  diag.Code
	title string
	body  string // Markdown
}

// errorPages yields the sections, in the order of the codes.
func errorPages(yield func(errorPage) bool) {
	for i, section := range strings.Split(docs.Errors, "\n### ") {
		heading, body, _ := strings.Cut(section, "\n")
		code, title, ok := strings.Cut(heading, ": ")
		if i == 0 || !ok {
			continue
		}
		body, _, _ = strings.Cut(body, "\n## ")
		if !yield(errorPage{diag.Code(code), title, strings.TrimSpace(body)}) {
			return
		}
	}
}

// findErrorPage returns the section about a code.
func findErrorPage(code diag.Code) (errorPage, bool) {
	for page := range errorPages {
		if page.code == code {
			return page, true
		}
	}
	return errorPage{}, false
}

// explainedCodes are the codes that have a section.
func explainedCodes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for page := range errorPages {
			if !yield(string(page.code)) {
				return
			}
		}
	}
}
