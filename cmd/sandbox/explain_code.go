package main

import (
	"iter"
	"strings"

	"sandbox/docs"
	"sandbox/internal/diag"
)

// isCode reports whether an operand of explain is the code of an error or a
// warning, such as E0401, and not a call.
func isCode(text string) bool {
	if len(text) < 2 || !strings.ContainsRune("EeWw", rune(text[0])) {
		return false
	}
	return strings.Trim(text[1:], "0123456789") == ""
}

// explainCode answers with the section of docs/errors.md about a code.
func (u *ui) explainCode(code string) error {
	code = strings.ToUpper(code)
	section, ok := sectionOf(code)
	if !ok {
		f := fail("there is no error or warning %s", code)
		if near, some := diag.Nearest(code, explainedCodes()); some {
			f = f.hinted("did you mean %s?", near)
		}
		return f.hinted("docs/errors.md lists them all")
	}
	u.answer("%s", section)
	return nil
}

// codeHeading begins a section about a code in docs/errors.md.
const codeHeading = "\n### "

// explainedCodes are the codes that docs/errors.md has sections about.
func explainedCodes() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i, section := range strings.Split(docs.Errors, codeHeading) {
			code, _, _ := strings.Cut(section, ":")
			if i > 0 && !yield(code) {
				return
			}
		}
	}
}

// sectionOf returns the text of docs/errors.md about a code, from its heading
// to the next.
func sectionOf(code string) (string, bool) {
	_, rest, ok := strings.Cut(docs.Errors, codeHeading+code+": ")
	if !ok {
		return "", false
	}
	title, body, _ := strings.Cut(rest, "\n")
	body, _, _ = strings.Cut(body, codeHeading)
	body, _, _ = strings.Cut(body, "\n## ")
	return code + ": " + title + "\n\n" + strings.TrimSpace(body), true
}
