package format

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sandbox/internal/diag"
	"sandbox/policies"
)

// cases returns the files of the txtar archives that match a pattern, by the
// directory that they are in there.
func cases(t testing.TB, pattern string) map[string]map[string]string {
	archives, err := filepath.Glob(pattern)
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives match %s: %v", pattern, err)
	}
	found := map[string]map[string]string{}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			directory, file, _ := strings.Cut(f.Name, "/")
			name := path.Join(strings.TrimSuffix(filepath.Base(name), ".txtar"), directory)
			if found[name] == nil {
				found[name] = map[string]string{}
			}
			found[name][file] = string(f.Data)
		}
	}
	return found
}

func TestForms(t *testing.T) {
	for name, files := range cases(t, "testdata/forms.txtar") {
		t.Run(name, func(t *testing.T) {
			got, list := Source(&diag.Source{Name: "in.toml", Text: files["in.toml"]})
			if list.Failed() {
				t.Fatal(list.Err())
			}
			if diff := cmp.Diff(files["want.toml"], got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			checkFormat(t, files["in.toml"])
		})
	}
}

// What a file in testdata cannot show.
func TestBytes(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"byte order mark", "\xef\xbb\xbfa=1", "a = 1\n"},
		{"carriage returns", "a=1 # c\r\n\r\n\r\nb='''\r\nx\r\n'''\r\nc=[\r\n1 # d\r\n]\r\n", "a = 1 # c\n\nb = '''\nx\n'''\nc = [\n  1, # d\n]\n"},
		{"no line break at the end", "# c", "# c\n"},
		{"quotes in keys", "\"a\\\"  =\"=1\n'b\\'=2", "\"a\\\"  =\" = 1\n'b\\'     = 2\n"},
		{"wide letters in keys", "\"äöü\" = 1\nabcdef = 2", "\"äöü\"  = 1\nabcdef = 2\n"},
	} {
		got, list := Source(&diag.Source{Text: test.in})
		if list.Failed() || got != test.want {
			t.Errorf("%s: got %q, %v; want %q", test.name, got, list.Err(), test.want)
		}
		checkFormat(t, test.in)
	}
}

// TestShipped holds the canonical form to what the profiles look like.
func TestShipped(t *testing.T) {
	for _, name := range policies.Names() {
		text, _ := policies.Text(name)
		got, list := Source(&diag.Source{Name: name, Text: text})
		if list.Failed() {
			t.Fatal(list.Err())
		}
		if diff := cmp.Diff(text, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", name, diff)
		}
		checkFormat(t, strings.ReplaceAll(text, " ", "  "))
	}
}

// TestMistakes checks that what cannot be read is not formatted, and that the
// error stands where the mistake is.
func TestMistakes(t *testing.T) {
	for _, test := range []struct {
		in    string
		place string // of the first
		count int
	}{
		{"a = ", "p.toml:1:4", 1},
		{"a = 1\na = 2", "p.toml:2:1", 1},
		{"[[rule]]\nfilters = ['read', \"re\\u0061d: fd ==\"]", "p.toml:2:37", 1},
		{"[[rule]]\naction = 'alow'\nfilters = ['read write', 'read: (']", "p.toml:2:11", 3},
		{"[[rule]]\nfilters = ['read: (']\n[const]\nA = '1 +'", "p.toml:2:20", 2},
		{"default = 'errno('", "p.toml:1:18", 1},
		{"const.A = '1 +'", "p.toml:1:15", 1},
		{"set = {a = ['1', '''\n<''']}", "p.toml:2:1", 1},
		{"set.a = [" + strings.Repeat("'<', ", 10*maxErrors) + "]", "p.toml:1:11", maxErrors},
	} {
		out, list := Source(&diag.Source{Name: "p.toml", Text: test.in})
		if len(list) != test.count || list[0].Span.String() != test.place {
			t.Errorf("%q: got %v; want %d errors, the first at %s", test.in, list.Err(), test.count, test.place)
		}
		if out != "" {
			t.Errorf("%q: is formatted all the same: %q", test.in, out)
		}
	}
}

// TestDocs checks that the policies in the documentation are in canonical form.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(string(text), "\n```toml\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			if strings.HasPrefix(block, "# wild.toml\n") {
				continue // what is to be formatted
			}
			got, list := Source(&diag.Source{Text: block})
			if list.Failed() {
				continue // a mistake that is to be shown
			}
			found++
			if diff := cmp.Diff(block, got); diff != "" {
				t.Errorf("%s: want -, got +:\n%s", page, diff)
			}
		}
	}
	if found == 0 {
		t.Error("there are no policies in the documentation")
	}
}
