package filter

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/internal/diag"
)

var update = flag.Bool("update", false, "write what is reported now into testdata/errors")

// Each file of testdata/errors is named for what it parses. A line that begins
// with "> " is an input, one with `>"` is an input as a Go string; below it
// stands what is reported, as it is shown. Other lines before the first input
// and lines with "#" are comments.
func TestErrors(t *testing.T) {
	for name, parse := range map[string]func(diag.Text) diag.List{
		"filter":    func(t diag.Text) diag.List { _, l := Parse(t); return l },
		"expr":      func(t diag.Text) diag.List { _, l := ParseExpr(t); return l },
		"body":      func(t diag.Text) diag.List { _, l := ParseBody(t); return l },
		"signature": func(t diag.Text) diag.List { _, l := ParseSignature(t); return l },
		"call":      func(t diag.Text) diag.List { _, l := ParseCall(t); return l },
		"action":    func(t diag.Text) diag.List { _, l := ParseAction(t); return l },
		"rule":      func(t diag.Text) diag.List { _, _, l := ParseRule(t); return l },
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "errors", name+".txt")
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := rewrite(t, string(want), parse)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

// rewrite returns the file with what is reported now under each input.
func rewrite(t *testing.T, file string, parse func(diag.Text) diag.List) string {
	var b strings.Builder
	for line := range strings.Lines(file) {
		input, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> ")
		if quoted, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), ">"); ok && !found {
			var err error
			if input, err = strconv.Unquote(quoted); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			found = true
		}
		switch {
		case found:
			diags := parse((&diag.Source{Name: "in", Text: input}).Whole())
			if !diags.Failed() {
				t.Errorf("no error in %q", input)
			}
			b.WriteString(line)
			b.WriteString(show(diags))
			b.WriteString("\n")
		case strings.HasPrefix(line, "#"):
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
