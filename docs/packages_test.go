package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPackageTable holds the table of packages in how-it-works.md to the tree:
// each directory with Go code stands in it, and nothing else.
func TestPackageTable(t *testing.T) {
	listed := make(map[string]bool)
	for line := range strings.Lines(pages(t)["how-it-works.md"]) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		for _, name := range regexp.MustCompile("`([a-z/]+)`").FindAllStringSubmatch(first, -1) {
			if strings.HasPrefix(line, "| `") && isDirectory(name[1]) {
				listed[name[1]] = true
			}
		}
	}
	there := packages(t)
	for name := range there {
		if !listed[name] {
			t.Errorf("the table of packages lacks %s", name)
		}
	}
	for name := range listed {
		if !there[name] {
			t.Errorf("the table of packages has %s, which has no Go code", name)
		}
	}
	if len(there) < 20 {
		t.Errorf("%d packages were found", len(there))
	}
}

func isDirectory(name string) bool {
	info, err := os.Stat(filepath.Join("..", name))
	return err == nil && info.IsDir()
}

// packages has the directories of this module that have Go code, tests or not.
// Others' modules, as bench, and what the go command ignores are left out.
func packages(t *testing.T) map[string]bool {
	t.Helper()
	there := make(map[string]bool)
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != "..":
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || err == nil {
				return filepath.SkipDir
			}
		case strings.HasSuffix(name, ".go"):
			dir, err := filepath.Rel("..", filepath.Dir(path))
			if err != nil {
				return err
			}
			there[filepath.ToSlash(dir)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return there
}
