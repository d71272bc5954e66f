package main

import (
	"os"
	"strings"
)

// writeFacts writes a file of facts: its head, which are comment lines, and
// then lines of tab-separated fields.
func writeFacts(path, head string, body func(line func(fields ...string))) error {
	var b strings.Builder
	b.WriteString(head)
	body(func(fields ...string) {
		b.WriteString(strings.Join(fields, "\t") + "\n")
	})
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
