package policies_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
)

func load(t *testing.T, profile string, abi arch.ABI) *typed.Policy {
	t.Helper()
	p, found := policy.Load(policy.Request{
		Policies:     []string{profile},
		ABIs:         []arch.ABI{abi},
		Native:       abi,
		Profile:      policies.Text,
		ProfileNames: policies.Names(),
	})
	for i := range found {
		if found[i].Severity != diag.Note {
			t.Errorf("%s on %s: %s: %s", profile, abi, found[i].Severity, found[i].Message)
		}
	}
	if p == nil {
		t.Fatalf("%s does not load on %s", profile, abi)
	}
	return p.Typed
}

// TestNoWarnings loads each profile for each ABI.
func TestNoWarnings(t *testing.T) {
	for _, profile := range policies.Names() {
		for _, abi := range arch.ABIs() {
			load(t, profile, abi)
		}
	}
}

// TestDecisions holds the profiles to testdata/decisions.txt, on every ABI that
// has the call.
func TestDecisions(t *testing.T) {
	text, err := os.ReadFile("testdata/decisions.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	loaded := map[string]*typed.Policy{}
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		where, call, want := parseCase(t, i+1, line)
		where, only, limited := strings.Cut(where, "@")
		name, _, _ := strings.Cut(call, "(")
		tried := 0
		for _, abi := range arch.ABIs() {
			if limited && !slices.Contains(strings.Split(only, ","), abi.String()) {
				continue
			}
			if _, has := abi.Syscall(name); !has && name[0] != '#' {
				continue
			}
			tried++
			parsed, found := policy.ParseCall(abi, call)
			if found.Failed() {
				t.Fatalf("line %d: %s on %s: %v", i+1, call, abi, found.Err())
			}
			for profile := range strings.SplitSeq(where, ",") {
				cases++
				key := profile + abi.String()
				if loaded[key] == nil {
					loaded[key] = load(t, profile, abi)
				}
				if got := loaded[key].Decide(&parsed); got.Action != action(t, abi, want) {
					t.Errorf("line %d: %s on %s: %s answers %s by rule %q, want %s", i+1, call, abi, profile, got.Action, got.Rule.Name, want)
				}
			}
		}
		if tried == 0 {
			t.Errorf("line %d: no ABI has %s", i+1, call)
		}
	}
	t.Logf("%d decisions", cases)
}

// parseCase splits "PROFILE,PROFILE@ABI,ABI CALL => ACTION".
func parseCase(t *testing.T, number int, line string) (where, call, want string) {
	t.Helper()
	where, rest, _ := strings.Cut(line, " ")
	call, want, ok := strings.Cut(rest, "=>")
	if !ok {
		t.Fatalf("line %d: no =>: %s", number, line)
	}
	if where == "all" {
		where = "baseline,compute,offline"
	}
	return where, strings.TrimSpace(call), strings.TrimSpace(want)
}

// action is "allow", or the name of an errno.
func action(t *testing.T, abi arch.ABI, name string) typed.Action {
	t.Helper()
	if name == "allow" {
		return typed.Action{Kind: typed.Allow}
	}
	value, ok := abi.Errno(name)
	if !ok {
		t.Fatalf("%s has no %s", abi, name)
	}
	return typed.Action{Kind: typed.Errno, Data: uint16(value)}
}
