package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/lint"
)

// TestErrorPages holds docs/errors.md against the codes that there are, and
// runs its examples. A section has blocks "toml mistake", "toml remedy", "rule
// mistake" and "rule remedy": whole policies, and rules for -e. Of the errors,
// a mistake must have the code of its section and no other; its remedy must
// have no error and not that code. A "toml" block that begins with a comment
// that is a file's name is that file, for the blocks after it. Where no policy
// shows the mistake, a "console" block does, which TestDocs runs.
func TestErrorPages(t *testing.T) {
	declared := declaredCodes(t)
	explained := slices.Collect(explainedCodes())
	for _, code := range explained {
		if !slices.Contains(declared, code) {
			t.Errorf("docs/errors.md explains %s, which is no code", code)
		}
	}
	if !slices.IsSorted(explained) {
		t.Errorf("docs/errors.md is not in the order of the codes: %v", explained)
	}
	for _, code := range declared {
		t.Run(code, func(t *testing.T) {
			page, ok := findErrorPage(diag.Code(code))
			if !ok {
				t.Fatalf("docs/errors.md has no section about %s", code)
			}
			checkSection(t, code, page.body)
		})
	}
}

func checkSection(t *testing.T, code, section string) {
	files := map[string]string{}
	shown := false
	for _, b := range fencedBlocks(section) {
		var found []string
		kind, role, _ := strings.Cut(b.language, " ")
		switch kind {
		case "toml":
			name := "p.toml"
			if first, _, _ := strings.Cut(b.body, "\n"); strings.HasPrefix(first, "# ") && strings.HasSuffix(first, ".toml") {
				name = first[2:]
			}
			files[name] = b.body
			if role == "" {
				continue
			}
			found = codesFound(code, policy.Request{Policies: []string{"/" + name}}, files)
		case "rule":
			rules := strings.Split(strings.TrimSpace(b.body), "\n")
			found = codesFound(code, policy.Request{Policies: []string{"baseline"}, Rules: rules}, nil)
		case "console":
			shown = shown || strings.Contains(b.body, "["+code+"]")
			continue
		default:
			continue
		}
		errors := slices.DeleteFunc(slices.Clone(found), func(code string) bool { return diag.Code(code).Severity() != diag.Error })
		switch role {
		case "mistake":
			shown = true
			if !slices.Contains(found, code) {
				t.Errorf("line %d: found %v in the mistake", b.line, found)
			}
			if len(errors) > 0 && !slices.Equal(errors, []string{code}) {
				t.Errorf("line %d: the mistake has other errors, too: %v", b.line, errors)
			}
		case "remedy":
			if len(errors) > 0 || slices.Contains(found, code) {
				t.Errorf("line %d: found %v in the remedy", b.line, found)
			}
		default:
			t.Errorf("line %d: %q is neither a mistake nor a remedy", b.line, b.language)
		}
	}
	if !shown {
		t.Error("the section shows no mistake")
	}
}

// codesFound returns the codes of what is wrong with a request, each once. That
// no program could be started counts only where that is what it is about.
func codesFound(about string, request policy.Request, files map[string]string) []string {
	request.Native = arch.X86_64
	request.Profile = policies.Text
	request.ProfileNames = policies.Names()
	request.ReadFile = func(path string) (string, error) { return files[strings.TrimPrefix(path, "/")], nil }
	loaded, list := policy.Load(request)
	if loaded != nil {
		if strings.HasPrefix(about, "E06") {
			_, more := loaded.Launchable(arch.X86_64)
			list = append(list, more...)
		}
		for i := range loaded.Layers {
			_, found := loaded.Layers[i].Tests()
			list = append(list, found...)
		}
		list = loaded.Accept(append(list, lint.Policy(loaded)...))
	}
	codes := map[string]bool{}
	for i := range list {
		if list[i].Severity != diag.Note {
			codes[string(list[i].Code)] = true
		}
	}
	return slices.Sorted(maps.Keys(codes))
}

// declaredCodes returns the values of the constants of type diag.Code.
func declaredCodes(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../../internal/diag/code_*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no codes found: %v", err)
	}
	var codes []string
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
				codes = append(codes, code)
			}
			return true
		})
	}
	slices.Sort(codes)
	if unique := slices.Compact(slices.Clone(codes)); len(unique) != len(codes) {
		t.Errorf("a code is used twice: %v", codes)
	}
	return codes
}
