package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A numbering is a small set of names for numbers that every ABI has, such as
// errnos: a table for most, and one for mips, which numbers them its own way.
type numbering struct {
	file     string // facts/<file>.tsv, z<file>.go
	variable string
}

var (
	errnos  = numbering{"errnos", "errnos"}
	signals = numbering{"signals", "signals"}
)

// source writes the table that most ABIs share, and one for each that differs.
// Sorted by number; of two names for a number the first in the facts is the
// one to print.
func (n numbering) source(dir string) (*source, error) {
	rows, err := readFacts(dir, n.file+".tsv")
	if err != nil {
		return nil, err
	}
	tables := map[string][]named{}
	for _, r := range rows {
		for _, a := range abis {
			for _, f := range r.fields[1:] {
				scope, text, scoped := strings.Cut(f, "=")
				if !scoped {
					scope, text = "*", f
				}
				if !a.inScope(scope) {
					continue
				}
				v, err := parseValue(text)
				if err != nil {
					return nil, r.errorf("%v", err)
				}
				tables[a.name] = append(tables[a.name], named{r.fields[0], v})
			}
		}
	}
	s := newSource()
	written := map[string]string{} // text of a table → variable
	perABI := make([]string, len(abis))
	for i, a := range abis {
		list := tables[a.name]
		slices.SortStableFunc(list, func(x, y named) int { return cmp.Compare(x.value.bits, y.value.bits) })
		var b strings.Builder
		for _, x := range list {
			fmt.Fprintf(&b, "{%q, %d},\n", x.name, x.value.bits)
		}
		id, ok := written[b.String()]
		if !ok {
			id = n.variable
			if len(written) > 0 {
				id += a.ident
			}
			written[b.String()] = id
			s.printf("// %s is sorted by number; the first name of a number is the one to print.\n", id)
			s.printf("var %s = []numbered{\n%s}\n\n", id, b.String())
		}
		perABI[i] = id
	}
	s.printf("// %sOf is indexed by ABI.\nvar %sOf = [...][]numbered{\n", n.variable, n.variable)
	for i, a := range abis {
		s.printf("%s: %s,\n", abiConstant(a), perABI[i])
	}
	s.printf("}\n")
	return s, nil
}

// abiConstant is the name of a's constant in package arch.
func abiConstant(a abi) string {
	if a.name == "x86_64" {
		return "X86_64"
	}
	return a.ident
}
