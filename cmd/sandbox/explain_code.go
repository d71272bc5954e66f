package main

import (
	"strings"

	"sandbox/internal/diag"
)

// codeIn returns the code of an error or a warning in an operand of explain,
// as E0401, e0401 or, taken from a message, error[E0401]; false if the operand
// is something else.
func codeIn(text string) (diag.Code, bool) {
	text = strings.TrimSuffix(text, ":")
	if before, bracketed, ok := strings.Cut(text, "["); ok {
		if before != "" && before != diag.Error.String() && before != diag.Warning.String() {
			return "", false
		}
		if text, ok = strings.CutSuffix(bracketed, "]"); !ok {
			return "", false
		}
	}
	if len(text) < 2 || !strings.ContainsRune("EeWw", rune(text[0])) || strings.Trim(text[1:], "0123456789") != "" {
		return "", false
	}
	return diag.Code(strings.ToUpper(text)), true
}

// A codeJSON is a code and what docs/errors.md says of it. In a list of codes
// it has no text and no examples.
type codeJSON struct {
	Code     diag.Code     `json:"code"`
	Severity string        `json:"severity"`
	Title    string        `json:"title"`
	Text     string        `json:"text,omitempty"` // prose and examples, in Markdown
	Examples []codeExample `json:"examples,omitempty"`
}

// A codeExample is an example on an error's page: Kind is "mistake", "remedy",
// or "" for what goes with them; Form is "rule" for rules as -e takes them, one
// a line, "toml" for a policy, or "console".
type codeExample struct {
	Kind string `json:"kind,omitempty"`
	Form string `json:"form"`
	Text string `json:"text"`
}

func newCodeJSON(page errorPage) codeJSON {
	return codeJSON{Code: page.code, Severity: page.code.Severity().String(), Title: page.title}
}

// explainCode answers what a code means.
func (u *ui) explainCode(code diag.Code, asJSON bool) error {
	page, ok := findErrorPage(code)
	if !ok {
		f := fail("there is no error or warning %s", code)
		if near, some := diag.Nearest(string(code), explainedCodes()); some {
			f = f.hinted("did you mean %s?", near)
		}
		return f.hinted("'sandbox explain --codes' lists them")
	}
	if asJSON {
		j := newCodeJSON(page)
		j.Text = page.body
		for _, b := range markdownBlocks(page.body) {
			if b.kind == codeBlock {
				form, kind, _ := strings.Cut(b.info, " ")
				j.Examples = append(j.Examples, codeExample{kind, form, b.text})
			}
		}
		return u.answerJSON(j)
	}
	u.answer("%s %s: %s\n", page.code.Severity(), page.code, page.title)
	writeMarkdown(u.out, page.body, u.width())
	return nil
}

// listCodes answers all codes, one a line.
func (u *ui) listCodes(asJSON bool) error {
	for page := range errorPages {
		if !asJSON {
			u.answer("%s  %s", page.code, page.title)
			continue
		}
		if err := u.answerJSON(newCodeJSON(page)); err != nil {
			return err
		}
	}
	return nil
}
