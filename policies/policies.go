// Package policies holds the profiles that ship with sandbox: annotated policy
// files, embedded, which users run, read, and extend. With them is the schema
// of policy files, for editors.
package policies

import (
	"embed"
	"strings"
)

//go:embed *.toml
var files embed.FS

//go:embed policy.schema.json
var schema string

// Schema returns the JSON Schema (draft-07) of policy files.
func Schema() string { return schema }

const extension = ".toml"

// Names returns the names of the profiles, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil // the root of an embedded tree can always be read
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), extension))
	}
	return names
}

// Text returns a profile as it was written.
func Text(name string) (text string, ok bool) {
	content, err := files.ReadFile(name + extension)
	if err != nil {
		return "", false
	}
	return string(content), true
}

// Description returns what a profile says of itself in one line: its first
// comment.
func Description(name string) (line string, ok bool) {
	text, ok := Text(name)
	if !ok {
		return "", false
	}
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(strings.TrimPrefix(first, "#")), true
}
