package policies_test

import (
	"slices"
	"strings"
	"testing"

	"sandbox/policies"
)

func TestNames(t *testing.T) {
	names := policies.Names()
	if !slices.IsSorted(names) {
		t.Errorf("Names() = %q, not sorted", names)
	}
	for _, want := range []string{"baseline", "compute", "noexec", "offline"} {
		if !slices.Contains(names, want) {
			t.Errorf("Names() = %q lacks %q", names, want)
		}
	}
}

func TestEveryProfileSaysWhatItIs(t *testing.T) {
	for _, name := range policies.Names() {
		text, ok := policies.Text(name)
		if !ok || !strings.HasPrefix(text, "# ") {
			t.Errorf("%s: the first line is no comment: %.40q", name, text)
		}
		line, ok := policies.Description(name)
		if !ok || line == "" || strings.HasSuffix(line, ".") {
			t.Errorf("Description(%q) = %q, %v; want one line without a full stop", name, line, ok)
		}
	}
}

func TestWhatIsNoProfile(t *testing.T) {
	for _, name := range []string{"", "none", "baseline.toml", "../policies/baseline", "."} {
		if text, ok := policies.Text(name); ok {
			t.Errorf("Text(%q) = %.40q, want none", name, text)
		}
		if line, ok := policies.Description(name); ok {
			t.Errorf("Description(%q) = %q, want none", name, line)
		}
	}
}
