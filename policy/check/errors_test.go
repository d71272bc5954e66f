package check

import (
	"flag"
	"os"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

var update = flag.Bool("update", false, "rewrite testdata/errors.txt")

// scopeOf returns a scope made of "NAME = expression" and "NAME = {a, b}".
func scopeOf(t testing.TB, definitions ...string) *Scope {
	t.Helper()
	scope := new(Scope)
	var list diag.List
	for _, d := range definitions {
		list = append(list, define(t, scope, d)...)
	}
	if list.Failed() {
		t.Fatal(render(list))
	}
	return scope
}

// define adds one definition to a scope: a constant, a set or "f(x) = body".
func define(t testing.TB, scope *Scope, text string) diag.List {
	t.Helper()
	source := &diag.Source{Name: "definitions", Text: text}
	name, _, _ := strings.Cut(text, " = ")
	at := diag.Span{Source: source, Start: 0, End: len(name)}
	value := diag.Text{Source: source, Base: len(name) + len(" = ")}
	value.String = text[value.Base:]
	if strings.Contains(name, "(") {
		signature, list := filter.ParseSignature(diag.Text{Source: source, String: name})
		body, problems := filter.ParseBody(value)
		if list = append(list, problems...); list.Failed() {
			t.Fatal(render(list))
		}
		return scope.DefineFunction(signature, body)
	}
	if !strings.HasPrefix(value.String, "{") {
		x, list := filter.ParseExpr(value)
		if list.Failed() {
			t.Fatal(render(list))
		}
		return scope.DefineConstant(name, at, x)
	}
	value.String = "0 in " + value.String
	value.Base -= len("0 in ")
	x, list := filter.ParseExpr(value)
	if list.Failed() {
		t.Fatal(render(list))
	}
	return scope.DefineSet(name, at, x.(*filter.In).Set.Members)
}

// TestDiagnostics compares everything that is said about the filters in
// testdata/errors.txt with what stands there. A case is a line "# ABI action",
// the filter, and what is shown.
func TestDiagnostics(t *testing.T) {
	const file = "testdata/errors.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	scope := scopeOf(t,
		"FOREVER = FOREVER2 + 1", "FOREVER2 = FOREVER * 2", "NONSENSE = O_RDONLEE", "ZERO = 1 / 0", "OF_X86 = MAP_32BIT",
		"MINUS = -1", "fd = 3",
		"writes(flags) = flags & O_ACCMODE != O_RDONLY || flags & (O_CREAT | O_TRUNC) != 0",
		"bit(x, n) = x & 1 << n != 0", "is(x, value) = x == value", "is_null(p) = p == 0", "outer(x) = is(x, 0xffffffff)",
		"loops(x) = again(x) + 1", "again(x) = loops(x)", "self(x) = self(x)", "calls_self(x) = self(x) == 1",
		"peeks(x) = args[0] == x && nr != 1", "outside(x) = x == dirfd", "misspelt(mask) = maks == 1", "wrong(x) = x == O_CRAET",
		"set_as_number(x) = x == negatives", "function_as_number(x) = x == is", "no_set(x) = x in nowhere",
		"hides(x) = any(x in {1, 2}: x == 1)", "hides_too(O_CREAT) = O_CREAT == 1", "unused(x, y) = x == 1", "few(x) = is(x)",
		"x86(x) = x & MAP_32BIT != 0", "level0(x) = x ^ x",
		"level1(x) = level0(level0(x))", "level2(x) = level1(level1(x))", "level3(x) = level2(level2(x))", "level4(x) = level3(level3(x))",
		"up_to(x, n) = any(i in 0..n: x == i)", "whence_ok = {SEEK_SET, SEEK_CUR}", "negatives = {1, -1, AT_FDCWD}",
	)
	var b strings.Builder
	for _, block := range strings.Split(string(data), "\n# ")[1:] {
		header, rest, _ := strings.Cut(block, "\n")
		text, want, _ := strings.Cut(rest, "\n")
		if want = strings.TrimRight(want, "\n"); want != "" {
			want += "\n"
		}
		abiName, action, _ := strings.Cut(header, " ")
		abi, ok := arch.ParseABI(abiName)
		if !ok {
			t.Fatalf("no ABI %q in %s", abiName, file)
		}
		in := input(t, abi, text)
		in.Scope = scope
		switch action {
		case "allow":
			in.Action = typed.Allow
		case "log":
			in.Action = typed.Log
		}
		filters, list := Filters(in)
		if list.Failed() && filters != nil {
			t.Errorf("%s: %d filters in spite of an error", text, len(filters))
		}
		got := render(list)
		if got != want && !*update {
			t.Errorf("%s on %s:\n%s\nwant\n%s", text, header, got, want)
		}
		b.WriteString("\n# " + header + "\n" + text + "\n" + got)
	}
	if *update {
		intro, _, _ := strings.Cut(string(data), "\n# ")
		if err := os.WriteFile(file, []byte(intro+b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
