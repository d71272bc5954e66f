package check

import (
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// input parses a filter; the test fails if that does.
func input(t testing.TB, abi arch.ABI, text string) Input {
	t.Helper()
	source := &diag.Source{Name: "filter", Text: text}
	f, list := filter.Parse(source.Whole())
	if list.Failed() {
		t.Fatalf("%s: does not parse:\n%s", text, render(list))
	}
	return Input{Filter: f, Text: text, ABI: abi, Action: typed.Errno, Position: position}
}

func position(at diag.Span) typed.Position {
	line, column := at.Position()
	return typed.Position{File: at.Source.Name, Line: line, Column: column}
}

func render(list diag.List) string { return string(diag.Style{}.Append(nil, list)) }

// check checks a filter that has no mistake.
func check(t testing.TB, in Input) []typed.Filter {
	t.Helper()
	filters, list := Filters(in)
	if list.Failed() {
		t.Fatalf("%s on %s:\n%s", in.Text, in.ABI, render(list))
	}
	return filters
}

func dumpFilters(filters []typed.Filter) string {
	lines := make([]string, len(filters))
	for i := range filters {
		lines[i] = dumpFilter(&filters[i])
	}
	return strings.Join(lines, "\n")
}

// TestManyMistakes checks a filter as large as a policy file may be, in which
// nothing is right. Looking for what was meant each time would take minutes.
func TestManyMistakes(t *testing.T) {
	const n = 4000 // a filter has no more
	names := strings.Repeat("nosuchcall, ", n) + "read"
	_, list := Filters(input(t, arch.X86_64, names+": NO_SUCH + 1 == 1 || no_such == 2"))
	unknown := 0
	for i := range list {
		if list[i].Message == "unknown system call nosuchcall" {
			unknown++
		}
	}
	if unknown != n {
		t.Errorf("%d of %d unknown calls were reported", unknown, n)
	}
}
