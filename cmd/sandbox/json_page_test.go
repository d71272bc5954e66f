package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// TestJSONPage checks that docs/json.md has a section about each verb that
// answers in JSON, and says of every name in such an answer what it is.
func TestJSONPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	headings := ""
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "#") {
			headings += line
		}
	}
	for _, v := range verbs() {
		options, _ := v.options()
		if options.Lookup("json") != nil && !strings.Contains(headings, "`"+v.name) {
			t.Errorf("there is no section about %s", v.name)
		}
	}
	names := jsonNames(t)
	if len(names) < 50 {
		t.Errorf("only %d names were found in the source", len(names))
	}
	for _, name := range names {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("`%s` is not explained", name)
		}
	}
}

// jsonNames returns the names in the answers, as the tags of structs have them.
func jsonNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range append(files, "../../internal/diag/record.go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || field.Tag == nil {
				return true
			}
			tag, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			if name != "" && name != "-" {
				names = append(names, name)
			}
			return true
		})
	}
	return names
}
