//go:build unix

package policy_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy"
)

const goodPolicy = "version = 1\ndefault = 'deny'\n[[rule]]\naction = 'allow'\nfilters = ['read']\n"

// loadFile loads a policy from the file system.
func loadFile(path string) (*policy.Policy, diag.List) {
	return policy.Load(policy.Request{Policies: []string{path}, Native: arch.X86_64})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("good.toml"), goodPolicy)
	write(t, at("empty.toml"), "")
	write(t, at("secret.toml"), goodPolicy)
	write(t, at("large.toml"), strings.Repeat("\x00garbage\xff\n", 1<<20))
	if err := os.Chmod(at("secret.toml"), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("good.toml", at("link.toml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("loop.toml", at("loop.toml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(at("dir.toml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(at("fifo.toml"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ path, want string }{
		{at("good.toml"), ""},
		{at("link.toml"), ""},
		{at("none.toml"), "there is no such file"},
		{at("good.toml/x"), "not a directory"},
		{at("loop.toml"), "too many levels of symbolic links"},
		{at("empty.toml"), "it is empty"},
		{at("large.toml"), "it is larger than 1 MiB, so it is no policy"},
		{at("dir.toml"), "it is a directory"},
		{dir + "/", "it is a directory"},
		{at("fifo.toml"), "it is empty"}, // nobody writes, nobody waits
		{"/dev/null", "it is a device, not a file"},
		{"/dev/zero", "it is a device, not a file"},
		{at("nul\x00.toml"), "invalid argument"},
	} {
		_, list := loadFile(test.path)
		got := string(diag.Style{}.Append(nil, list))
		want := ""
		if test.want != "" {
			want = "error[E0101]: cannot read the policy " + strings.ReplaceAll(test.path, "\x00", `\x00`) + ": " + test.want + "\n"
		}
		if first, _, _ := strings.Cut(got, "hint:"); first != want {
			t.Errorf("%q: got %q, want %q", test.path, got, want)
		}
	}
	_, list := loadFile(at("secret.toml"))
	if os.Geteuid() == 0 {
		if list.Failed() {
			t.Errorf("root: %v", list.Err())
		}
	} else if got := string(diag.Style{}.Append(nil, list)); !strings.Contains(got, "it may not be read (permission denied)") {
		t.Errorf("without permission: %q", got)
	}
}

// TestPipes reads policies as "<(…)" and /dev/stdin give them.
func TestPipes(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"good", goodPolicy, ""},
		{"larger than the pipe", goodPolicy + strings.Repeat("# filler\n", 20000), ""},
		{"endless", strings.Repeat("# filler\n", 1<<18), "is larger than 1 MiB"},
		{"nothing", "", "is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = w.WriteString(test.text) // a reader that has enough goes away
				_ = w.Close()
			}()
			_, list := loadFile("/dev/fd/" + strconv.Itoa(int(r.Fd())))
			_ = r.Close()
			<-done
			got := string(diag.Style{}.Append(nil, list))
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestPipeExtends checks that a policy from a pipe, which has no directory,
// extends files of the working directory.
func TestPipeExtends(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "base.toml", goodPolicy)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("version = 1\nextends = ['base.toml']\n"); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	loaded, list := loadFile("/dev/fd/" + strconv.Itoa(int(r.Fd())))
	if list.Failed() {
		t.Fatal(list.Err())
	}
	if l := loaded.Layers[0]; l.Files != 2 || l.Rules != 1 {
		t.Errorf("%d files and %d rules, want 2 and 1", l.Files, l.Rules)
	}
}

// TestIdentity checks that files count once and circles are seen whatever the
// paths are: here through symbolic links.
func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "base.toml"), "version = 1\n[const]\nONE = 1\n[[rule]]\naction = 'allow'\nfilters = ['close: fd == ONE']\n")
	write(t, filepath.Join(dir, "top.toml"), "version = 1\ndefault = 'deny'\nextends = ['base.toml', 'again.toml', 'sub/../base.toml']\n")
	if err := os.Symlink("base.toml", filepath.Join(dir, "again.toml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	top := filepath.Join(dir, "top.toml")
	loaded, list := policy.Load(policy.Request{Policies: []string{top, filepath.Join(dir, "sub", "..", "top.toml")}, Native: arch.X86_64})
	if list.Failed() {
		t.Fatal(list.Err())
	}
	if len(loaded.Layers) != 2 || len(loaded.Sources) != 2 {
		t.Errorf("%d layers of %d texts, want 2 of 2", len(loaded.Layers), len(loaded.Sources))
	}
	if l := loaded.Layers[0]; l.Files != 2 || l.Rules != 1 {
		t.Errorf("%d files and %d rules, want 2 and 1", l.Files, l.Rules)
	}

	write(t, filepath.Join(dir, "circle.toml"), "version = 1\ndefault = 'deny'\nextends = ['here/circle.toml']\n")
	if err := os.Symlink(".", filepath.Join(dir, "here")); err != nil {
		t.Fatal(err)
	}
	_, list = loadFile(filepath.Join(dir, "circle.toml"))
	if err := list.Err(); err == nil || !strings.Contains(err.Error(), "in a circle") {
		t.Errorf("got %v, want a circle", err)
	}
}
