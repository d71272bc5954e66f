package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// TestEncoderEscapes: no character of a text gets out that is not shown, and the
// value stays what it was.
func TestEncoderEscapes(t *testing.T) {
	var all strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r < 0xd800 || r > 0xdfff {
			all.WriteRune(r)
		}
	}
	for _, text := range []string{
		"", "plain, \u00fc and \u4e2d stay", `a\u001b\nb"<&>`,
		"\x7f\u009b31m \u202e \u2066 \U000e0041", "\u009b", "end\u202e", all.String(),
	} {
		var b bytes.Buffer
		if err := newEncoder(&b).Encode(map[string]string{text: text}); err != nil {
			t.Fatal(err)
		}
		line, ended := strings.CutSuffix(b.String(), "\n")
		if bad := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); !ended || bad >= 0 {
			t.Errorf("%.40q: %.20q at %d is not shown", text, line[max(bad, 0):], bad)
		}
		var got map[string]string
		if err := json.Unmarshal(b.Bytes(), &got); err != nil || got[text] != text {
			t.Errorf("%.40q: read as %.40q (%v)", text, got[text], err)
		}
	}
	var b bytes.Buffer
	if err := newEncoder(&b).Encode("\u00fc <\u4e2d>"); err != nil || b.String() != "\"\u00fc <\u4e2d>\"\n" {
		t.Errorf("what is shown is to stay: %q (%v)", b.String(), err)
	}
}
