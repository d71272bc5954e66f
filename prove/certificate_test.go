package prove

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/internal/policygen"
	"sandbox/policy/typed"
)

// certified returns the certificate of a random policy, which is not too complex
// to be proved.
func certified(t testing.TB, seed uint64, abis ...arch.ABI) Certificate {
	t.Helper()
	for ; ; seed += 100 {
		p := plainPolicy(seed, abis...)
		compiled, err := compiler.Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Certify(p, compiled.Program, "a test\x7f")
		var limit *GivenUp
		switch {
		case err == nil:
			return c
		case !errors.As(err, &limit):
			t.Fatal(err)
		}
	}
}

func plainPolicy(seed uint64, abis ...arch.ABI) *typed.Policy {
	g := policygen.New(seed)
	g.Plain = true
	p := g.Policy(abis...)
	for i := range p.Layers {
		p.Layers[i].Name = fmt.Sprintf("layer \"%d\"\n.toml", i)
	}
	return p
}

func TestCertificateRoundTrip(t *testing.T) {
	for i, abis := range machines {
		c := certified(t, uint64(i), abis...)
		file := c.Append([]byte("before"))[len("before"):]
		got, err := ParseCertificate(file)
		if err != nil {
			t.Fatalf("%v\n%.400q", err, file)
		}
		if again := got.Append(nil); !bytes.Equal(again, file) {
			t.Errorf("read and written again:\n%.400q\nwant\n%.400q", again, file)
		}
		want := fmt.Sprint(c.Machine(), c.ABIs(), c.Policies(), c.Digest(), c.Writer(), c.Stats(), c.Program().Code())
		if all := fmt.Sprint(got.Machine(), got.ABIs(), got.Policies(), got.Digest(), got.Writer(), got.Stats(), got.Program().Code()); all != want {
			t.Errorf("read %s, want %s", all, want)
		}
		proved, err := got.Proved(abis[0])
		if err != nil || proved.Program().Len() != c.Program().Len() {
			t.Errorf("for %v: %v", abis[0], err)
		}
		if proved, err := got.Proved(arch.RISCV64); err == nil || !proved.IsZero() {
			t.Errorf("for another machine: proved %v, error %v", proved, err)
		}
	}
}

// TestOnlyProvedProgramsAreCertified: a program of another policy gets no
// certificate, and the zero certificate is none.
func TestOnlyProvedProgramsAreCertified(t *testing.T) {
	c := certified(t, 1, arch.X86_64)
	if other, err := Certify(plainPolicy(2, arch.X86_64), c.Program(), ""); err == nil || len(other.Append(nil)) != 0 {
		t.Errorf("certified a program of another policy: %v", err)
	}
	if _, err := Certify(&typed.Policy{}, bpf.Program{}, ""); err == nil {
		t.Error("certified nothing")
	}
	if _, err := Certify(plainPolicy(2, arch.X86_64, arch.AArch64), c.Program(), ""); err == nil || !strings.Contains(err.Error(), "one machine") {
		t.Errorf("for two machines: %v", err)
	}
	all := []typed.NumberRange{{First: 0, Last: 0xffffffff}}
	rule := &typed.Rule{Action: typed.Action{Kind: typed.Errno, Data: 1}}
	p := &typed.Policy{Layers: []typed.Layer{{
		Name:     strings.Repeat("x", maxHeader),
		ABIs:     []typed.Section{{ABI: arch.X86_64, Filters: []typed.Filter{{Numbers: all, Rule: rule}}}},
		Unserved: rule,
	}}}
	compiled, err := compiler.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Certify(p, compiled.Program, ""); err != errLongHeader {
		t.Errorf("with a long name: %v", err)
	}
	var zero Certificate
	if proved, err := zero.Proved(0); err == nil || !proved.IsZero() {
		t.Errorf("the zero certificate proves %v, error %v", proved, err)
	}
}

