package diag

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at returns the span of the nth-first occurrence of marked in the source.
func at(src *Source, marked string) Span {
	i := strings.Index(src.Text, marked)
	if i < 0 {
		panic("not in the source: " + marked)
	}
	return Span{src, i, i + len(marked)}
}

func source(text string) *Source { return &Source{Name: "app.toml", Text: text} }

func TestAppend(t *testing.T) {
	policy := source("version = 1\n\n[[rule]]\naction = \"allow\"\nfilters = [\n  \"opennat: flags == 0\",\n\t\"read\",\t\"wriet\",\n]\n")
	multi := source("a = \"\"\"\n  one\n  two\n  three\"\"\"\nb = 1\n")
	rule := &Source{Name: "-e 1", Text: "deny socket: domain = AF_INET"}

	for _, test := range []struct {
		name string
		list func(l *List)
		want string
	}{
		{
			"an error with all its parts",
			func(l *List) {
				l.Reportf("E0001", at(policy, "opennat"), "unknown syscall opennat").Labelf("not in any ABI's table").
					Hintf("did you mean openat?").Hintf("sandbox syscalls lists all names")
			},
			`
sandbox: app.toml:6:4: error[E0001]: unknown syscall opennat
  |
6 |   "opennat: flags == 0",
  |    ^^^^^^^ not in any ABI's table
hint: did you mean openat?
hint: sandbox syscalls lists all names
`,
		},
		{
			"tabs keep the carets in place",
			func(l *List) { l.Reportf("E0001", at(policy, "wriet"), "unknown syscall wriet") },
			"\nsandbox: app.toml:7:11: error[E0001]: unknown syscall wriet\n" +
				"  |\n" +
				"7 | \t\"read\",\t\"wriet\",\n" +
				"  | \t       \t ^^^^^\n",
		},
		{
			"tabs inside the span and at its end",
			func(l *List) {
				l.Reportf("E0001", at(policy, "\",\t\"wr"), "inside")
				l.Reportf("E0001", at(policy, ",\t"), "at the end")
			},
			"\nsandbox: app.toml:7:7: error[E0001]: inside\n" +
				"  |\n" +
				"7 | \t\"read\",\t\"wriet\",\n" +
				"  | \t     ^^\t^^^\n" +
				"sandbox: app.toml:7:8: error[E0001]: at the end\n" +
				"  |\n" +
				"7 | \t\"read\",\t\"wriet\",\n" +
				"  | \t      ^^\n",
		},
		{
			"warnings and notes say so",
			func(l *List) {
				l.Reportf("W0001", at(policy, "allow"), "nothing is denied")
				l.Notef(Span{}, "done")
			},
			`
sandbox: app.toml:4:11: warning[W0001]: nothing is denied
  |
4 | action = "allow"
  |           ^^^^^
sandbox: note: done
`,
		},
		{
			"no place",
			func(l *List) {
				l.Reportf("E0001", Span{}, "no policy").Labelf("never shown").Hintf("give one with -p")
			},
			`
sandbox: error[E0001]: no policy
hint: give one with -p
`,
		},
		{
			"an empty source",
			func(l *List) { l.Reportf("E0001", Span{Source: source("")}, "the policy is empty") },
			`
sandbox: app.toml:1:1: error[E0001]: the policy is empty
`,
		},
		{
			"related places, also in another source",
			func(l *List) {
				l.Reportf("E0001", at(rule, "AF_INET"), "no").Notef(at(policy, "version"), "first").Notef(Span{}, "somewhere").Hintf("try")
			},
			`
sandbox: -e 1:1:23: error[E0001]: no
  |
1 | deny socket: domain = AF_INET
  |                       ^^^^^^^
note: app.toml:1:1: first
  |
1 | version = 1
  | ^^^^^^^
note: somewhere
hint: try
`,
		},
		{
			"the gutter fits the largest number",
			func(l *List) {
				long := source(strings.Repeat("x\n", 99) + "last\n")
				l.Reportf("E0001", at(long, "last"), "late").Notef(Span{long, 0, 1}, "early")
			},
			`
sandbox: app.toml:100:1: error[E0001]: late
    |
100 | last
    | ^^^^
note: app.toml:1:1: early
    |
  1 | x
    | ^
`,
		},
		{
			"two lines",
			func(l *List) { l.Reportf("E0001", at(multi, "one\n  two"), "two").Labelf("here") },
			`
sandbox: app.toml:2:3: error[E0001]: two
  |
2 |   one
  |   ^^^
3 |   two
  |   ^^^ here
`,
		},
		{
			"many lines",
			func(l *List) {
				l.Reportf("E0001", at(multi, "\"\"\"\n  one\n  two\n  three\"\"\""), "many").Labelf("ends here")
			},
			`
sandbox: app.toml:1:5: error[E0001]: many
  |
1 | a = """
  |     ^^^
...
4 |   three"""
  |   ^^^^^^^^ ends here
`,
		},
		{
			"a span that ends with a line break",
			func(l *List) { l.Reportf("E0001", at(multi, "two\n"), "break") },
			`
sandbox: app.toml:3:3: error[E0001]: break
  |
3 |   two
  |   ^^^
`,
		},
		{
			"empty spans: inside, at the end of a line, on an empty line, at the end",
			func(l *List) {
				l.Reportf("E0001", Span{policy, 1, 1}, "inside")
				l.Reportf("E0001", Span{policy, 11, 11}, "line end")
				l.Reportf("E0001", Span{policy, 12, 12}, "empty line")
				l.Reportf("E0001", Span{policy, len(policy.Text), len(policy.Text)}, "end")
				l.Reportf("E0001", Span{rule, len(rule.Text), len(rule.Text)}, "end without a line break").Labelf("more")
			},
			`
sandbox: app.toml:1:2: error[E0001]: inside
  |
1 | version = 1
  |  ^
sandbox: app.toml:1:12: error[E0001]: line end
  |
1 | version = 1
  |            ^
sandbox: app.toml:2:1: error[E0001]: empty line
  |
2 |
  | ^
sandbox: app.toml:9:1: error[E0001]: end
  |
9 |
  | ^
sandbox: -e 1:1:30: error[E0001]: end without a line break
  |
1 | deny socket: domain = AF_INET
  |                              ^ more
`,
		},
		{
			"a span beyond the source",
			func(l *List) { l.Reportf("E0001", Span{rule, 20, 1000}, "beyond") },
			`
sandbox: -e 1:1:21: error[E0001]: beyond
  |
1 | deny socket: domain = AF_INET
  |                     ^^^^^^^^^
`,
		},
		{
			"line breaks of Windows",
			func(l *List) {
				src := source("one\r\ntwo\r\n")
				l.Reportf("E0001", at(src, "one\r\n"), "one")
				l.Reportf("E0001", at(src, "two"), "two")
			},
			`
sandbox: app.toml:1:1: error[E0001]: one
  |
1 | one
  | ^^^
sandbox: app.toml:2:1: error[E0001]: two
  |
2 | two
  | ^^^
`,
		},
		{
			"what a terminal would obey is escaped",
			func(l *List) {
				src := &Source{Name: "a\x1b]0;b\a.toml", Text: "x\x1b[2J\x00\x7f\xff\u202e\u200by\u009b z"}
				l.Reportf("E0001", at(src, "y"), "see \x1b[31m\n\tthis").Labelf("\r\x1b").Hintf("\u2066\xf0").Notef(Span{}, "\b")
			},
			`
sandbox: a\x1b]0;b\x07.toml:1:15: error[E0001]: see \x1b[31m\x0a this
  |
1 | x\x1b[2J\x00\x7f\xff\u{202e}\u{200b}y\u{9b} z
  |                                     ^ \x0d\x1b
note: \x08
hint: \u{2066}\xf0
`,
		},
		{
			"an escaped character has carets under all of its escape",
			func(l *List) {
				src := source("a \x01 b")
				l.Reportf("E0001", at(src, "\x01"), "control")
			},
			`
sandbox: app.toml:1:3: error[E0001]: control
  |
1 | a \x01 b
  |   ^^^^
`,
		},
		{
			"wide and combining characters",
			func(l *List) {
				src := source("# \u65e5\u672c e\u0301 x \u2260")
				l.Reportf("E0001", at(src, "x"), "letter")
				l.Reportf("E0001", at(src, "\u672c"), "wide")
				l.Reportf("E0001", at(src, "\u2260"), "not ASCII")
			},
			"\nsandbox: app.toml:1:14: error[E0001]: letter\n" +
				"  |\n" +
				"1 | # \u65e5\u672c e\u0301 x \u2260\n" +
				"  |          ^\n" +
				"sandbox: app.toml:1:6: error[E0001]: wide\n" +
				"  |\n" +
				"1 | # \u65e5\u672c e\u0301 x \u2260\n" +
				"  |     ^^\n" +
				"sandbox: app.toml:1:16: error[E0001]: not ASCII\n" +
				"  |\n" +
				"1 | # \u65e5\u672c e\u0301 x \u2260\n" +
				"  |            ^\n",
		},
		{
			"long lines are cut around the span",
			func(l *List) {
				src := source(strings.Repeat("a", 300) + "<X>" + strings.Repeat("b", 300))
				l.Reportf("E0001", at(src, "<X>"), "middle").Labelf("here")
				l.Reportf("E0001", Span{src, 0, 1}, "start")
				l.Reportf("E0001", Span{src, len(src.Text) - 1, len(src.Text)}, "end")
				l.Reportf("E0001", Span{src, 290, 590}, "long")
			},
			"\nsandbox: app.toml:1:301: error[E0001]: middle\n" +
				"  |\n" +
				"1 | ..." + strings.Repeat("a", 60) + "<X>" + strings.Repeat("b", 97) + "...\n" +
				"  |    " + strings.Repeat(" ", 60) + "^^^ here\n" +
				"sandbox: app.toml:1:1: error[E0001]: start\n" +
				"  |\n" +
				"1 | " + strings.Repeat("a", 160) + "...\n" +
				"  | ^\n" +
				"sandbox: app.toml:1:603: error[E0001]: end\n" +
				"  |\n" +
				"1 | ..." + strings.Repeat("b", 160) + "\n" +
				"  |    " + strings.Repeat(" ", 159) + "^\n" +
				"sandbox: app.toml:1:291: error[E0001]: long\n" +
				"  |\n" +
				"1 | ..." + strings.Repeat("a", 70) + "<X>" + strings.Repeat("b", 87) + "...\n" +
				"  |    " + strings.Repeat(" ", 60) + strings.Repeat("^", 100) + "\n",
		},
		{
			"a line of 160 columns is not cut",
			func(l *List) {
				src := source(strings.Repeat("a", 159) + "b")
				l.Reportf("E0001", at(src, "b"), "all")
			},
			"\nsandbox: app.toml:1:160: error[E0001]: all\n" +
				"  |\n" +
				"1 | " + strings.Repeat("a", 159) + "b\n" +
				"  | " + strings.Repeat(" ", 159) + "^\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l List
			test.list(&l)
			got := "\n" + string(Style{Prefix: "sandbox: "}.Append(nil, l))
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestColor(t *testing.T) {
	src := source("x = 1\n")
	var l List
	l.Reportf("W0001", Span{src, 0, 1}, "odd \x1b[0m").Labelf("this").Hintf("no").Notef(Span{src, 4, 5}, "see")
	got := string(Style{Prefix: "s: ", Color: true}.Append(nil, l))
	want := "s: app.toml:1:1: \x1b[1;33mwarning[W0001]:\x1b[0m \x1b[1modd \\x1b[0m\x1b[0m\n" +
		"\x1b[34m  |\x1b[0m\n" +
		"\x1b[34m1 |\x1b[0m x = 1\n" +
		"\x1b[34m  |\x1b[0m \x1b[1;33m^ this\x1b[0m\n" +
		"\x1b[1;36mnote:\x1b[0m app.toml:1:5: see\n" +
		"\x1b[34m  |\x1b[0m\n" +
		"\x1b[34m1 |\x1b[0m x = 1\n" +
		"\x1b[34m  |\x1b[0m     \x1b[1;36m^\x1b[0m\n" +
		"\x1b[1;36mhint:\x1b[0m no\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestLimit(t *testing.T) {
	var l List
	for range 5 {
		l.Reportf("E0001", Span{}, "bad")
	}
	for _, test := range []struct {
		limit int
		want  string
	}{
		{0, strings.Repeat("error[E0001]: bad\n", 5)},
		{5, strings.Repeat("error[E0001]: bad\n", 5)},
		{2, "error[E0001]: bad\nerror[E0001]: bad\n3 more not shown\n"},
	} {
		var b bytes.Buffer
		if err := (Style{Limit: test.limit}).Write(&b, l); err != nil || b.String() != test.want {
			t.Errorf("limit %d: %q, %v", test.limit, b.String(), err)
		}
	}
}

// FuzzAppend shows arbitrary spans of arbitrary sources: nothing but printable
// lines comes out, and carets under each excerpt.
func FuzzAppend(f *testing.F) {
	f.Add("a\n\tb\r\n", 1, 4)
	f.Add("\xff\x00\u202e", 0, 2)
	f.Add(strings.Repeat("x\t", 200), 150, 390)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		src := &Source{Name: "f", Text: text}
		l := List{{Span: Span{src, start, end}, Message: text, Label: text, Hints: []string{text}}}
		got := string(Style{}.Append(nil, l))
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			t.Errorf("control characters in %q", got)
		}
		lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
		if text != "" && (len(lines) < 5 || !strings.Contains(lines[3], "^")) {
			t.Errorf("no carets in\n%s", got)
		}
		for _, line := range lines[1 : len(lines)-1] {
			if strings.HasSuffix(line, "|") || strings.HasSuffix(line, "| ") {
				continue
			}
			if body, _, _ := strings.Cut(line, "^"); len(body) > 5*maxColumns {
				t.Errorf("a line of %d bytes", len(body))
			}
		}
		l[0].Record()
	})
}
