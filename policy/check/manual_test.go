package check

import (
	"os"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// TestManual checks the filters of docs/language.md: those in blocks marked
// "filter" have no mistakes, and those marked "mistake" have some, which are
// shown in the block as they are said. The mark may go on with an ABI, and
// with "allow" where that is the action.
func TestManual(t *testing.T) {
	const file = "../../docs/language.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(data), "```")
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
		case "filter":
			for _, text := range strings.Split(strings.TrimSpace(block), "\n") {
				filters++
				in := input(t, abi, text)
				if _, list := Filters(in); len(list) > 0 {
					t.Errorf("%s\n%s", text, render(list))
				}
			}
		case "mistake":
			mistakes++
			text, said, _ := strings.Cut(block, "\n")
			in := input(t, abi, text)
			in.Action = action
			_, list := Filters(in)
			got := render(list)
			if got == "" || strings.Trim(said, "\n") != strings.Trim(got, "\n") && !*update {
				t.Errorf("%s\nsays\n%s\nand not\n%s", text, got, said)
			}
			parts[i] = mark + "\n" + text + "\n\n" + got
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
