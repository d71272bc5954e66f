//go:build unix

package amend

import (
	"os"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/arch"
	"sandbox/internal/machine"
	"sandbox/policies"
	"sandbox/policy"
)

const (
	refuses = "version = 1\ndefault = 'errno(EPERM)'\n[[rule]]\naction = 'errno(EACCES)'\nfilters = ['getpid']\n"
	hasRoom = "version = 1\ndefault = 'errno(EPERM)'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n"
)

// TestHomes finds the places for an edit in files, and in nothing else.
func TestHomes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"refuses": refuses, "room": hasRoom, "room.toml": hasRoom,
		"above.toml": "version = 1\nextends = ['./room']\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		policies []string
		rules    []string
		want     []string
	}{
		{policies: []string{"./room"}, want: []string{"rule at ./room:3"}},
		{policies: []string{"room.toml"}, want: []string{"rule at room.toml:3"}},
		{policies: []string{"./refuses"}, want: []string{"file ./refuses"}},
		{policies: []string{"above.toml"}, want: []string{"rule at room:3"}},
		{policies: []string{machine.Pipe(t, hasRoom)}},
		{policies: []string{machine.Pipe(t, refuses)}},
		{policies: []string{machine.Pipe(t, "version = 1\nextends = ['./room']\n")}, want: []string{"rule at room:3"}},
		{policies: []string{machine.Pipe(t, refuses), "./refuses", "./room"}, want: []string{"file ./refuses", "rule at ./room:3"}},
		{policies: []string{"./room"}, rules: []string{"deny getpid"}},
		{policies: []string{"./room", "baseline"}, rules: []string{"allow read"}, want: []string{"rule at ./room:3"}},
	} {
		loaded, list := policy.Load(policy.Request{
			Policies: c.policies, Rules: c.rules, Native: arch.X86_64, Profile: policies.Text,
		})
		if list.Failed() {
			t.Fatal(list.Err())
		}
		guarded := loaded.Guarded()
		call, _ := policy.ParseCall(arch.X86_64, "getpid()")
		decision := guarded.Typed.Decide(&call)
		s := New(guarded, arch.X86_64).Suggest(&call, &decision)
		if s.Filter != "getpid" {
			t.Errorf("%q: the edit is %q", c.policies, s.Filter)
		}
		var got []string
		for _, h := range s.Homes {
			if h.Rule != nil {
				got = append(got, "rule at "+h.File+":"+strconv.Itoa(h.Rule.At.Line))
			} else {
				got = append(got, "file "+h.File)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q %q: want -, got +:\n%s", c.policies, c.rules, diff)
		}
	}
}
