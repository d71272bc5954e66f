package check

import (
	"os"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// TestManual checks the filters of docs/language.md: those in blocks marked
// "filter" have no mistakes, and those marked "mistake" have some, which are
// shown in the block as they are said. The mark may go on with an ABI, and
// with "allow" where that is the action. Functions in blocks marked "toml" can
// be used in all of them. The page has the standard functions as they are.
func TestManual(t *testing.T) {
	const file = "../../docs/language.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(data), "```")
	scope := new(Scope)
	filters, mistakes := 0, 0
	for i := 1; i < len(parts); i += 2 {
		mark, block, _ := strings.Cut(parts[i], "\n")
		words := strings.Fields(mark)
		if len(words) == 0 {
			t.Fatalf("a block without a mark: %s", block)
		}
		abi, action := arch.X86_64, typed.Errno
		for _, word := range words[1:] {
			if word == "allow" {
				action = typed.Allow
			} else if parsed, ok := arch.ParseABI(word); ok {
				abi = parsed
			} else {
				t.Fatalf("%q is no mark", mark)
			}
		}
		switch words[0] {
		case "toml":
			for line := range strings.Lines(block) {
				if strings.HasPrefix(line, `"`) {
					defineLine(t, scope, strings.TrimSpace(line))
				}
			}
		case "filter":
			for _, text := range strings.Split(strings.TrimSpace(block), "\n") {
				filters++
				in := input(t, abi, text)
				in.Action, in.Scope = action, scope
				if _, list := Filters(in); len(list) > 0 {
					t.Errorf("%s\n%s", text, render(list))
				}
			}
		case "mistake":
			mistakes++
			text, said, _ := strings.Cut(block, "\n")
			in := input(t, abi, text)
			in.Action, in.Scope = action, scope
			_, list := Filters(in)
			got := render(list)
			if got == "" || strings.Trim(said, "\n") != strings.Trim(got, "\n") && !*update {
				t.Errorf("%s\nsays\n%s\nand not\n%s", text, got, said)
			}
			parts[i] = mark + "\n" + text + "\n\n" + got
		}
	}
	for i := range standard {
		escape := strings.NewReplacer("|", `\|`)
		row := "| `" + standard[i].signature + "` | `" + escape.Replace(standard[i].body) + "` |"
		if strings.Count(string(data), row) != 1 {
			t.Errorf("there is no row %s", row)
		}
	}
	if filters < 20 || mistakes < 8 {
		t.Errorf("%d filters and %d mistakes", filters, mistakes)
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(parts, "```")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// defineLine adds a line of [func] to a scope.
func defineLine(t *testing.T, scope *Scope, line string) {
	t.Helper()
	key, value, _ := strings.Cut(line, " = ")
	source := &diag.Source{Name: "app.toml", Text: line}
	inside := func(quoted string, from int) diag.Text {
		return diag.Text{Source: source, String: strings.Trim(quoted, `" `), Base: from + 1}
	}
	signature, list := filter.ParseSignature(inside(key, 0))
	body, problems := filter.ParseBody(inside(value, len(key)+len(" = ")))
	if list = append(list, problems...); list.Failed() {
		t.Fatal(render(list))
	}
	if list := scope.DefineFunction(signature, body); list != nil {
		t.Fatal(render(list))
	}
}
