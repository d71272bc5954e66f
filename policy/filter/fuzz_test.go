package filter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sandbox/internal/diag"
)

// FuzzParse checks that no text panics, that every place lies inside the text
// and inside the place around it, and that printing keeps the tree.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/errors/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		seeds, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(seeds)) {
			if input, ok := strings.CutPrefix(line, "> "); ok {
				f.Add(strings.TrimSuffix(input, "\n"))
			}
		}
	}
	f.Add("open, !@basic-io, *, #-1: (u32)args[1] & ~O_CREAT not in {A, B|C} || x in 0..6 && !(- -1 < y)")
	f.Add("errno(EPERM) openat: flags == 0")
	f.Add("openat: let t = f(flags, 1); let u = t; any(i in 0..6: args[i] == u) && !all(x in {A, B}: g() != x)")
	f.Add("only(x, mask)")
	f.Add("any(A in{}%0)")
	f.Fuzz(func(t *testing.T, input string) {
		const before, after = "\xfe", "\xff" // no text may reach out to its neighbours
		src := &diag.Source{Name: "in", Text: before + input + after}
		in := diag.Text{Source: src, String: input, Base: len(before)}
		around := in.Span(0, len(input))

		filter, diags := Parse(in)
		checkDiagnostics(t, diags, around, filter == nil)
		if filter != nil {
			checkFilterSpans(t, filter, around)
			if err := checkPrinted(filter); err != nil {
				t.Error(err)
			}
		}
		x, diags := ParseExpr(in)
		checkDiagnostics(t, diags, around, x == nil)
		if x != nil {
			checkSpans(t, x, around)
			again, diags := ParseExpr(text(Print(x)))
			if len(diags) > 0 || dump(again) != dump(x) {
				t.Errorf("%q is printed as %q", input, Print(x))
			}
		}
		call, diags := ParseCall(in)
		checkDiagnostics(t, diags, around, call == nil)
		if call != nil {
			checkInside(t, "call", call.Span, around)
			for _, x := range call.Args {
				checkSpans(t, x, call.Span)
			}
			if again, _ := ParseCall(text(call.String())); again == nil || dumpCall(again) != dumpCall(call) {
				t.Errorf("%q is printed as %q", input, call)
			}
		}
		body, diags := ParseBody(in)
		checkDiagnostics(t, diags, around, body == nil)
		if body != nil {
			checkSpans(t, body, around)
			again, diags := ParseBody(text(Print(body)))
			if len(diags) > 0 || dump(again) != dump(body) {
				t.Errorf("%q is printed as %q", input, Print(body))
			}
		}
		signature, diags := ParseSignature(in)
		checkDiagnostics(t, diags, around, signature == nil)
		if signature != nil {
			checkInside(t, "signature", signature.At, around)
			for _, param := range signature.Params {
				checkInside(t, "parameter", param.At, signature.At)
			}
			if again, _ := ParseSignature(text(signature.String())); again == nil || again.String() != signature.String() {
				t.Errorf("%q is printed as %q", input, signature)
			}
		}
		action, diags := ParseAction(in)
		checkDiagnostics(t, diags, around, action == nil)
		checkAction(t, action, around)

		action, filter, diags = ParseRule(in)
		checkDiagnostics(t, diags, around, action == nil && (filter == nil || diags.Failed()))
		checkAction(t, action, around)
		if filter != nil {
			checkFilterSpans(t, filter, around)
		} else if action != nil {
			t.Errorf("an action and no filter in %q", input)
		}
	})
}

func checkAction(t *testing.T, a *Action, around diag.Span) {
	t.Helper()
	if a == nil {
		return
	}
	checkInside(t, "action", a.At, around)
	checkInside(t, "action's name", a.NameAt, a.At)
	if a.Arg != nil {
		checkSpans(t, a.Arg, a.At)
	}
	if again, _ := ParseAction(text(a.String())); again == nil || dumpAction(again) != dumpAction(a) {
		t.Errorf("%q is printed so", a)
	}
}

func checkDiagnostics(t *testing.T, l diag.List, around diag.Span, failed bool) {
	t.Helper()
	if l.Failed() != failed {
		t.Errorf("failed %v, diagnostics:\n%s", failed, show(l))
	}
	if len(l) > maxErrors {
		t.Errorf("%d diagnostics", len(l))
	}
	for _, d := range l {
		checkInside(t, d.Message, d.Span, around)
		for _, r := range d.Related {
			checkInside(t, r.Message, r.Span, around)
		}
		if d.Message == "" || len(d.Message) > 300 {
			t.Errorf("message %q", d.Message)
		}
	}
	if strings.ContainsFunc(show(l), func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }) {
		t.Errorf("control characters in %q", show(l))
	}
}

func checkFilterSpans(t *testing.T, f *Filter, around diag.Span) {
	t.Helper()
	checkInside(t, "filter", f.Span, around)
	for _, s := range f.Selectors {
		checkInside(t, s.String(), s.Span, f.Span)
	}
	if f.Body != nil {
		checkSpans(t, f.Body, f.Span)
	}
}

func checkSpans(t *testing.T, x Expr, around diag.Span) {
	t.Helper()
	at := x.Span()
	checkInside(t, fmt.Sprintf("%T %s", x, Print(x)), at, around)
	switch x := x.(type) {
	case *Index:
		checkSpans(t, x.Base, at)
		checkSpans(t, x.Index, at)
	case *Unary:
		checkSpans(t, x.X, at)
	case *Cast:
		checkInside(t, "type", x.TypeAt, at)
		checkSpans(t, x.X, at)
	case *Binary:
		checkInside(t, "operator", x.OpAt, at)
		checkSpans(t, x.X, at)
		checkSpans(t, x.Y, at)
	case *In:
		checkInside(t, "in", x.OpAt, at)
		checkInside(t, "set", x.Set.At, at)
		checkSpans(t, x.X, at)
		if x.Set.Name != nil {
			checkSpans(t, x.Set.Name, x.Set.At)
		}
		if x.Set.Low != nil {
			checkSpans(t, x.Set.Low, x.Set.At)
			checkSpans(t, x.Set.High, x.Set.At)
		}
		for _, m := range x.Set.Members {
			checkSpans(t, m, x.Set.At)
		}
	case *Paren:
		checkSpans(t, x.X, at)
	case *Apply:
		checkSpans(t, x.Func, at)
		for _, arg := range x.Args {
			checkSpans(t, arg, at)
		}
	case *Quantifier:
		checkSpans(t, x.Var, at)
		checkInside(t, "set", x.Set.At, at)
		checkSpans(t, x.Body, at)
	case *Let:
		checkSpans(t, x.Name, at)
		checkSpans(t, x.Value, at)
		checkSpans(t, x.Body, at)
	}
}

func checkInside(t *testing.T, what string, inner, outer diag.Span) {
	t.Helper()
	if inner.Source != outer.Source || inner.Start > inner.End || inner.Start < outer.Start || inner.End > outer.End {
		t.Errorf("%s is at %d..%d, outside %d..%d", what, inner.Start, inner.End, outer.Start, outer.End)
	}
}
