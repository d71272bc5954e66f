package format

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// load loads one of the files of a case.
func load(name string, files map[string]string) (*policy.Policy, diag.List) {
	return policy.Load(policy.Request{
		Policies:     []string{name},
		ABIs:         []arch.ABI{arch.X86_64, arch.I386, arch.AArch64},
		Native:       arch.X86_64,
		Profile:      policies.Text,
		ProfileNames: policies.Names(),
		ReadFile: func(name string) (string, error) {
			if text, ok := files[path.Clean(name)]; ok {
				return text, nil
			}
			return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
	})
}

// messages returns what was found, without places.
func messages(list diag.List) []string {
	var found []string
	for _, d := range list {
		found = append(found, d.Severity.String()+": "+d.Message)
	}
	return found
}

// sameMeaning fails if a file means something else once all files are
// formatted. It reports whether the file means anything.
func sameMeaning(t *testing.T, name string, files map[string]string) bool {
	formatted := map[string]string{}
	for file, text := range files {
		formatted[file] = text
		// A file without anything in it is told apart from one of blank lines.
		if out, list := Source(&diag.Source{Name: file, Text: text}); !list.Failed() && out != "" {
			formatted[file] = out
		}
	}
	before, listBefore := load(name, files)
	after, listAfter := load(name, formatted)
	// Messages come in the order of the file, which formatting keeps.
	if diff := cmp.Diff(messages(listBefore), messages(listAfter)); diff != "" {
		t.Errorf("%s: findings before -, after +:\n%s", name, diff)
	}
	if before == nil || after == nil {
		return false
	}
	layout := cmp.Options{
		cmpopts.IgnoreTypes(typed.Position{}),
		cmpopts.IgnoreFields(typed.Filter{}, "Text"),
		cmpopts.IgnoreFields(typed.Predicate{}, "Text"),
		cmpopts.IgnoreFields(typed.Operand{}, "Text"),
	}
	if diff := cmp.Diff(before.Typed, after.Typed, layout); diff != "" {
		t.Errorf("%s: before -, after +:\n%s", name, diff)
	}
	return true
}

// TestMeaning formats every policy that there is and loads it.
func TestMeaning(t *testing.T) {
	loaded := 0
	for _, pattern := range []string{"../testdata/policies/*.txtar", "../testdata/mistakes/*.txtar", "testdata/*.txtar"} {
		for name, files := range cases(t, pattern) {
			t.Run(name, func(t *testing.T) {
				for file := range files {
					if strings.HasSuffix(file, ".toml") && sameMeaning(t, file, files) {
						loaded++
					}
				}
			})
		}
	}
	if loaded < 20 {
		t.Errorf("only %d policies could be loaded", loaded)
	}

	others := map[string]string{}
	for _, name := range policies.Names() {
		text, _ := policies.Text(name)
		others[name+".toml"] = strings.NewReplacer(" = ", "=", ", ", ",", "\n  ", "\n").Replace(text)
	}
	for _, name := range []string{"docker.toml", "small.toml"} {
		text, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		others[name] = string(text)
	}
	for name := range others {
		if !sameMeaning(t, name, others) {
			t.Errorf("%s cannot be loaded", name)
		}
	}
}
