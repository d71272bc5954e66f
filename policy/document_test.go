package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"sandbox/internal/diag"
)

// dump shows a table in one line, each key and value as written in the source.
func dump(t *table) string {
	var parts []string
	for _, e := range t.entries {
		parts = append(parts, e.key+"="+dumpValue(&e.value))
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func dumpValue(v *value) string {
	switch v.kind {
	case stringKind:
		return fmt.Sprintf("%q", v.text.String)
	case arrayKind, tablesKind:
		var parts []string
		for i := range v.elements {
			parts = append(parts, dumpValue(&v.elements[i]))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case tableKind:
		return dump(v.table)
	}
	return written(v.at)
}

func TestDocument(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", `{}`},
		{"comments only", "# nothing\n\n # here", `{}`},
		{"scalars", "a = 1\nb = 'x'\nc = true\nd = 1.5\ne = 1979-05-27 07:32:00Z\n", `{a=1 b="x" c=true d=1.5 e=1979-05-27 07:32:00Z}`},
		{"byte order mark", "\xef\xbb\xbfa = 1", `{a=1}`},
		{"carriage returns", "a = 1\r\nb = [\r\n 2,\r\n]\r\n", `{a=1 b=[2]}`},
		{"no newline at the end", "[t]\na = 1", `{t={a=1}}`},
		{"dotted", "const.A = 1\nconst.B = 2\n[const.C]", `{const={A=1 B=2 C={}}}`},
		{"quoted keys", "\"a b\" = 1\n'c.d' = 2\n\"\\u0065\" = 3", `{a b=1 c.d=2 e=3}`},
		{"inline", "const = { A=1 , B.C=2 }", `{const={A=1 B={C=2}}}`},
		{"array of inline tables", "rule = [{a=1}, # one\n {a = 2 },\n]", `{rule=[{a=1} {a=2}]}`},
		{"nested arrays", "a = [ [], [ [1 ] ,[2]], ]", `{a=[[] [[1] [2]]]}`},
		{"array of tables", "[[rule]]\na=1\n[[rule]]\na=2\n[rule.sub]\nb=3", `{rule=[{a=1} {a=2 sub={b=3}}]}`},
		{"super table later", "[a.b]\nc=1\n[a]\nd=2", `{a={b={c=1} d=2}}`},
		{"many keys", manyKeys(40), "{" + strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(manyKeys(40), " ", ""), "\n", " "), " ") + "}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, list := parseDocument(&diag.Source{Name: "p.toml", Text: test.text})
			if list.Failed() {
				t.Fatalf("%v", list.Err())
			}
			if got := dump(root); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d = %d\n", i, i)
	}
	return b.String()
}

// TestDocumentSpans checks that each value's span is exactly its text.
func TestDocumentSpans(t *testing.T) {
	const text = `
key   =  "v" # comment
list = [ # [comment]
  'one', "two" ,
  [ 3 ], # ]
]
[ table . sub ]
inline = { x = [1,2] , y = {} }
[[rule]]
`
	root, list := parseDocument(&diag.Source{Text: text})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	list2 := root.find("list")
	sub := root.find("table").value.table.find("sub")
	inline := sub.value.table.find("inline")
	for _, test := range []struct {
		at   diag.Span
		want string
	}{
		{root.find("key").at, `key`},
		{root.find("key").value.at, `"v"`},
		{list2.value.at, "[ # [comment]\n  'one', \"two\" ,\n  [ 3 ], # ]\n]"},
		{list2.value.elements[1].at, `"two"`},
		{list2.value.elements[2].at, `[ 3 ]`},
		{list2.value.elements[2].elements[0].at, `3`},
		{sub.at, `sub`},
		{inline.value.at, `{ x = [1,2] , y = {} }`},
		{inline.value.table.find("x").value.at, `[1,2]`},
		{inline.value.table.find("y").value.at, `{}`},
		{root.find("rule").value.elements[0].at, `[[rule]]`},
	} {
		if got := written(test.at); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// TestDocumentText checks that each byte of a string is mapped to where it was
// written.
func TestDocumentText(t *testing.T) {
	for _, test := range []struct {
		text, want string
		spans      string // the source of each byte of the string
		mapped     bool
	}{
		{text: `"plain"`, want: "plain", spans: "p l a i n"},
		{text: `'back\slash'`, want: `back\slash`, spans: `b a c k \ s l a s h`},
		{text: `""`, want: "", spans: ""},
		{text: `"a\tb\\\"c"`, want: "a\tb\\\"c", spans: `a \t b \\ \" c`, mapped: true},
		{text: `"\u0041\U00000042c"`, want: "ABc", spans: `\u0041 \U00000042 c`, mapped: true},
		{text: "\"\"\"\nx\ny\"\"\"", want: "x\ny", spans: "x \n y"},
		{text: "\"\"\"x\\\n   y\"\"\"", want: "xy", spans: "x\\\n    y", mapped: true},
		{text: "\"\"\"x \\  \n\n   y\\u0021\"\"\"", want: "x y!", spans: "", mapped: true},
		{text: "'''\r\nx\r\ny'''", want: "x\ny", spans: "x\r \n y", mapped: true},
		{text: "'''\nx''y'''''", want: "x''y''", spans: "x ' ' y ' '"},
		{text: "\"\"\"\"quoted\"\"\"\"\"", want: `"quoted""`, spans: `" q u o t e d " "`},
	} {
		root, list := parseDocument(&diag.Source{Text: "k = " + test.text})
		if list.Failed() {
			t.Errorf("%s: %v", test.text, list.Err())
			continue
		}
		text := root.find("k").value.text
		if text.String != test.want {
			t.Errorf("%s: got %q, want %q", test.text, text.String, test.want)
		}
		if mapped := text.Offsets != nil; mapped != test.mapped {
			t.Errorf("%s: has offsets: %v, want %v", test.text, mapped, test.mapped)
		}
		var spans []string
		for i := range len(text.String) {
			spans = append(spans, written(text.Span(i, i+1)))
		}
		if got := strings.Join(spans, " "); test.spans != "" && got != test.spans {
			t.Errorf("%s: spans %q, want %q", test.text, got, test.spans)
		}
		var decoded struct{ K string }
		if _, err := toml.Decode("k = "+test.text, &decoded); err != nil {
			t.Errorf("%s: the oracle says %v", test.text, err)
		} else if normal := strings.ReplaceAll(decoded.K, "\r\n", "\n"); normal != text.String {
			t.Errorf("%s: got %q, the oracle %q", test.text, text.String, normal)
		}
	}
}

// oracleInputs are documents around the rules of TOML that only say no: what
// may be defined twice, and what TOML 1.0 does not have yet.
var oracleInputs = []string{
	"a = 1\na = 2", "a = 1\n\"a\" = 2", "[a]\n[a]", "[a]\n[[a]]", "[[a]]\n[a]", "a = []\n[[a]]",
	"a = [{}]\n[[a]]", "a.b = 1\n[a]", "a.b = 1\na.b.c = 2", "[a.b]\n[a]\nb.c = 1", "[a]\nb.c = 1\n[a.b]",
	"[a]\nb.c = 1\n[a.b.d]", "a = {}\na.b = 1", "a = {}\n[a.b]", "a = {b.c = 1, b.d = 2}", "a = {b = 1, b.d = 2}",
	"a = {b = 1, b = 2}", "a = {b = 1,}", "a = {\nb = 1}", "a = {b = 1 # c\n}", "a = {b = [\n1\n]}",
	"[[a.b]]\n[a.b.c]\n[a.b.c]", "[[a]]\n[a.b]\n[[a]]\n[a.b]", "[a.b.c]\n[a]\nb.d = 1", "a = \"\\e\"", `a = "\x41"`,
	"a = 07", "a = 1__0", "a = 0x", "a = 99999999999999999999", "= 1", "a", "a =", "a = 1 b = 2", "[a", "[]", "[[a]",
	"a = 'x\ny'", "a = \"x\ny\"", "a = '''x", "a = 1\rb = 2", "a = \"\x01\"", "a = [1 2]", "a = [,]", "a = [1,,2]",
	"[a]\n[a.b]\n[a]", "[a.b]\n[a.b.c]\n[a.b]", "a.b.c = 1\na.b.d = 2\n[a.e]", "[a]\n[b]\n[a.c]\n[b.c]\n",
	"a = tru", "a = truefalse", "a = 2024-13-01", "a = inf", "fruit = []\n[fruit.b]", "a.b = []\n[[a.b]]",
	"# c\x00", "a = 1 # \x7f", "\xef\xbb\xbf\xef\xbb\xbfa = 1", "a = \xff", "a\xff = 1",
	"version = 1\n[[rule]]\naction = \"allow\"\nfilters = [\"read\"]\n[const]\nA.B = 1\n",
}

// TestDocumentOracle holds the rules on what is a document to a strict decoder
// of TOML 1.0: what that refuses, is refused here.
func TestDocumentOracle(t *testing.T) {
	for _, text := range oracleInputs {
		compareWithOracle(t, text)
	}
}

func FuzzDocument(f *testing.F) {
	for _, text := range oracleInputs {
		f.Add(text)
	}
	f.Fuzz(compareWithOracle)
}
