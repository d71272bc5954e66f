package policy_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// A golden case is a directory inside a txtar archive: the files of a request,
// and in "want" what must come of it. "args" holds the request's command line,
// without which it is "-p p.toml".
type goldenCase struct {
	name  string
	files map[string]string
	args  string
}

// eachCase runs a test for each case of the archives in testdata/dir, whose
// result is compared with the case's want.
func eachCase(t *testing.T, dir string, result func(t *testing.T, c goldenCase) string) {
	archives, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives in %s: %v", dir, err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before := txtar.Format(archive)
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			runArchive(t, archive, result)
		})
		if after := txtar.Format(archive); *update && !bytes.Equal(before, after) {
			if err := os.WriteFile(name, after, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func runArchive(t *testing.T, archive *txtar.Archive, result func(t *testing.T, c goldenCase) string) {
	cases := []goldenCase{}
	wants := map[string]int{}
	for i, f := range archive.Files {
		dir, file, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("%s is in no case", f.Name)
		}
		at := slices.IndexFunc(cases, func(c goldenCase) bool { return c.name == dir })
		if at < 0 {
			at = len(cases)
			cases = append(cases, goldenCase{name: dir, args: "-p p.toml", files: map[string]string{}})
		}
		switch file {
		case "want":
			wants[dir] = i
		case "args":
			cases[at].args = strings.TrimSpace(string(f.Data))
		default:
			cases[at].files[file] = string(f.Data)
		}
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i, ok := wants[c.name]
			if !ok {
				t.Fatal("the case has no want")
			}
			// The newest kernel of the tables is not what is tested.
			got := strings.ReplaceAll(result(t, c), "kernel "+arch.Latest().String(), "kernel LATEST")
			if diff := cmp.Diff(string(archive.Files[i].Data), got); diff != "" && !*update {
				t.Errorf("want -, got +:\n%s", diff)
			}
			archive.Files[i].Data = []byte(got)
		})
	}
}

// request returns the case's request, whose files are those of the case.
func (c *goldenCase) request(t *testing.T) policy.Request {
	r := policy.Request{
		Native:       arch.X86_64,
		ProfileNames: []string{"baseline", "offline"},
		Profile:      c.profile,
		ReadFile:     c.readFile,
	}
	args := splitArgs(c.args)
	for i := 0; i+1 < len(args); i += 2 {
		value := args[i+1]
		switch args[i] {
		case "-p":
			r.Policies = append(r.Policies, value)
		case "-e":
			r.Rules = append(r.Rules, value)
		case "--test-abis":
			r.TestABIs = value == "true"
		case "--test-mistakes":
			r.TestMistakes = value == "true"
		case "--abi":
			abi, ok := arch.ParseABI(value)
			if !ok {
				t.Fatalf("no ABI %s", value)
			}
			r.ABIs = append(r.ABIs, abi)
		default:
			t.Fatalf("args: %s", c.args)
		}
	}
	return r
}

// splitArgs splits at blanks outside of single quotes.
func splitArgs(line string) []string {
	var args []string
	for i, piece := range strings.Split(line, "'") {
		if i%2 == 1 {
			args = append(args, piece)
		} else {
			args = append(args, strings.Fields(piece)...)
		}
	}
	return args
}

func (c *goldenCase) readFile(name string) (string, error) {
	if text, ok := c.files[path.Clean(name)]; ok {
		return text, nil
	}
	return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// profile serves two small profiles that no change of the shipped ones alters.
func (c *goldenCase) profile(name string) (string, bool) {
	switch name {
	case "baseline":
		return "version = 1\ndefault = 'allow'\n[[rule]]\nname = 'ptrace'\naction = 'deny'\nfilters = ['ptrace']\n", true
	case "offline":
		return "version = 1\nextends = ['baseline']\n[set]\nlocal = ['AF_UNIX', 'AF_NETLINK']\n" +
			"[[rule]]\naction = 'deny'\nfilters = ['socket: family not in local']\n", true
	}
	return "", false
}

func render(list diag.List) string { return string(diag.Style{Prefix: "sandbox: "}.Append(nil, list)) }

// TestMistakes compares the whole of what is said about mistakes.
func TestMistakes(t *testing.T) {
	eachCase(t, "mistakes", func(t *testing.T, c goldenCase) string {
		loaded, list := policy.Load(c.request(t))
		if (loaded == nil) != list.Failed() {
			t.Errorf("a policy: %v, failed: %v", loaded != nil, list.Failed())
		}
		if !list.Failed() {
			_, found := loaded.Launchable(arch.X86_64)
			list = append(append(list, loaded.Absent()...), found...)
			for i := range loaded.Layers {
				_, found := loaded.Layers[i].Tests()
				list = append(list, found...)
			}
			list = loaded.Accept(list)
		}
		return render(list)
	})
}

// TestPolicies compares the checked form of good policies, and what they
// decide about the calls in the case's "calls".
func TestPolicies(t *testing.T) {
	eachCase(t, "policies", func(t *testing.T, c goldenCase) string {
		loaded, list := policy.Load(c.request(t))
		if list.Failed() {
			t.Fatal(render(list))
		}
		var out strings.Builder
		out.WriteString(render(list))
		for i := range loaded.Layers {
			fmt.Fprintf(&out, "# %s: %d files, %d rules, kernel %s\n",
				loaded.Layers[i].Name, loaded.Layers[i].Files, loaded.Layers[i].Rules, loaded.Layers[i].Kernel)
			dumpLayer(&out, &loaded.Typed.Layers[i])
			tests, problems := loaded.Layers[i].Tests()
			out.WriteString(render(problems))
			for k := range tests {
				dumpTest(&out, &tests[k])
			}
		}
		for line := range strings.Lines(c.files["calls"]) {
			name, call, _ := strings.Cut(strings.TrimSpace(line), " ")
			abi, ok := arch.ParseABI(name)
			if !ok {
				t.Fatalf("calls: no ABI in %q", line)
			}
			parsed, problems := policy.ParseCall(abi, call)
			if problems.Failed() {
				t.Fatal(render(problems))
			}
			d := loaded.Typed.Decide(&parsed)
			fmt.Fprintf(&out, "%s %s -> %s (%s)\n", abi, call, d.Action, ruleText(d.Rule))
		}
		return out.String()
	})
}
