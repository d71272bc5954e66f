package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// A prototype is one SYSCALL_DEFINE or COMPAT_SYSCALL_DEFINE.
type prototype struct {
	entry  string // sys_openat, compat_sys_openat
	file   string // from the root of the source
	conds  []string
	params []string // "name:C type"
}

func (p prototype) String() string { return strings.Join(p.params, "\t") }

// definers are the macros that define an entry point, with the prefix that
// the entry gets.
var definers = []struct{ macro, prefix string }{
	{"COMPAT_SYSCALL_DEFINE", "compat_sys_"},
	{"COMPAT_SYSCALL32_DEFINE", "compat_sys_"},
	{"PPC32_SYSCALL_DEFINE", "compat_sys_"},
	{"SYSCALL32_DEFINE", "compat_sys_"},
	{"SYSCALL_DEFINE", "sys_"},
}

func readPrototypes(linux string) (map[string][]prototype, error) {
	all := map[string][]prototype{}
	for _, dir := range []string{"arch", "kernel", "mm", "fs", "ipc", "net", "security", "block", "io_uring", "drivers", "init", "lib"} {
		err := filepath.WalkDir(filepath.Join(linux, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".c") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if !strings.Contains(string(text), "SYSCALL") {
				return nil
			}
			rel, err := filepath.Rel(linux, path)
			if err != nil {
				return err
			}
			for _, p := range scanFile(rel, string(text)) {
				all[p.entry] = append(all[p.entry], p)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// scanFile finds the definitions in one C file and the preprocessor
// conditions around each.
func scanFile(rel, text string) []prototype {
	var found []prototype
	var conds []string
	lines := strings.Split(stripComments(text), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "#"); ok {
			conds = condition(conds, strings.TrimSpace(rest))
			continue
		}
		for _, d := range definers {
			rest, ok := strings.CutPrefix(line, d.macro)
			if !ok || len(rest) < 2 || rest[0] < '0' || rest[0] > '6' || rest[1] != '(' {
				continue
			}
			body := rest[2:]
			for !strings.Contains(body, ")") || strings.Count(body, "(")+1 > strings.Count(body, ")") {
				i++
				body += " " + lines[i]
			}
			body = body[:strings.LastIndex(body, ")")]
			parts := strings.Split(splitPairs(body), ",")
			p := prototype{entry: d.prefix + strings.TrimSpace(parts[0]), file: rel, conds: slices.Clone(conds)}
			for j := 1; j+1 < len(parts); j += 2 {
				p.params = append(p.params, strings.TrimSpace(parts[j+1])+":"+cleanType(parts[j]))
			}
			found = append(found, p)
			break
		}
	}
	return found
}

// splitPairs writes out SC_ARG64(x), the macro of include/linux/compat.h for a
// 64-bit value in two parameters.
func splitPairs(body string) string {
	before, rest, ok := strings.Cut(body, "SC_ARG64(")
	if !ok {
		return body
	}
	name, rest, _ := strings.Cut(rest, ")")
	return before + "u32, " + name + "_lo, u32, " + name + "_hi" + rest
}

// condition follows #if, #else and #endif; #elif and #else are kept as text
// after the conditions they negate.
func condition(conds []string, directive string) []string {
	word := directive
	if i := strings.IndexFunc(directive, unicode.IsSpace); i >= 0 {
		word = directive[:i]
	}
	switch word {
	case "if", "ifdef", "ifndef":
		return append(conds, directive)
	case "elif", "else":
		if len(conds) > 0 {
			conds = slices.Clone(conds)
			conds[len(conds)-1] = directive + " after " + conds[len(conds)-1]
		}
	case "endif":
		if len(conds) > 0 {
			return conds[:len(conds)-1]
		}
	}
	return conds
}

// cleanType writes a type in one way: single spaces, " *" before pointers, no
// address-space annotations.
func cleanType(t string) string {
	t = strings.ReplaceAll(t, "*", " * ")
	var words []string
	for _, w := range strings.Fields(t) {
		switch w {
		case "__user", "__force":
			continue
		}
		words = append(words, w)
	}
	return strings.ReplaceAll(strings.Join(words, " "), "* *", "**")
}

func stripComments(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "/*")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		j := strings.Index(s[i:], "*/")
		if j < 0 {
			return b.String()
		}
		b.WriteString(strings.Repeat("\n", strings.Count(s[i:i+j], "\n")))
		s = s[i+j+2:]
	}
}

func extractPrototypes(s sources) error {
	all, err := readPrototypes(s.linux)
	if err != nil {
		return err
	}
	type key struct{ entry, params string }
	abisOf := map[key][]string{}
	file := map[key]string{}
	for _, src := range abiSources {
		rows, err := abiRows(s.linux, src)
		if err != nil {
			return err
		}
		for _, r := range rows {
			for _, entry := range []string{r.entry, r.compat} {
				if entry == "" || entry == "sys_ni_syscall" {
					continue
				}
				p, err := resolve(all, src, entry)
				if err != nil {
					fmt.Fprintf(os.Stderr, "%s %s: %v\n", src.abi, r.name, err)
					continue
				}
				k := key{entry, p.String()}
				if !slices.Contains(abisOf[k], src.abi) {
					abisOf[k] = append(abisOf[k], src.abi)
				}
				if file[k] == "" {
					file[k] = p.file
				}
			}
		}
	}
	keys := make([]key, 0, len(abisOf))
	for k := range abisOf {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		if c := strings.Compare(a.entry, b.entry); c != 0 {
			return c
		}
		return strings.Compare(abisOf[a][0], abisOf[b][0])
	})
	var b strings.Builder
	b.WriteString("# The parameters of each entry point: entry, ABIs that it serves with them, file, then name:C type for each.\n")
	b.WriteString("# Source: SYSCALL_DEFINE and COMPAT_SYSCALL_DEFINE in linux-source-6.12 (6.12.117), without __user and __force.\n")
	b.WriteString("# Made by arch/gen/extract (prototypes); resolve.go says which of several definitions an ABI uses.\n")
	for _, k := range keys {
		fmt.Fprintf(&b, "%s\t%s\t%s", k.entry, strings.Join(abisOf[k], ","), file[k])
		if k.params != "" {
			b.WriteString("\t" + k.params)
		}
		b.WriteString("\n")
	}
	return os.WriteFile(filepath.Join(s.facts, "prototypes.tsv"), []byte(b.String()), 0o644)
}
