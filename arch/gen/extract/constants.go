package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// extractConstants writes one line for each name: one value where all ABIs
// agree, or abi=value for each.
func extractConstants(s sources) error {
	shims, err := writeShims()
	if err != nil {
		return err
	}
	defer os.RemoveAll(shims)
	dirs := headerDirs{s.headers, shims}
	all := map[string]map[string]value{} // name → ABI → value
	numberings := map[string]map[string]map[string]value{"asm/errno.h": {}, "asm/signal.h": {}}
	for _, c := range compilers {
		registers, err := c.registerNames(dirs)
		if err != nil {
			return err
		}
		for _, h := range headers {
			found, left, err := c.headerConstants(dirs, h)
			if err != nil {
				fmt.Fprintf(os.Stderr, "extract: %s: %s left out: %v\n", c.abi, h, err)
				continue
			}
			if len(left) > 0 {
				fmt.Fprintf(os.Stderr, "extract: %s: %s: not integers: %s\n", c.abi, h, strings.Join(left, " "))
			}
			for n, v := range found {
				if into, ok := numberings[h]; ok {
					record(into, n, c.abi, v)
				}
				if registers[n] {
					continue
				}
				if old := record(all, n, c.abi, v); old != v {
					fmt.Fprintf(os.Stderr, "extract: %s: %s is %v before %s and %v in it\n", c.abi, n, old, h, v)
				}
			}
		}
	}
	if err := writeNumberings(s, numberings["asm/errno.h"], numberings["asm/signal.h"]); err != nil {
		return err
	}
	return writeConstants(filepath.Join(s.facts, "constants.tsv"), all,
		"# Constants for system-call arguments: name, then its value where all nine ABIs agree, or abi=value for each ABI that has it.\n"+
			"# Source: the UAPI headers of Linux 7.2 (Debian linux-libc-dev 7.2.13-1, every architecture's), the headers that extract/headers.go lists,\n"+
			"# evaluated by each architecture's gcc 12 (loongarch64: x86_64's with loongarch's headers and macros).\n"+
			"# Made by arch/gen/extract (constants).\n")
}

// registerNames are what asm/ptrace.h defines beside requests: the indices of
// registers (EAX, R15), in headers that many others include.
func (c compiler) registerNames(dirs headerDirs) (map[string]bool, error) {
	prelude, _, err := c.headerConstants(dirs, "linux/types.h")
	if err != nil {
		return nil, err
	}
	all, _, err := c.headerConstants(dirs, "asm/ptrace.h")
	if err != nil {
		return nil, err
	}
	names := map[string]bool{"NULL": true}
	for n := range all {
		if _, ok := prelude[n]; !ok && !strings.Contains(n, "PTRACE_") {
			names[n] = true
		}
	}
	return names, nil
}

// record adds a value that is not there yet and returns the one that counts.
func record(all map[string]map[string]value, name, abi string, v value) value {
	if all[name] == nil {
		all[name] = map[string]value{}
	}
	if old, ok := all[name][abi]; ok {
		return old
	}
	all[name][abi] = v
	return v
}

// wanted says whether a name looks like an argument's constant: upper case,
// not an include guard and not private to the headers.
func wanted(name string) bool {
	if name[0] < 'A' || name[0] > 'Z' || strings.HasSuffix(name, "_H") {
		return name == "__WALL" || name == "__WCLONE" || name == "__WNOTHREAD"
	}
	if hasAnyPrefix(name, inMemory) && !hasAnyPrefix(name, inRegister) {
		return false
	}
	return strings.ToUpper(name) == name
}

var macroLine = regexp.MustCompile(`(?m)^#define (\w+) .`)

// macroNames finds the macros with a body in the output of gcc -dM.
func macroNames(text string) []string {
	var names []string
	for _, m := range macroLine.FindAllStringSubmatch(text, -1) {
		if wanted(m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

var (
	lineMark  = regexp.MustCompile(`(?m)^#.*$`)
	enumBody  = regexp.MustCompile(`\benum\b[^{};()]*\{([^{}]*)\}`)
	enumEntry = regexp.MustCompile(`(?:^|,)\s*(\w+)`)
)

// enumNames finds the members of enumerations in preprocessed C.
func enumNames(text string) []string {
	var names []string
	for _, m := range enumBody.FindAllStringSubmatch(lineMark.ReplaceAllString(text, ""), -1) {
		for _, e := range enumEntry.FindAllStringSubmatch(m[1], -1) {
			if wanted(e[1]) {
				names = append(names, e[1])
			}
		}
	}
	return names
}
