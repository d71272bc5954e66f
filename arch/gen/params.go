package main

import (
	"fmt"
	"slices"
	"strings"
)

// A param is one parameter with its registers.
type param struct {
	name    string
	aliases []string
	ctype   string
	typ     cType
	low     int
	high    int // valid if split
	split   bool
	partly  bool // the high half counts for some uses only
}

// A prototype is the parameters of an entry point, as "name:C type".
type prototype struct {
	scope  string
	params []string
}

func (p prototype) parse(i int) (name, ctype string) {
	name, ctype, _ = strings.Cut(p.params[i], ":")
	return name, ctype
}

// prototypes maps entry points to their prototypes on the ABIs in scope.
type prototypes map[string][]prototype

func readPrototypes(dir string) (prototypes, error) {
	rows, err := readFacts(dir, "prototypes.tsv")
	if err != nil {
		return nil, err
	}
	all := prototypes{}
	for _, r := range rows {
		if len(r.fields) < 3 {
			return nil, r.errorf("want entry, ABIs, file, parameters")
		}
		all[r.fields[0]] = append(all[r.fields[0]], prototype{r.fields[1], r.fields[3:]})
	}
	return all, nil
}

func (p prototypes) find(entry string, a abi) (prototype, bool) {
	for _, proto := range p[entry] {
		if a.inScope(proto.scope) {
			return proto, true
		}
	}
	return prototype{}, false
}

// layout gives each parameter its registers. On 32-bit ABIs a 64-bit value
// takes two, the low half first on these little-endian ones; arm's EABI starts
// it at an even register, which can leave one unused.
func layout(proto prototype, compat *prototype, t types, a abi) ([]param, error) {
	var list []param
	reg := 0
	for i := range proto.params {
		name, ctype := proto.parse(i)
		p := param{name: name, ctype: ctype}
		if compat != nil {
			// The names are the native prototype's, so that one filter serves
			// both ABIs; the types are those that run.
			compatName, compatType := compat.parse(i)
			p.ctype = compatType
			if compatName != name {
				p.aliases = append(p.aliases, compatName)
			}
		}
		var ok bool
		if p.typ, ok = t.of(p.ctype, a); !ok {
			return nil, fmt.Errorf("ctypes.tsv has no meaning for %q on %s", p.ctype, a.name)
		}
		p.split = a.bits == 32 && p.typ.bits == 64
		if p.split && a.align {
			reg += reg % 2
		}
		p.low = reg
		reg++
		if p.split {
			p.high = reg
			reg++
		}
		list = append(list, p)
	}
	if reg > 6 {
		return nil, fmt.Errorf("%d registers", reg)
	}
	return list, nil
}

// rules are the reviewed corrections to what prototypes say.
type rules struct {
	narrow  []narrowing
	partly  []row // syscall, parameter, "command"
	aliases []row // syscall, parameter, alias
}

// A narrowing is a line of narrowings.tsv and whether any table had its
// parameter.
type narrowing struct {
	row
	used bool
}

func readRules(dir string) (*rules, error) {
	r := &rules{}
	narrow, err := readFacts(dir, "narrowings.tsv")
	if err != nil {
		return nil, err
	}
	for _, n := range narrow {
		if len(n.fields) != 5 {
			return nil, n.errorf("want system call, parameter, type, ABIs, where")
		}
		r.narrow = append(r.narrow, narrowing{row: n})
	}
	wide, err := readFacts(dir, "not_narrowed.tsv")
	if err != nil {
		return nil, err
	}
	for _, w := range wide {
		if w.field(2) == "command" {
			r.partly = append(r.partly, w)
		}
	}
	for _, file := range []string{"aliases_manual.tsv", "aliases.tsv"} {
		rows, err := readFacts(dir, file)
		if err != nil {
			return nil, err
		}
		r.aliases = append(r.aliases, rows...)
	}
	return r, nil
}

// apply narrows the parameters of one syscall, marks those that are narrow for
// some uses, and gives them their aliases.
func (r *rules) apply(syscall string, list []param, a abi) error {
	for i := range r.narrow {
		n := &r.narrow[i]
		if n.fields[0] != syscall || !a.inScope(n.fields[3]) {
			continue
		}
		for i := range list {
			if list[i].name != n.fields[1] {
				continue
			}
			typ, ok := parseType(n.fields[2], a)
			if !ok || typ.bits > list[i].typ.bits {
				return n.errorf("%q does not narrow %s", n.fields[2], list[i].ctype)
			}
			list[i].typ = typ
			n.used = true
		}
	}
	for _, w := range r.partly {
		for i := range list {
			if w.fields[0] == syscall && list[i].name == w.field(1) && list[i].typ.bits == 64 {
				list[i].partly = true
			}
		}
	}
	for _, al := range r.aliases {
		if al.fields[0] != syscall {
			continue
		}
		for i := range list {
			if list[i].name == al.fields[1] {
				list[i].aliases = append(list[i].aliases, al.field(2))
			}
		}
	}
	return unambiguous(list)
}

// unused reports a narrowing of a parameter that no table has.
func (r *rules) unused() error {
	for _, n := range r.narrow {
		if !n.used {
			return n.errorf("no ABI in scope has %s's parameter %s", n.fields[0], n.fields[1])
		}
	}
	return nil
}

// unambiguous drops aliases that name another parameter of the same call.
func unambiguous(list []param) error {
	for i := range list {
		list[i].aliases = slices.DeleteFunc(list[i].aliases, func(alias string) bool {
			return slices.ContainsFunc(list, func(p param) bool { return p.name == alias })
		})
		slices.Sort(list[i].aliases)
		list[i].aliases = slices.Compact(list[i].aliases)
		for j := range i {
			for _, alias := range list[i].aliases {
				if slices.Contains(list[j].aliases, alias) {
					return fmt.Errorf("alias %s of both %s and %s", alias, list[j].name, list[i].name)
				}
			}
		}
	}
	return nil
}
