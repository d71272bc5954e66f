package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNamedTests looks for each test that a page names as the one that shows
// what the page says, or that it tells the reader to run, as -run takes names:
// from their beginning.
func TestNamedTests(t *testing.T) {
	all := testsBelow(t, "..")
	name := regexp.MustCompile(`\bTest[A-Z]\w*`)
	found := 0
	for page, text := range pages(t) {
		for _, test := range name.FindAllString(text, -1) {
			found++
			if !begins(all, test) {
				t.Errorf("%s names %s, and there is no such test", page, test)
			}
		}
	}
	if found == 0 {
		t.Error("no page names a test")
	}
}

// TestWaysAround holds the tables of the threat model to what stands above them:
// tests are in integration unless a directory is named, whose tests follow up
// to the next semicolon.
func TestWaysAround(t *testing.T) {
	all := testsBelow(t, "..")
	shown := 0
	for line := range strings.Lines(pages(t)["threat-model.md"]) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 3 || !strings.Contains(cells[2], "`Test") {
			continue
		}
		shown++
		for part := range strings.SplitSeq(strings.TrimSuffix(cells[2], " |"), ";") {
			dir := "integration"
			if before, after, named := strings.Cut(part, "`: "); named {
				dir, part = strings.Trim(before, " `"), after
			}
			for _, quoted := range regexp.MustCompile("`(Test[^`/]*)").FindAllStringSubmatch(part, -1) {
				if !slices.Contains(all[quoted[1]], dir) {
					t.Errorf("%s is not in %s", quoted[1], dir)
				}
			}
		}
	}
	if shown < 30 {
		t.Errorf("the tables show %d ways that are tested", shown)
	}
}

// begins reports whether a test's name begins so.
func begins(tests map[string][]string, prefix string) bool {
	for name := range tests {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// pages has the text of each page by its name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages found: %v", err)
	}
	pages := make(map[string]string)
	for _, file := range append(files, "../README.md", "../CONTRIBUTING.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pages[file] = string(text)
	}
	return pages
}

// testsBelow has the directories that have a test of each name.
func testsBelow(t *testing.T, root string) map[string][]string {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w*)\(`)
	tests := make(map[string][]string)
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
			tests[match[1]] = append(tests[match[1]], filepath.ToSlash(dir))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