// TestDamagedCertificates changes a file in every way that has an answer of its
// own.
func TestDamagedCertificates(t *testing.T) {
	c := certified(t, 1, arch.X86_64, arch.I386)
	good := c.Append(nil)
	header, rest, _ := bytes.Cut(good, []byte("\n\n"))
	// sealed puts the right checksum on a header and what follows it.
	sealed := func(header, rest []byte) []byte {
		content := append(append(bytes.Clone(header), "\n\n"...), rest[:len(rest)-sumSize]...)
		sum := sha256(content)
		return append(content, sum[:]...)
	}
	replaced := func(old, new string) []byte {
		if !bytes.Contains(header, []byte(old)) {
			t.Fatalf("no %q in %q", old, header)
		}
		return sealed(bytes.Replace(header, []byte(old), []byte(new), 1), rest)
	}
	flipped := func(i int) []byte {
		file := bytes.Clone(good)
		file[i] ^= 1
		return file
	}
	unacceptable := bytes.Clone(rest)
	unacceptable[0] = 0xff
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "it is no compiled program"},
		{"a raw program", rest, "it is no compiled program"},
		{"a policy", []byte("version = 1\n"), "it is no compiled program"},
		{"the next format", replaced("program 1\n", "program 2\n"), `it has the format "2", and this sandbox reads 1`},
		{"a long format", replaced("program 1\n", "program "+strings.Repeat("1", 100)), `it has the format "11111111111111111111", and`},
		{"only the first word", good[:len(certificateMagic)], `it has the format ""`},
		{"cut in the header", good[:100], "it is cut off in its header"},
		{"cut in the program", good[:len(header)+10], fmt.Sprintf("it is cut off: %d of its %d bytes are there", len(header)+10, len(good))},
		{"one byte short", good[:len(good)-1], fmt.Sprintf("it is cut off: %d of its", len(good)-1)},
		{"one byte more", append(bytes.Clone(good), 0), "it goes on after its end, for 1 bytes"},
		{"twice", append(bytes.Clone(good), good...), "it goes on after its end"},
		{"a bit of the meaning", flipped(bytes.Index(good, []byte("sha256:")) + 10), "it is damaged or was altered"},
		{"a bit of the program", flipped(len(header) + 10), "it is damaged or was altered"},
		{"a bit of the checksum", flipped(len(good) - 1), "it is damaged or was altered"},
		{"a program that the kernel refuses", sealed(header, unacceptable), "its program is none that the kernel takes: "},
		{"fewer instructions", replaced("instructions: ", "instructions: 0"), "its header is not in the form"},
		{"no instructions", sealed(append(bytes.Clone(header[:bytes.LastIndexByte(header, ' ')+1]), '0'), make([]byte, sumSize)), "its program is none that the kernel takes"},
		{"too many instructions", replaced("instructions: ", "instructions: 9"), ""},
		{"another spelling", replaced("abis: x86_64 i386", "abis: x86_64  i386"), "its header is not in the form"},
		{"an ABI of another machine", replaced("x86_64 i386", "x86_64 arm"), "line 3 of its header is damaged"},
		{"a machine that is none", replaced("machine: x86_64", "machine: i386"), "is damaged"},
		{"an unknown machine", replaced("machine: x86_64", "machine: vax"), `it is for an ABI that this sandbox does not know: "vax"`},
		{"a line missing", replaced("policies: ", "policy: "), "line 4 of its header is damaged"},
		{"no quotes", replaced(`policies: "`, `policies: `), "line 4 of its header is damaged"},
		{"a short digest", replaced("sha256:", "sha256:0"), "line 5 of its header is damaged"},
		{"no number", replaced(" ranges", "x ranges"), "line 6 of its header is damaged"},
		{"one line more", sealed(append(bytes.Clone(header), "\nmore: x"...), rest), "line 8 of its header is damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := ParseCertificate(tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if proved, err := c.Proved(arch.X86_64); err == nil || !proved.IsZero() {
				t.Error("and yet something is proved")
			}
		})
	}
	if _, err := ParseCertificate(sealed(header, rest)); err != nil {
		t.Errorf("the control: %v", err)
	}
}

// TestEveryBitOfACertificateCounts flips each bit of a file.
func TestEveryBitOfACertificateCounts(t *testing.T) {
	c := certified(t, 3, arch.AArch64)
	file := c.Append(nil)
	for i := range file {
		for bit := range 8 {
			file[i] ^= 1 << bit
			if _, err := ParseCertificate(file); err == nil {
				t.Errorf("bit %d of byte %d makes no difference", bit, i)
			}
			file[i] ^= 1 << bit
		}
	}
}

// FuzzParseCertificate puts the right checksum on what it is given, as chance
// does not find one. What is accepted is in the one form.
func FuzzParseCertificate(f *testing.F) {
	for i, abis := range machines {
		c := certified(f, uint64(i), abis...)
		file := c.Append(nil)
		f.Add(file[:len(file)-sumSize])
		f.Add(file[:80])
		if c, err := c.WithOnce(typed.Action{Kind: typed.Errno, Data: 1}); err == nil {
			file := c.Append(nil)
			f.Add(file[:len(file)-sumSize])
		}
	}
	f.Add([]byte("sandbox program 1\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		sum := sha256(content)
		for _, file := range [][]byte{content, append(bytes.Clone(content), sum[:]...)} {
			c, err := ParseCertificate(file)
			if err != nil {
				if _, err := c.Proved(c.Machine()); err == nil {
					t.Errorf("%q is refused, and yet proved", file)
				}
				continue
			}
			if again := c.Append(nil); !bytes.Equal(again, file) {
				t.Errorf("%q is accepted, and written as %q", file, again)
			}
			if _, err := c.ProvedButOnce(c.Machine()); err != nil {
				t.Errorf("%q is accepted, and no good for its machine: %v", file, err)
			}
			if _, once := c.Once(); once {
				if _, err := c.Proved(c.Machine()); err == nil {
					t.Errorf("%q needs a second filter, and is proved without", file)
				}
			}
		}
	})
}
