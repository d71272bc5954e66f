package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWarnings holds Warnings to the constants: a warning that is missing
// there cannot be accepted.
func TestWarnings(t *testing.T) {
	names, err := filepath.Glob("code_*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no codes found: %v", err)
	}
	var declared []Code
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				code, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				if Code(code).Severity() == Warning {
					declared = append(declared, Code(code))
				}
			}
			return true
		})
	}
	slices.Sort(declared)
	if diff := cmp.Diff(declared, Warnings()); diff != "" {
		t.Errorf("correct the list in warnings.go; declared -, in Warnings +:\n%s", diff)
	}
}
