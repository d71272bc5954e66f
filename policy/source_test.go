//go:build unix

package policy_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sandbox/arch"
	"sandbox/internal/machine"
	"sandbox/policy"
)

const (
	confines     = "version = 1\ndefault = 'deny'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n"
	aboveFile    = "version = 1\nextends = ['below.toml']\n[[rule]]\naction = 'allow'\nfilters = ['write']\n"
	aboveShipped = "version = 1\nextends = ['shipped']\n"
)

// profileOf has one profile.
func profileOf(name string) (text string, ok bool) { return confines, name == "shipped" }

// loadNames loads policies by name from the file system.
func loadNames(t *testing.T, names []string, rules ...string) *policy.Policy {
	t.Helper()
	loaded, list := policy.Load(policy.Request{Policies: names, Rules: rules, Profile: profileOf, Native: arch.X86_64})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	return loaded
}

// TestSourceKinds tells the sources of rules apart, whatever they are called.
func TestSourceKinds(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"good.toml", "good", "-e 1.toml", "profile:shipped.toml", "below.toml"} {
		write(t, name, confines)
	}
	write(t, "above.toml", aboveFile)
	write(t, "shipped.toml", aboveShipped)
	opened, err := os.Open("good")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, c := range []struct {
		name  string
		rules []string
		layer policy.SourceKind
		want  []policy.SourceKind // of the written rules, in order
	}{
		{name: "good.toml", layer: policy.InFile, want: []policy.SourceKind{policy.InFile}},
		{name: "./good", layer: policy.InFile, want: []policy.SourceKind{policy.InFile}},
		{name: "-e 1.toml", layer: policy.InFile, want: []policy.SourceKind{policy.InFile}},
		{name: "profile:shipped.toml", layer: policy.InFile, want: []policy.SourceKind{policy.InFile}},
		{name: "shipped", layer: policy.InProfile, want: []policy.SourceKind{policy.InProfile}},
		{name: "shipped.toml", layer: policy.InFile, want: []policy.SourceKind{policy.InProfile}},
		{name: "above.toml", layer: policy.InFile, want: []policy.SourceKind{policy.InFile, policy.InFile}},
		{name: machine.Pipe(t, confines), layer: policy.InPipe, want: []policy.SourceKind{policy.InPipe}},
		{name: machine.Pipe(t, aboveFile), layer: policy.InPipe, want: []policy.SourceKind{policy.InPipe, policy.InFile}},
		{name: "/dev/fd/" + strconv.Itoa(int(opened.Fd())), layer: policy.InPipe, want: []policy.SourceKind{policy.InPipe}},
		{
			name: "good.toml", rules: []string{"deny ptrace", "allow close"}, layer: policy.InFile,
			want: []policy.SourceKind{policy.OnCommandLine, policy.OnCommandLine, policy.InFile},
		},
	} {
		loaded := loadNames(t, []string{c.name}, c.rules...).Guarded()
		if kind := loaded.Layers[0].SourceKind(); kind != policy.Nowhere {
			t.Errorf("%s: the guard is of kind %d", c.name, kind)
		}
		if kind := loaded.Layers[1].SourceKind(); kind != c.layer {
			t.Errorf("%s: the policy is of kind %d, want %d", c.name, kind, c.layer)
		}
		var got []policy.SourceKind
		for _, f := range loaded.Typed.Layers[1].ABIs[0].Filters {
			if f.Rule.Implicit {
				continue
			}
			got = append(got, loaded.SourceKind(f.Rule.At))
			if is, want := policy.IsCommandLine(&f), loaded.SourceKind(f.Rule.At) == policy.OnCommandLine; is != want {
				t.Errorf("%s: %s is of the command line: %v, want %v", c.name, f.At.File, is, want)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", c.name, diff)
		}
	}
}

func dumpAll(p *policy.Policy) string {
	var out strings.Builder
	for i := range p.Typed.Layers {
		dumpLayer(&out, &p.Typed.Layers[i])
	}
	return out.String()
}

// TestReload loads policies again after their files have changed, with pipes and
// several ways to a file among them.
func TestReload(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "below.toml", confines)
	write(t, "above.toml", aboveFile)
	if err := os.Symlink("below.toml", "link.toml"); err != nil {
		t.Fatal(err)
	}
	names := []string{"above.toml", "link.toml", machine.Pipe(t, aboveFile), "shipped"}
	loaded := loadNames(t, names, "deny close")
	write(t, "below.toml", "version = 2")
	if err := os.Remove("above.toml"); err != nil {
		t.Fatal(err)
	}
	t.Chdir("/")

	again, list := loaded.Reload(loaded.Rules(), nil)
	if list.Failed() {
		t.Fatal(list.Err())
	}
	if diff := cmp.Diff(dumpAll(loaded), dumpAll(again)); diff != "" {
		t.Errorf("loaded again, the policies are others: first -, then +:\n%s", diff)
	}
	other, list := again.Reload([]string{"allow close"}, []arch.ABI{arch.I386})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	if got := other.Typed.ABIs(); !cmp.Equal(got, []arch.ABI{arch.I386}) || dumpAll(other) == dumpAll(again) {
		t.Errorf("with other rules and ABIs nothing is different: %v", got)
	}
	if got := again.Rules(); !cmp.Equal(got, []string{"deny close"}) {
		t.Errorf("the first has the rules %q now", got)
	}
	if _, list := again.Reload([]string{"allow nonsense"}, nil); !list.Failed() {
		t.Error("a wrong rule is no error")
	}
}
