package filter

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkParse measures what the launcher waits for: a long list of system
// calls, and a condition.
func BenchmarkParse(b *testing.B) {
	names := make([]string, 400)
	for i := range names {
		names[i] = fmt.Sprintf("syscall_%d", i)
	}
	for name, filter := range map[string]string{
		"names":     strings.Join(names, ", "),
		"condition": "socket: domain in {AF_UNIX, AF_INET} && type & 0xf == SOCK_STREAM",
	} {
		b.Run(name, func(b *testing.B) {
			in := text(filter)
			b.ReportAllocs()
			for b.Loop() {
				if _, diags := Parse(in); len(diags) > 0 {
					b.Fatal(show(diags))
				}
			}
		})
	}
}
