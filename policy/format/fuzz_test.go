package format

import (
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pelletier/go-toml/v2/unstable"

	"sandbox/internal/diag"
	"sandbox/policies"
)

// checkFormat fails if the canonical form of a text has another canonical
// form, other comments or other values.
func checkFormat(t *testing.T, text string) {
	t.Helper()
	once, list := Source(&diag.Source{Text: text})
	if list.Failed() {
		if once != "" {
			t.Fatalf("%q: is formatted, with the error %v", text, list.Err())
		}
		return
	}
	twice, list := Source(&diag.Source{Text: once})
	if list.Failed() {
		t.Fatalf("%q\nbecomes\n%q\nand that is wrong: %v", text, once, list.Err())
	}
	if once != twice {
		t.Fatalf("%q\nbecomes\n%q\nand then\n%q", text, once, twice)
	}
	if before, after := comments(text), comments(once); !slices.Equal(before, after) {
		t.Fatalf("%q\nhas the comments\n%q, then\n%q", text, before, after)
	}
	var before, after map[string]any
	if _, err := toml.Decode(text, &before); err != nil {
		return // the oracle knows less, or says no to what no policy has
	}
	if _, err := toml.Decode(once, &after); err != nil {
		t.Fatalf("%q\nbecomes\n%q\nand the oracle says: %v", text, once, err)
	}
	if diff := cmp.Diff(before, after, cmpopts.EquateNaNs(), cmp.Comparer(sameText)); diff != "" {
		t.Fatalf("%q\nbecomes\n%q: before -, after +:\n%s", text, once, diff)
	}
}

// sameText reports whether strings are equal, or say the same in a part of the
// filter language.
func sameText(a, b string) bool {
	a, b = strings.ReplaceAll(a, "\r\n", "\n"), strings.ReplaceAll(b, "\r\n", "\n")
	if a == b {
		return true
	}
	for language := filterLanguage; language <= callLanguage; language++ {
		x, problemX := language.print((&diag.Source{Text: a}).Whole())
		y, problemY := language.print((&diag.Source{Text: b}).Whole())
		if !problemX.Failed() && !problemY.Failed() && x == y {
			return true
		}
	}
	return false
}

// comments returns the comments of a TOML text, sorted, as the parser finds
// them.
func comments(text string) []string {
	var p unstable.Parser
	p.KeepComments = true
	p.Reset([]byte(strings.TrimPrefix(text, byteOrderMark)))
	var found []string
	var walk func(*unstable.Node)
	walk = func(n *unstable.Node) {
		for ; n != nil && n.Valid(); n = n.Next() {
			if n.Kind == unstable.Comment {
				found = append(found, strings.TrimRight(string(n.Data), " \t\r"))
			}
			walk(n.Child())
		}
	}
	for p.NextExpression() {
		walk(p.Expression())
	}
	slices.Sort(found)
	return found
}

func TestComments(t *testing.T) {
	const text = "# a\nk = [ # b\n 1, # c\n # d\n [ # e\n ], # f\n] # g\n[t] # h\n# i"
	want := strings.Split("# a,# b,# c,# d,# e,# f,# g,# h,# i", ",")
	if diff := cmp.Diff(want, comments(text)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func FuzzSource(f *testing.F) {
	for _, files := range cases(f, "testdata/forms.txtar") {
		f.Add(files["in.toml"])
	}
	for _, files := range cases(f, "../testdata/*/*.txtar") {
		for name, text := range files {
			if strings.HasSuffix(name, ".toml") {
				f.Add(text)
			}
		}
	}
	for _, name := range policies.Names() {
		text, _ := policies.Text(name)
		f.Add(text)
	}
	f.Add("a = [[[[[1, 2,\n3]]]],\n# c\n{a = [1,\n# d\n2], b = {}}] # e")
	f.Add("[\"a.b\".'c#d' . e] # f\n'g = h' . \"\\\" = i\" = 1")
	f.Fuzz(checkFormat)
}
