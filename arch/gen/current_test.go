package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The generated files are what this generator makes of these facts.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	files, err := generate("facts")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what gen makes of the facts: run go generate ./arch", name)
		}
	}
	for _, dir := range []string{"", "decode/"} {
		there, err := filepath.Glob("../" + dir + "z*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range there {
			if _, ok := files[dir+filepath.Base(path)]; !ok {
				t.Errorf("%s: gen does not make it", path)
			}
		}
	}
}

// Facts that contradict themselves are errors, not tables.
func TestBadFacts(t *testing.T) {
	for _, tc := range []struct{ name, file, line, want string }{
		{"wide narrowing", "narrowings.tsv", "close\tfd\tu64\t64\ttest", "does not narrow"},
		{"narrowing of nothing", "narrowings.tsv", "close\tflags\tu32\t64\ttest", "no ABI in scope has close's parameter flags"},
		{"short narrowing", "narrowings.tsv", "close\tfd", "want system call"},
		{"unknown type", "additions.tsv", "new\t7.0\t480\tfd:struct thing", "no meaning"},
		{"seven registers", "additions.tsv", "new\t7.0\t480\ta:int\tb:int\tc:int\td:int\te:int\tf:int\tg:int", "7 registers"},
		{"number taken", "additions.tsv", "new\t7.0\t450", "450"},
		{"name taken", "additions.tsv", "read\t7.0\t480", "read"},
		{"no version", "additions.tsv", "new\tx\t480", "no version"},
		{"constant twice", "constants_more.tsv", "O_RDONLY\t0", "defined before"},
		{"no value", "constants_more.tsv", "O_NEW\tx", "invalid syntax"},
		{"unknown set", "groups.tsv", "new\t@none", "no set @none"},
		{"set in itself", "groups.tsv", "new\t@new", "contains itself"},
		{"unknown word", "vocabularies.tsv", "new\tflags\t-\tO_NONE", "no ABI has a constant O_NONE"},
		{"unknown mask", "vocabularies.tsv", "ioctl\tenum\tO_NONE\tO_RDWR", "no constant O_NONE"},
		{"unused vocabulary", "vocabularies.tsv", "new\tflags\t-\tO_CREAT", "no parameter has the vocabulary new"},
		{"vocabulary twice", "vocabularies.tsv", "open\tflags\t-\tO_CREAT", "open is defined before"},
		{"flag of nothing", "vocabularies.tsv", "ioctl\tflags\t-\tO_RDONLY", "O_RDONLY is no flag"},
		{"hidden flag", "vocabularies.tsv", "ioctl\tflags\t-\tO_CREAT O_SYNC O_DSYNC O_TMPFILE\nioctl\tflags\t2\tO_DSYNC O_SYNC", "O_SYNC has the bits of O_DSYNC, and stands after it"},
		{"flag in a field", "vocabularies.tsv", "ioctl\tenum\tO_ACCMODE\tO_RDWR\nioctl\tflags\t-\tO_WRONLY", "O_WRONLY has bits of another part"},
		{"choice beyond its mask", "vocabularies.tsv", "ioctl\tenum\tO_ACCMODE\tO_CREAT", "O_CREAT does not fit the mask O_ACCMODE"},
		{"meaning of no call", "meanings.tsv", "opennat\tflags\topen", "no ABI has such a parameter of opennat"},
		{"meaning of no parameter", "meanings.tsv", "openat\tflagz\topen", "no ABI has such a parameter of openat"},
		{"no such vocabulary", "meanings.tsv", "openat\tflags\topenings", "no meaning \"openings\""},
		{"by no parameter", "meanings.tsv", "fcntl\targ\topen\tcommand=F_SETFL", "fcntl has no parameter command"},
		{"by no value", "meanings.tsv", "fcntl\targ\topen\tcmd=O_CREAT", "cmd of fcntl is never called O_CREAT"},
		{"default for nothing", "meanings.tsv", "*\tnothing\topen", "no call needs this line"},
		{"ambiguous alias", "aliases.tsv", "dup2\toldfd\tfd\ndup2\tnewfd\tfd", "alias fd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("facts")); err != nil {
				t.Fatal(err)
			}
			f, err := os.OpenFile(filepath.Join(dir, tc.file), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString(tc.line + "\n"); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = generate(dir)
			if err == nil || !bytes.Contains([]byte(err.Error()), []byte(tc.want)) {
				t.Errorf("generate = %v, want an error with %q", err, tc.want)
			}
		})
	}
}
