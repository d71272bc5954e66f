package integration

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// A specimen is a policy for this machine, and its program.
type specimen struct {
	name    string // where the policy is, or how it was made
	policy  *typed.Policy
	program bpf.Program
}

// collect returns every policy of the repository that compiles for this
// machine: the shipped profiles, the policies of all tests' archives, and those
// in the documentation. Each is served as it says, and once more for all ABIs
// by which the kernel can be entered if it leaves that open.
func collect(t *testing.T, native arch.ABI) []specimen {
	t.Helper()
	var specimens []specimen
	add := func(page, name string, read func(string) (string, error)) {
		for _, abis := range [][]arch.ABI{nil, enterable(native)} {
			s, err := newSpecimen(filepath.ToSlash(filepath.Join(page, name)), policy.Request{
				Policies: []string{"./" + name}, ABIs: abis, Native: native, ReadFile: read,
			})
			if err == nil {
				specimens = append(specimens, s)
			}
		}
	}
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && slices.Contains([]string{".git", "vendor"}, entry.Name()) {
			return cmp.Or(err, fs.SkipDir)
		}
		var texts map[string]string
		switch filepath.Ext(file) {
		case ".toml":
			add("", file, func(name string) (string, error) {
				text, err := os.ReadFile(name)
				return string(text), err
			})
			return nil
		case ".txtar", ".txt":
			texts, err = archivedPolicies(file)
		case ".md":
			texts, err = printedPolicies(file)
		}
		for _, name := range slices.Sorted(maps.Keys(texts)) {
			add(file, name, func(name string) (string, error) {
				if text, ok := texts[path.Clean(name)]; ok {
					return text, nil
				}
				return "", fs.ErrNotExist
			})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return distinct(specimens)
}

var errOtherMachine = errors.New("the policy is for other machines")

// newSpecimen loads and compiles what a request asks for.
func newSpecimen(name string, request policy.Request) (specimen, error) {
	request.Profile, request.ProfileNames = policies.Text, policies.Names()
	loaded, found := policy.Load(request)
	if found.Failed() {
		return specimen{}, found.Err()
	}
	p := loaded.Typed.On(request.Native)
	if len(p.ABIs()) == 0 {
		return specimen{}, errOtherMachine
	}
	compiled, err := compiler.Compile(p)
	if err != nil {
		return specimen{name: name}, err
	}
	return specimen{name, p, compiled.Program}, nil
}

// distinct leaves out policies whose program an earlier one has.
func distinct(specimens []specimen) []specimen {
	seen := make(map[string]bool)
	return slices.DeleteFunc(specimens, func(s specimen) bool {
		text := string(s.program.Append(nil, binary.NativeEndian))
		again := seen[text]
		seen[text] = true
		return again
	})
}

// archivedPolicies returns the policies in a txtar archive by name.
func archivedPolicies(file string) (map[string]string, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string)
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".toml") {
			texts[path.Clean(f.Name)] = string(f.Data)
		}
	}
	return texts, nil
}

// printedPolicies returns the policies that stand in a page's fenced blocks by
// the name in their first line.
func printedPolicies(file string) (map[string]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	texts := make(map[string]string)
	for i, block := range strings.Split("\n"+string(text), "\n```") {
		body, ok := strings.CutPrefix(block, "toml")
		if !ok || i%2 == 0 {
			continue
		}
		_, body, _ = strings.Cut(body, "\n")
		first, _, _ := strings.Cut(body, "\n")
		name, named := strings.CutPrefix(first, "# ")
		if !named || !strings.HasSuffix(name, ".toml") {
			name = "unnamed.toml"
		}
		texts[name] = body
	}
	return texts, nil
}
