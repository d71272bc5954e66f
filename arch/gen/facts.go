package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A row is one line of a file of facts: its tab-separated fields and where it
// stands, for error messages.
type row struct {
	file   string
	line   int
	fields []string
}

func (r row) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.file, r.line, fmt.Sprintf(format, args...))
}

// field returns field i, or "" where the row is shorter.
func (r row) field(i int) string {
	if i >= len(r.fields) {
		return ""
	}
	return r.fields[i]
}

// readFacts reads a file of facts. Lines that start with # are comments.
func readFacts(dir, name string) ([]row, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	var rows []row
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		rows = append(rows, row{name, i + 1, strings.Split(line, "\t")})
	}
	return rows, nil
}

// An abi is one of the ABIs that get tables.
type abi struct {
	name  string // as in policies and in the facts
	ident string // as in Go identifiers
	bits  int
	align bool // a 64-bit value starts at an even register (arm EABI)
}

var abis = []abi{
	{"x86_64", "X8664", 64, false},
	{"i386", "I386", 32, false},
	{"aarch64", "AArch64", 64, false},
	{"arm", "ARM", 32, true},
	{"riscv64", "RISCV64", 64, false},
	{"s390x", "S390X", 64, false},
	{"ppc64le", "PPC64LE", 64, false},
	{"loongarch64", "LoongArch64", 64, false},
	{"mips64el", "MIPS64EL", 64, false},
}

// inScope reports whether a column of ABIs covers a: "*", "64", "32" or a list
// of names with commas.
func (a abi) inScope(scope string) bool {
	switch scope {
	case "*":
		return true
	case "64":
		return a.bits == 64
	case "32":
		return a.bits == 32
	}
	for _, name := range strings.Split(scope, ",") {
		if name == a.name {
			return true
		}
	}
	return false
}
