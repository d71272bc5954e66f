package filter

import (
	"strings"
	"testing"

	"sandbox/internal/diag"
)

func TestLimits(t *testing.T) {
	number := strings.Repeat("9", maxNumber)
	for _, test := range []struct {
		name, at, beyond, message string
	}{
		{
			"parentheses",
			strings.Repeat("(", maxDepth-1) + "x" + strings.Repeat(")", maxDepth-1),
			strings.Repeat("(", maxDepth) + "x" + strings.Repeat(")", maxDepth),
			"more than 200 levels of parentheses and operators inside each other",
		},
		{
			"unary operators",
			strings.Repeat("!", maxDepth-1) + "x",
			strings.Repeat("!", maxDepth) + "x",
			"more than 200 levels of parentheses and operators inside each other",
		},
		{
			"casts",
			strings.Repeat("(u32)", maxDepth-1) + "x",
			strings.Repeat("(u32)", maxDepth) + "x",
			"more than 200 levels of parentheses and operators inside each other",
		},
		{
			"indexes",
			strings.Repeat("args[", maxDepth-1) + "x" + strings.Repeat("]", maxDepth-1),
			strings.Repeat("args[", maxDepth) + "x" + strings.Repeat("]", maxDepth),
			"more than 200 levels of parentheses and operators inside each other",
		},
		{
			"operators",
			strings.Repeat("x||", maxOperators) + "x",
			strings.Repeat("x||", maxOperators+1) + "x",
			"more than 8192 operators in one filter",
		},
		{
			"functions",
			strings.Repeat("f(", maxDepth-1) + "x" + strings.Repeat(")", maxDepth-1),
			strings.Repeat("f(", maxDepth) + "x" + strings.Repeat(")", maxDepth),
			"more than 200 levels of parentheses and operators inside each other",
		},
		{
			"loops",
			strings.Repeat("any(x in s: ", maxDepth-1) + "x" + strings.Repeat(")", maxDepth-1),
			strings.Repeat("any(x in s: ", maxDepth) + "x" + strings.Repeat(")", maxDepth),
			"more than 200 levels of parentheses and operators inside each other",
		},
		{"digits", number, number + "9", "a number of 81 characters: no argument is that large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			x, diags := ParseExpr(text(test.at))
			if len(diags) > 0 {
				t.Fatalf("at the limit: %s", diags[0].Message)
			}
			if again, _ := ParseExpr(text(Print(x))); again == nil || Print(again) != Print(x) {
				t.Error("at the limit it is printed wrongly")
			}
			if _, diags := ParseExpr(text(test.beyond)); len(diags) != 1 || diags[0].Message != test.message {
				t.Errorf("beyond the limit: %s", show(diags))
			}
		})
	}
}

func TestManyLocals(t *testing.T) {
	at := strings.Repeat("let a = 1;", maxOperators) + "a"
	x, diags := ParseBody(text(at))
	if len(diags) > 0 {
		t.Fatalf("at the limit: %s", diags[0].Message)
	}
	if again, _ := ParseBody(text(Print(x))); again == nil || Print(again) != Print(x) {
		t.Error("at the limit it is printed wrongly")
	}
	_, diags = ParseBody(text("let a = 1;" + at))
	if len(diags) != 1 || diags[0].Message != "more than 8192 operators in one filter" {
		t.Errorf("beyond the limit: %s", show(diags))
	}
}

// A lot of anything is refused, or parsed, in time that grows with its length
// only; if it grew with the square, this test would take minutes.
func TestLargeInputs(t *testing.T) {
	const size = 1 << 18
	for _, part := range []string{
		"(", ")", "{", "[", "-", "- ", "!", "~", "*", "&", "+", "a", "a ", "a,", "a, ", ",", ":", "a:", "@", "@a,", "#", "#1,", "9", "0x",
		"a+", "a==", "a in ", "a not ", "a in {", "a in {b}&&", "a..", "1..", "a.", "a->", "a[0]", "a[", "f(", "f()", "f(a,", "any(", "any(a in b:", "let a = f(", "(u32)", "(u31)x", "(u31",
		"\"", "\"a\",", "'", "not ", "let ", "let a = 1;", "and ", "a and ", "a|", "a|b,", "a=", "=", ";", "?", "//",
		"\u2260", "\u201c", "\u00a0", "\u200b", "\u0430", "a\u0430", "\xff", "\xc3", "\x00", "\n", "allow ", "errno(", "errno(1)",
	} {
		long := strings.Repeat(part, size/len(part))
		Parse(text(long))
		Parse(text("open: " + long))
		Parse(text("open: x in {" + long))
		ParseExpr(text(long))
		ParseBody(text(long))
		ParseSignature(text(long))
		ParseCall(text(long))
		ParseCall(text("open(" + long))
		ParseAction(text(long))
		if _, _, diags := ParseRule(text(long)); len(diags) > 0 {
			show(diags)
		}
	}
}

func TestManySelectors(t *testing.T) {
	for _, selector := range []string{"read", "!read", "*", "@clock", "#1"} {
		at := strings.Repeat(selector+", ", maxSelectors-1) + selector
		f, diags := Parse(text(at + ": x == 1"))
		if len(diags) > 0 {
			t.Fatalf("%s: at the limit: %s", selector, diags[0].Message)
		}
		if len(f.Selectors) != maxSelectors {
			t.Errorf("%s: %d selectors, want %d", selector, len(f.Selectors), maxSelectors)
		}
		_, diags = Parse(text(at + ", close: x = 1"))
		want := diag.Span{Source: diags[0].Span.Source, Start: len(at) + len(", "), End: len(at) + len(", close")}
		if len(diags) != 1 || diags[0].Message != "more than 4096 system calls in one filter" || diags[0].Span != want {
			t.Errorf("%s: beyond the limit: %s", selector, show(diags))
		}
	}
}

// A long set is no error.
func TestLongSet(t *testing.T) {
	const n = 100000
	f, diags := Parse(text("read: x in {" + strings.Repeat("1, ", n-1) + "1}"))
	if len(diags) > 0 {
		t.Fatal(show(diags))
	}
	if members := f.Body.(*In).Set.Members; len(members) != n {
		t.Errorf("%d members, want %d", len(members), n)
	}
}
