package policy_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
)

// TestHostile loads what is written to keep a reader busy: up to the most that
// a policy may have. What it costs is bounded by what it allocates, as a
// count tells more reliably than a clock; unbounded, each case takes gigabytes.
func TestHostile(t *testing.T) {
	const (
		head      = "version = 1\ndefault = \"errno(EPERM)\"\n"
		most      = 1 << 20   // the bytes that a policy may have
		allocated = 600 << 20 // the bytes that loading it may take
	)
	rule := func(filters string) string { return "[[rule]]\naction = \"errno(1)\"\nfilters = [" + filters + "]\n" }
	fill := func(part string) string { return strings.Repeat(part, (most-1000)/len(part)) }
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < most-1000; i++ {
			fmt.Fprintf(&b, format, i, i+1)
		}
		return b.String()
	}
	everywhere := "abi = [\"x86_64\""
	for _, abi := range arch.ABIs() {
		if abi != arch.X86_64 {
			everywhere += ", \"" + abi.String() + "\""
		}
	}
	everywhere += "]\n"
	for _, test := range []struct {
		name, text, message string
	}{
		{"selectors", rule(`"` + fill("*,") + `*"`), "more than 4096 system calls in one filter"},
		{"everything in each filter", rule(fill(`"*",`)), "the policy is too large with its groups"},
		{"a group in each filter", rule(fill(`"@default",`)), "the policy is too large with its groups"},
		{"a condition on everything", rule(fill(`"*: args[0] == 1",`)), "the policy is too large with its groups"},
		{"many selectors in each filter", rule(fill(`"` + strings.Repeat("*,", 4000) + `*",`)), "the policy is too large with its groups"},
		{"operators", rule(`"read: ` + fill("fd == 1 || ") + `fd == 2"`), "more than 8192 operators in one filter"},
		{"parentheses", rule(`"read: ` + fill("(") + `fd"`), "more than 200 levels of parentheses"},
		{"a chain of constants", "[const]\n" + numbered("A%d = \"A%d + 1\"\n"), "A1000 stands at the end of more than 1000 definitions"},
		{"a long key", "a" + fill(".a") + " = 1\n", "nested too deeply"},
		{"a long header", "[a" + fill(".a") + "]\n", "nested too deeply"},
		{"nested arrays", "a = " + fill("["), "not valid TOML"},
		{"nested tables", "a = " + fill("{a="), "not valid TOML"},
		{"unknown keys", numbered("k%d = %d\n"), `unknown key "k0"`},
		{"unknown calls", rule(fill(`"reed",`)), "unknown system call reed"},
		{"mistakes", rule(fill(`"read: fd = 1",`)), "a filter cannot assign"},
		{"a large loop", rule(`"read: any(i in 0..1000000000: fd == i)"`), "the condition is too large"},
		{"loops", rule(fill(`"read: any(i in 0..4096: fd == i)",`)), "the policy is too large with its groups"},
		{"functions", "[func]\n" + numbered("\"f%d(x)\" = \"f%d(x)\"\n"), "functions are more than 16384"},
		{"large numbers", rule(fill(`"read: count == ` + strings.Repeat("9", 80) + `",`)), "number out of range"},
		{"shifts", rule(fill(`"read: count == 1 << 65536 << 65536",`)), "shift count 65536 is out of range"},
		{"a comment", "#" + fill("x") + "\n" + rule(`"read"`), ""},
		{"a long set", "[set]\ns = [" + fill(`"1", `) + "]\n" + rule(`"read: fd in s"`), "members, more than 16384"},
		{"a long set in each filter", "[set]\ns = [" + strings.Repeat("\"1\", ", 16000) + "]\n" + rule(strings.Repeat(`"read: fd in s",`, 32000)), "the policy is too large with its groups, sets"},
		{"a long set in one filter", "[set]\ns = [" + strings.Repeat("\"1\", ", 16000) + "]\n" + rule(`"read: `+strings.Repeat("fd in s || ", 4000)+`fd == 3"`), "the condition is too large"},
		{"filters in rules", fill(rule(`"read"`) + rule(`"read","read","read","read"`)), "the file has more than 32768 filters"},
		{"filters", rule(fill(`"read",`)), "the file has more than 32768 filters"},
		{"filters on all ABIs", everywhere + rule(strings.Repeat(`"ioctl: cmd == 3",`, 10000)), "the policy is too large"},
		{"rules on all ABIs", everywhere + fill(rule(`"read"`)), "the policy is too large"},
		{"actions that are none", fill("[[rule]]\naction = \"errno(EPREM)\"\nfilters = [\"read\"]\n"), "EPREM is no errno"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := head + test.text
			if len(text) > most {
				t.Fatalf("the text has %d bytes", len(text))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, list := load(text)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > allocated {
				t.Errorf("loading takes %d MB", took>>20)
			} else {
				t.Logf("loading takes %d MB", took>>20)
			}
			if test.message == "" {
				if list.Failed() {
					t.Errorf("fails: %v", list.Err())
				}
				return
			}
			for i := range list {
				if list[i].Severity == diag.Error && strings.Contains(list[i].Message, test.message) {
					return
				}
			}
			t.Errorf("does not say %q: %v", test.message, list.Err())
		})
	}
}
