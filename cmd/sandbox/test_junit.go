package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"sandbox/internal/diag"
)

// appendJUnit appends a report of the suites in the XML form of JUnit, which
// has no standard: what its readers agree on are suites with test cases, each
// with a name, a class, and a failure or an error if it has one.
func appendJUnit(b []byte, suites []*suite) []byte {
	b = append(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"...)
	for _, s := range suites {
		broken := 0
		if s.broken != nil {
			broken = 1
		}
		b = fmt.Appendf(b, "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\">\n",
			inXML(s.name), len(s.results)+broken, s.failed(), broken)
		if s.broken != nil {
			b = fmt.Appendf(b, "    <testcase name=\"load\" classname=\"%s\">\n      <error%s message=\"%s\">%s</error>\n    </testcase>\n",
				inXML(s.name), errorType(s.found), inXML(s.broken.Error()), inXML(errorLines(s.found)))
		}
		for i := range s.results {
			r := &s.results[i]
			b = fmt.Appendf(b, "    <testcase name=\"%s (%s)\" classname=\"%s\" file=\"%s\" line=\"%d\">",
				inXML(r.Name), r.ABI, inXML(s.name), inXML(r.At.File), r.At.Line)
			if !r.Passed() {
				b = fmt.Appendf(b, "\n      <failure message=\"%s\">%s: %s</failure>\n    ",
					inXML(strings.Join(failureLines(r), ", ")), inXML(placeOf(r.At)), inXML(r.Text))
			}
			b = append(b, "</testcase>\n"...)
		}
		b = append(b, "  </testsuite>\n"...)
	}
	return append(b, "</testsuites>\n"...)
}

// errorType returns the attribute that says of which kind an error is: the code
// of the first.
func errorType(list diag.List) string {
	for i := range list {
		if list[i].Severity == diag.Error && list[i].Code != "" {
			return fmt.Sprintf(" type=\"%s\"", list[i].Code)
		}
	}
	return ""
}

// errorLines returns the errors of a list, one a line.
func errorLines(list diag.List) string {
	var b strings.Builder
	for i := range list {
		d := &list[i]
		if d.Severity != diag.Error {
			continue
		}
		if at := d.Span.String(); at != "" {
			b.WriteString(at + ": ")
		}
		fmt.Fprintf(&b, "error[%s]: %s\n", d.Code, d.Message)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// inXML returns text as it stands in XML 1.0, in attributes too. Characters
// that XML does not have become U+FFFD.
func inXML(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&#34;")
		case r == '\n', r == '\t':
			fmt.Fprintf(&b, "&#%d;", r)
		case r < ' ', r == 0xfffe, r == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
