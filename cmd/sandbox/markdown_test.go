package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWriteMarkdown(t *testing.T) {
	for _, tt := range []struct{ name, page, want string }{
		{"a paragraph is reflowed", "one two three\nfour five six\n", "one two three four\nfive six\n"},
		{"paragraphs", "one\n\n\ntwo\n", "one\n\ntwo\n"},
		{"a word that is too long", "one abcdefghijklmnopqrstuvwxyz two", "one\nabcdefghijklmnopqrstuvwxyz\ntwo\n"},
		{"code is kept together", "one two three `a == b` four", "one two three\n`a == b` four\n"},
		{"long code is not", "x `" + strings.Repeat("abcd ", 12) + "e` y", "x `abcd abcd abcd\n" + strings.Repeat("abcd abcd abcd abcd\n", 2) + "abcd e` y\n"},
		{"what is no code", "a ` b", "a ` b\n"},
		{"links", "see [the page](page.md#part), please", "see the page, please\n"},
		{"links in code", "see `[x](y)`", "see `[x](y)`\n"},
		{"brackets", "args[0] and [x]", "args[0] and [x]\n"},
		{"a list", "- one two three four five\n- six\n  seven\n", "- one two three four\n  five\n\n- six seven\n"},
		{"rules", "```rule mistake\ndeny a\ndeny 'b'\n```\n\n```rule remedy\ndeny c\n```\n", "mistake:\n    -e 'deny a'\n    -e 'deny '\\''b'\\'''\n\ninstead:\n    -e 'deny c'\n"},
		{"a policy", "```toml mistake\nversion = 1\n\n[[rule]]\n```\n", "mistake:\n    version = 1\n\n    [[rule]]\n"},
		{"commands", "```console\n$ sandbox  check\n- no item\n```\nnext", "    $ sandbox  check\n    - no item\n\nnext\n"},
		{"letters of more bytes", "äöü äöü äöü äöü äöü äöü", "äöü äöü äöü äöü äöü\näöü\n"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			writeMarkdown(&got, tt.page, 20)
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestErrorPagesAsText checks that the pages keep to the Markdown that
// writeMarkdown knows.
func TestErrorPagesAsText(t *testing.T) {
	pages := 0
	for page := range errorPages {
		pages++
		var text strings.Builder
		writeMarkdown(&text, page.body, 80)
		for line := range strings.Lines(text.String()) {
			line = strings.TrimRight(line, "\n")
			if strings.HasPrefix(line, "    ") {
				continue // code
			}
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%s: %d columns: %s", page.code, n, line)
			}
			for _, mark := range []string{"](", "|--", "```", "####"} {
				if strings.Contains(line, mark) {
					t.Errorf("%s: %q in the text: %s", page.code, mark, line)
				}
			}
		}
	}
	if pages == 0 {
		t.Error("there are no pages")
	}
}

func TestCodeIn(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"E0401", "E0401"},
		{"w0101", "W0101"},
		{"error[E0401]", "E0401"},
		{"error[E0401]:", "E0401"},
		{"warning[W0101]", "W0101"},
		{"[E0401]", "E0401"},
		{"E", ""},
		{"read", ""},
		{"E0401()", ""},
		{"other[E0401]", ""},
		{"[E0401", ""},
		{"", ""},
		{"-", ""},
	} {
		got, ok := codeIn(tt.text)
		if string(got) != tt.want || ok != (tt.want != "") {
			t.Errorf("codeIn(%q) = %q, %v; want %q", tt.text, got, ok, tt.want)
		}
	}
}
