package policy_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// load loads one policy whose text is given.
func load(text string) (*policy.Policy, diag.List) {
	return policy.Load(policy.Request{
		Policies: []string{"p.toml"},
		Native:   arch.X86_64,
		ReadFile: func(path string) (string, error) {
			if path != "p.toml" {
				return "", fs.ErrNotExist
			}
			return text, nil
		},
	})
}

// TestEncodings has the mistakes that a golden file cannot hold.
func TestEncodings(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       string // the first line; "": it is fine
	}{
		{"UTF-8", "# \u00e4\u00f6\u00fc\nversion = 1\ndefault = 'deny'", ""},
		{"byte order mark", "\xef\xbb\xbfversion = 1\ndefault = 'deny'", ""},
		{"carriage returns", "version = 1\r\ndefault = 'deny'\r\n[[rule]]\r\naction = 'allow'\r\nfilters = ['''\r\nread,\r\nwrite''']\r\n", ""},
		{"Latin-1", "version = 1\n# \xe4\n", "p.toml:2:3: error[E0102]: the file is not valid UTF-8: it has the byte 0xe4 here"},
		{"cut off", "version = 1\ndefault = 'deny' # \xe2\x82", "p.toml:2:20: error[E0102]: the file is not valid UTF-8: it has the byte 0xe2 here"},
		{"in a string", "version = 1\ndefault = 'de\xffny'", "p.toml:2:14: error[E0102]: the file is not valid UTF-8: it has the byte 0xff here"},
		{"UTF-16", "\xff\xfev\x00e\x00r\x00", "p.toml:1:1: error[E0102]: the file is UTF-16, a policy is UTF-8"},
		{"UTF-16, big end first", "\xfe\xff\x00v\x00e\x00r", "p.toml:1:1: error[E0102]: the file is UTF-16, a policy is UTF-8"},
		{"NUL", "version = 1\n\x00default = 'deny'", "p.toml:2:1: error[E0102]: the file has a NUL byte, so it is not TOML"},
		{"NUL in an escape", "version = 1\ndefault = \"deny\\u0000\"", "p.toml:2:16: "},
		{"lone carriage return", "version = 1\rdefault = 'deny'", "p.toml:1:12: error[E0103]: not valid TOML: expected newline but got U+000D"},
		{"ELF", "\x7fELF\x02\x01\x01", "p.toml:1:1: error[E0102]: the file is a program, not a policy"},
		{"control character", "version = 1 # \x01", "p.toml:1:15: error[E0103]: not valid TOML: control characters are not allowed in comments"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, list := load(test.text)
			got, _, _ := strings.Cut(string(diag.Style{}.Append(nil, list)), "\n")
			if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestLarge checks that what is refused is refused at once, and that the time
// that large policies take grows with their size and not faster: each of these
// would run for minutes otherwise.
func TestLarge(t *testing.T) {
	const n = 1 << 20
	for _, test := range []struct {
		name, text, want string
	}{
		{"garbage", strings.Repeat("\x00garbage\xff\n", n), "error[E0101]: cannot read the policy p.toml: it is larger than 1 MiB, so it is no policy"},
		{"one too many", strings.Repeat("#", n+1), "error[E0101]: cannot read the policy p.toml: it is larger than 1 MiB, so it is no policy"},
		{"comment", strings.Repeat("#", n), "p.toml:1:1: error[E0201]: the policy is empty"},
		{"brackets", "a = " + strings.Repeat("[", n-4), "p.toml:1:10005: error[E0103]: not valid TOML: "},
		{"braces", "a = " + strings.Repeat("{a=", 9000) + "1" + strings.Repeat("}", 9000), "p.toml:1:56: error[E0109]: arrays and tables are nested too deeply for a policy"},
		{"dots", strings.Repeat("a.", n/2-8) + "a = 1", "p.toml:1:33: error[E0109]: arrays and tables are nested too deeply for a policy"},
		{"headers", strings.Repeat("[[rule]]\n", n/9), "p.toml:1:1: "},
		{"keys", strings.Repeat("a = 1\n", n/6), `p.toml:2:1: error[E0107]: the key "a" is defined twice`},
		{"unknown calls", "version = 1\ndefault = 'deny'\n[[rule]]\naction = 'allow'\nfilters = [" +
			strings.Repeat("'a',", n/4-50) + "]", "p.toml:5:13: error[E0401]: unknown system call a"},
		{"one filter", "version = 1\ndefault = 'deny'\n[[rule]]\naction = 'allow'\nfilters = ['read: fd == 1" +
			strings.Repeat("||fd==1", n/7-50) + "']", "p.toml:5:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, list := load(test.text)
			got, _, _ := strings.Cut(string(diag.Style{}.Append(nil, list[:1])), "\n")
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzLoad checks that any text at all is taken or refused: without a panic,
// with all that is said at a place within the text, and with a policy exactly
// if there is no error.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob(filepath.Join("testdata", "*", "*.txtar"))
	if err != nil || len(archives) == 0 {
		f.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".toml") {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		loaded, list := load(string(text))
		if (loaded == nil) != list.Failed() {
			t.Fatalf("a policy: %v, failed: %v", loaded != nil, list.Failed())
		}
		for _, d := range list {
			within(t, d.Span, d.Message)
			if (d.Code == "") != (d.Severity == diag.Note) || d.Code.Severity() != d.Severity && d.Code != "" {
				t.Errorf("the %s %q has the code %q", d.Severity, d.Message, d.Code)
			}
			for _, r := range d.Related {
				within(t, r.Span, r.Message)
			}
		}
		_ = diag.Style{}.Append(nil, list)
		if loaded != nil {
			wellFormed(t, loaded.Typed)
			filters := loaded.Typed.Layers[0].ABIs[0].Filters
			for i := range filters {
				at := loaded.FilterSpan(&filters[i])
				if written := filters[i].At != (typed.Position{}); written && position(at) != filters[i].At {
					t.Errorf("the filter at %+v is at %s", filters[i].At, at)
				}
			}
			for _, d := range loaded.Accept(list) {
				within(t, d.Span, d.Message)
			}
			_, _ = loaded.Launchable(arch.X86_64)
			_, list := loaded.Layers[0].Tests()
			for _, d := range list {
				within(t, d.Span, d.Message)
			}
		}
	})
}

func within(t *testing.T, at diag.Span, message string) {
	t.Helper()
	// A file that extends itself under another name is the same text.
	unread := at.Source == nil && strings.HasPrefix(message, "cannot read the policy p.toml: it is empty")
	if !unread && (at.Source == nil || at.Start < 0 || at.End < at.Start || at.End > len(at.Source.Text)) {
		t.Errorf("%q is at %d to %d of the text", message, at.Start, at.End)
	}
}

func position(at diag.Span) typed.Position {
	line, column := at.Position()
	return typed.Position{File: at.Source.Name, Line: line, Column: column}
}

// wellFormed checks what compiler and prover take for granted.
func wellFormed(t *testing.T, p *typed.Policy) {
	t.Helper()
	for _, layer := range p.Layers {
		if layer.Unserved == nil {
			t.Error("no rule for other ABIs")
		}
		for i, section := range layer.ABIs {
			if i > 0 && layer.ABIs[i-1].ABI >= section.ABI {
				t.Error("the ABIs are not sorted")
			}
			for k := range section.Filters {
				filter := &section.Filters[k]
				last := k == len(section.Filters)-1
				all := len(filter.Numbers) == 1 && filter.Numbers[0] == typed.NumberRange{First: 0, Last: 0xffffffff} && filter.When == nil
				if filter.Rule == nil || last && !all {
					t.Errorf("filter %d of %d: %+v", k, len(section.Filters), filter)
				}
				for j, r := range filter.Numbers {
					if r.First > r.Last || j > 0 && filter.Numbers[j-1].Last >= r.First-1 {
						t.Errorf("numbers %v", filter.Numbers)
					}
				}
				action := filter.Rule.Action
				if action.Kind == typed.Errno && (action.Data == 0 || action.Data > 4095) {
					t.Errorf("action %v", action)
				}
			}
		}
	}
}

// TestManyFiles checks that policies do not extend each other without end.
func TestManyFiles(t *testing.T) {
	_, list := policy.Load(policy.Request{
		Policies: []string{"p.toml"},
		Native:   arch.X86_64,
		ReadFile: func(string) (string, error) { return "version = 1\nextends = ['d/p.toml', 'e/p.toml']\n", nil },
	})
	if err := list.Err(); err == nil || !strings.Contains(err.Error(), "the policies extend more than 256 files") {
		t.Errorf("got %v", err)
	}
}

// TestNoNative loads policies where no table serves the machine.
func TestNoNative(t *testing.T) {
	request := policy.Request{
		Policies: []string{"p.toml"},
		ReadFile: func(string) (string, error) { return "version = 1\ndefault = 'deny'\n", nil },
	}
	_, list := policy.Load(request)
	if err := list.Err(); err == nil || !strings.HasPrefix(err.Error(), "p.toml:1:1: the policy does not say which ABIs it serves") {
		t.Errorf("got %v", err)
	}
	request.ABIs = []arch.ABI{arch.S390X}
	if _, list := policy.Load(request); list.Failed() {
		t.Errorf("with an ABI: %v", list.Err())
	}
}

// BenchmarkLoad reads and checks policies as the launcher does.
func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"small", "docker"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".toml"))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			text := string(bytes.Clone(text))
			b.ReportAllocs()
			for b.Loop() {
				if _, list := load(text); list.Failed() {
					b.Fatal(list.Err())
				}
			}
		})
	}
}
