// Package layout holds the direction of imports: which package of this module
// may import which other, and which modules of others each may use. The reasons
// stand in docs/how-it-works.md and docs/dependencies.md.
package layout

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "sandbox"

// allowed names, for each package, the packages of this module that its code
// may import. A name that ends in "/..." stands for all packages below. Test
// files may import what they like.
var allowed = map[string][]string{
	"arch":               {},
	"arch/decode":        {"arch"},
	"bpf":                {"arch"},
	"internal/diag":      {},
	"internal/installed": {"bpf"},
	"internal/survey":    {"arch", "bpf", "internal/installed"},
	// What the runtime overwrites at start; only a command may record it.
	"internal/inherited":  {},
	"internal/coldstart":  {},
	"internal/procfs":     {},
	"policy/filter":       {"internal/diag"},
	"policy/typed":        {"arch"},
	"policy/check":        {"arch", "internal/diag", "policy/filter", "policy/typed"},
	"policy":              {"arch", "internal/diag", "policy/..."},
	"policy/lint":         {"arch", "internal/diag", "policy", "policy/filter", "policy/typed", "prove"},
	"policy/format":       {"internal/diag", "policy", "policy/filter"},
	"compiler":            {"arch", "bpf", "policy/typed"},
	"prove":               {"arch", "bpf", "policy/typed"},
	"launcher":            {"arch", "bpf", "internal/procfs", "prove"},
	"launcher/supervisor": {"arch", "arch/decode", "bpf", "internal/procfs", "policy/typed"},
	"policies":            {},
	"docs":                {},
	"internal/oracle":     {"arch", "bpf"},
	"internal/amend":      {"arch", "arch/decode", "policy", "policy/typed", "prove"},
	"internal/policytest": {
		"arch", "bpf", "compiler", "internal/diag", "internal/oracle", "policy", "policy/typed", "prove",
	},
	"cmd/sandbox": {
		"arch", "arch/decode", "bpf", "compiler", "docs", "internal/amend", "internal/coldstart", "internal/diag", "internal/inherited", "internal/installed", "internal/policytest", "internal/procfs", "internal/survey", "launcher", "launcher/supervisor",
		"policies", "policy", "policy/...", "prove",
	},
}

// foreign names, for each package, the packages of other modules that its code
// may import. No other package may import any.
var foreign = map[string][]string{
	"policy":              {"github.com/pelletier/go-toml/v2/unstable", "golang.org/x/sys/unix"},
	"launcher":            {"golang.org/x/sys/unix"},
	"launcher/supervisor": {"golang.org/x/sys/unix"},
	"internal/oracle":     {"golang.org/x/sys/unix"},
	"internal/installed":  {"golang.org/x/sys/unix"},
	"internal/survey":     {"golang.org/x/sys/unix"},
	"internal/procfs":     {"golang.org/x/sys/unix"},
	"cmd/sandbox":         {"github.com/rogpeppe/go-internal/diff", "golang.org/x/sys/unix"},
}

// helpers are programs that write the tables, and what tests share. Nothing
// that ships may import them; they may import what they like.
var helpers = []string{"arch/gen/...", "internal/layout", "internal/machine", "internal/policygen/...", "integration/..."}

// banned are packages of the standard library that the command must not link:
// their initialisation would be paid by every start.
var banned = []string{"regexp", "text/template", "html/template", "net", "net/http", "expvar", "encoding/gob", "log", "math/rand"}

func TestImports(t *testing.T) {
	imports := readImports(t, "../..")
	if len(imports["policy/typed"]) == 0 || len(imports["cmd/sandbox"]) == 0 {
		t.Fatal("the packages of this module were not found")
	}
	for importer, paths := range imports {
		if matches(helpers, importer) {
			continue
		}
		if _, known := allowed[importer]; !known {
			t.Errorf("%s is in no table of this test: say what it may import", importer)
			continue
		}
		for _, imported := range paths {
			if problem := judge(importer, imported); problem != "" {
				t.Errorf("%s imports %s: %s", importer, imported, problem)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		importer, imported string
		ok                 bool
	}{
		{"compiler", "sandbox/bpf", true},
		{"compiler", "sandbox/policy", false},
		{"compiler", "sandbox/launcher", false},
		{"policy", "sandbox/policy/check", true},
		{"policy", "sandbox/compiler", false},
		{"arch", "sandbox/bpf", false},
		{"arch", "slices", true},
		{"arch", "regexp", false},
		{"arch", "C", false},
		{"policy", "github.com/pelletier/go-toml/v2/unstable", true},
		{"policy", "github.com/pelletier/go-toml/v2", false},
		{"cmd/sandbox", "github.com/elastic/go-seccomp-bpf", false},
		{"cmd/sandbox", "sandbox/internal/policygen", false},
		{"launcher", "sandbox/internal/oracle", false},
		{"launcher", "golang.org/x/sys/unix", true},
		{"bpf", "golang.org/x/sys/unix", false},
	} {
		if problem := judge(tt.importer, tt.imported); (problem == "") != tt.ok {
			t.Errorf("judge(%q, %q) = %q, want ok = %v", tt.importer, tt.imported, problem, tt.ok)
		}
	}
}

// judge says why a package may not import another, or "".
func judge(importer, imported string) string {
	own, ours := strings.CutPrefix(imported, module+"/")
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case ours && !matches(allowed[importer], own):
		return "against the direction of imports"
	case ours:
		return ""
	case imported == "C":
		return "the product is built without cgo"
	case strings.Contains(first, ".") && !matches(foreign[importer], imported):
		return "a dependency that docs/dependencies.md does not give to this package"
	case slices.Contains(banned, imported):
		return "it makes every start slower"
	}
	return ""
}

// matches reports whether one of the patterns stands for the package.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		parent, below := strings.CutSuffix(pattern, "/...")
		return name == parent || below && strings.HasPrefix(name, parent+"/")
	})
}

// readImports returns what the Go files of each package below root import,
// test files aside. Packages are named by their path in the module.
func readImports(t *testing.T, root string) map[string][]string {
	t.Helper()
	imports := make(map[string][]string)
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipDir(root, file, entry.Name())
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		relative, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		paths, err := importsOf(file)
		imports[name] = append(imports[name], paths...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

// skipDir skips what holds no package of this module: test data, hidden
// folders, vendored code, other modules.
func skipDir(root, dir, name string) error {
	if dir == root {
		return nil
	}
	if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

func importsOf(file string) ([]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		paths = append(paths, imported)
	}
	return paths, nil
}
