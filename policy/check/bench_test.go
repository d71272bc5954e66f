package check

import (
	"strings"
	"testing"

	"sandbox/arch"
)

// BenchmarkNames checks one filter with every name of the table, as the large
// allow list of a container profile has.
func BenchmarkNames(b *testing.B) {
	var names []string
	table := arch.X86_64.Syscalls()
	for i := range table {
		names = append(names, table[i].Name)
	}
	in := input(b, arch.X86_64, strings.Join(names, ", "))
	b.ReportAllocs()
	for b.Loop() {
		check(b, in)
	}
}

// BenchmarkCondition checks filters on arguments.
func BenchmarkCondition(b *testing.B) {
	for _, text := range []string{
		"personality: personality == 0x20008",
		"open, openat: flags & O_ACCMODE == O_RDONLY && flags & (O_CREAT | O_TRUNC) == 0",
		"ioctl: cmd not in {TIOCSTI, TIOCLINUX, 1, 2, 3, 4}",
	} {
		name, _, _ := strings.Cut(text, ":")
		in := input(b, arch.X86_64, text)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check(b, in)
			}
		})
	}
}
