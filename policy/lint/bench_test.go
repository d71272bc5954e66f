package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"sandbox/policy/lint"
)

// BenchmarkPolicy is for a policy of 2,000 rules about one call, each with a
// condition of its own.
func BenchmarkPolicy(b *testing.B) {
	var text strings.Builder
	text.WriteString("version = 1\ndefault = 'errno(EPERM)'\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "[[rule]]\naction = 'allow'\nfilters = ['ioctl: cmd == %d']\n", 3*i)
	}
	if path := os.Getenv("POLICY"); path != "" {
		t, _ := os.ReadFile(path)
		text.Reset()
		text.Write(t)
	}
	loaded := load(b, "big.toml", func(string) (string, error) { return text.String(), nil })
	b.ReportAllocs()
	for b.Loop() {
		lint.Policy(loaded)
	}
}
