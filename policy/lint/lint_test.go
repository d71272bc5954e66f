package lint_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/lint"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// TestWarnings compares all that is warned about policies: in the archives
// under testdata, each policy is followed by its warnings. An empty text means
// that there is nothing to say.
func TestWarnings(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(archive.Files); i += 2 {
			written, want := archive.Files[i], &archive.Files[i+1]
			t.Run(strings.TrimSuffix(written.Name, ".toml"), func(t *testing.T) {
				got := warnings(t, written.Name, string(written.Data))
				if diff := cmp.Diff(string(want.Data), got); diff != "" && !*update {
					t.Errorf("want -, got +:\n%s", diff)
				}
				want.Data = []byte(got)
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func warnings(t *testing.T, name, text string) string {
	t.Helper()
	loaded := load(t, name, func(string) (string, error) { return text, nil })
	return string(diag.Style{Prefix: "sandbox: "}.Append(nil, loaded.Accept(lint.Policy(loaded))))
}

func load(t testing.TB, name string, read func(string) (string, error), abis ...arch.ABI) *policy.Policy {
	t.Helper()
	loaded, list := policy.Load(policy.Request{
		Policies: []string{name}, Native: arch.X86_64, ABIs: abis, ReadFile: read,
		Profile: policies.Text, ProfileNames: policies.Names(),
	})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return loaded
}

// TestProfiles holds the shipped profiles to having nothing to warn of, on any
// ABI.
func TestProfiles(t *testing.T) {
	for _, name := range policies.Names() {
		for _, abi := range arch.ABIs() {
			loaded := load(t, name, nil, abi)
			if list := lint.Policy(loaded); len(list) > 0 {
				t.Errorf("%s on %s:\n%s", name, abi, diag.Style{}.Append(nil, list))
			}
		}
	}
}
