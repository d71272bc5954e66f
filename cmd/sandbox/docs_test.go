package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocs runs the examples of the documentation: in each page, "console"
// blocks hold commands after "$ ", each followed by all that it prints. A line
// "..." stands for any lines, and "..." in a line for any text. A "toml" block
// that begins with a comment that is only a file's name is written to that
// file first.
func TestDocs(t *testing.T) {
	command, err := exec.LookPath("sandbox")
	if err != nil {
		t.Fatal(err)
	}
	// The system's own programs: wrappers around them, as version managers
	// put into PATH, would be held to the policies as well.
	t.Setenv("PATH", filepath.Dir(command)+":/usr/local/bin:/usr/bin:/bin")
	t.Setenv("LC_ALL", "C")
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages found: %v", err)
	}
	for _, page := range append(pages, "../../README.md") {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, b := range fencedBlocks(string(text)) {
				switch b.language {
				case "toml":
					writeNamed(t, dir, b.body)
				case "console":
					runExamples(t, dir, b)
				}
			}
		})
	}
}

// A block is a fenced block of a page.
type block struct {
	language, body string
	line           int // of the fence
}

func fencedBlocks(text string) []block {
	var blocks []block
	var current *block
	number := 0
	for line := range strings.Lines(text) {
		number++
		language, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && current == nil:
			current = &block{language: language, line: number}
		case fence:
			blocks = append(blocks, *current)
			current = nil
		case current != nil:
			current.body += line
		}
	}
	return blocks
}

// writeNamed writes a block that begins with the name of its file.
func writeNamed(t *testing.T, dir, body string) {
	t.Helper()
	first, _, _ := strings.Cut(body, "\n")
	name, ok := strings.CutPrefix(first, "# ")
	if !ok || !strings.HasSuffix(name, ".toml") || strings.ContainsAny(name, " /") {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// runExamples runs the commands of a block and compares what they print.
func runExamples(t *testing.T, dir string, b block) {
	t.Helper()
	for i, example := range strings.Split("\n"+b.body, "\n$ ") {
		if i == 0 {
			if strings.TrimSpace(example) != "" {
				t.Errorf("line %d: the block does not begin with a command", b.line)
			}
			continue
		}
		command, want, _ := strings.Cut(example, "\n")
		got, ok := runExample(t, dir, command, want)
		// A program waits 0.1 s for the report about it: on a busy machine what it
		// prints itself can come first.
		for tries := 1; !ok && tries < 3 && strings.Contains(command, "sandbox run"); tries++ {
			t.Logf("block at line %d: $ %s\nprints:\n%s\nagain", b.line, command, got)
			got, ok = runExample(t, dir, command, want)
		}
		if !ok {
			t.Errorf("block at line %d: $ %s\nprints:\n%s\nthe page says:\n%s", b.line, command, got, want)
		}
	}
}

// runExample runs a command, and reports whether it prints what is wanted.
func runExample(t *testing.T, dir, command, want string) (got string, ok bool) {
	t.Helper()
	shell := exec.Command("bash", "-c", command)
	shell.Dir = dir
	out, err := shell.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	lines := func(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }
	return string(out), matchLines(lines(want), lines(string(out)))
}

// matchLines reports whether lines are as the page shows them.
func matchLines(want, got []string) bool {
	switch {
	case len(want) == 0:
		return len(got) == 0
	case want[0] == "...":
		return matchLines(want[1:], got) || len(got) > 0 && matchLines(want, got[1:])
	case len(got) == 0:
		return false
	}
	return matchLine(want[0], strings.TrimRight(got[0], " ")) && matchLines(want[1:], got[1:])
}

// matchLine compares one line; each "..." in it stands for any text.
func matchLine(want, got string) bool {
	before, after, elided := strings.Cut(want, "...")
	if !elided {
		return want == got
	}
	got, ok := strings.CutPrefix(got, before)
	for ok && !matchLine(after, got) {
		if got == "" {
			return false
		}
		got = got[1:]
	}
	return ok
}

func TestMatchLines(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		ok        bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "a\nb", false},
		{"...\nb", "a\na\nb", true},
		{"...\nb", "b", true},
		{"a\n...", "a\nb\nc", true},
		{"a\n...\nc", "a\nb", false},
		{"process ... ended", "process 12 ended", true},
		{"process ... ended", "process 12 began", false},
		{"a...a", "a", false},
		{"a...b...c", "a1b2c", true},
		{"a...b...c", "a1b2cd", false},
		{"a...b...", "a1bb", true},
		{"a...b...c", "a1c", false},
	} {
		if ok := matchLines(strings.Split(tt.want, "\n"), strings.Split(tt.got, "\n")); ok != tt.ok {
			t.Errorf("matchLines(%q, %q) = %v", tt.want, tt.got, ok)
		}
	}
}
