package arch_test

import (
	"os"
	"strings"
	"testing"

	"sandbox/arch"
)

// readRows reads a file of tab-separated fields; lines that start with # are
// comments.
func readRows(t *testing.T, path string) [][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

// The running kernel is a second witness for the prototypes.
func TestParametersOfRunningKernel(t *testing.T) {
	for _, row := range readRows(t, "testdata/parameters_6.18_x86_64.tsv") {
		name, ok := traced[row[0]]
		if !ok {
			name = row[0]
		}
		s, ok := arch.X86_64.Syscall(name)
		if !ok {
			t.Errorf("%s: not in the table", name)
			continue
		}
		var list []string
		for _, p := range s.Params {
			list = append(list, p.Name+":"+p.CType)
		}
		got, want := strings.Join(list, " "), strings.Join(row[1:], " ")
		// Blanks around * are a matter of taste.
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%s: %q, running kernel %q", name, got, want)
		}
	}
}

// traced maps the names of the kernel's functions, which name its events, to
// the names of the calls.
var traced = map[string]string{
	"newfstat": "fstat", "newlstat": "lstat", "newstat": "stat", "newuname": "uname", "sendfile64": "sendfile", "umount": "umount2",
}
