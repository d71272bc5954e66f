package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A syscall is one row of an ABI's table.
type syscall struct {
	name   string
	number int
	since  version
	known  bool // its parameters are known
	params []param
	groups uint64
}

// knowledge is everything that the tables of system calls are made from.
type knowledge struct {
	dir        string
	types      types
	prototypes prototypes
	rules      *rules
	history    history
	groups     []group
	additions  []row
}

func readKnowledge(dir string) (knowledge, error) {
	k := knowledge{dir: dir}
	var err error
	if k.types, err = readTypes(dir); err != nil {
		return k, err
	}
	if k.prototypes, err = readPrototypes(dir); err != nil {
		return k, err
	}
	if k.rules, err = readRules(dir); err != nil {
		return k, err
	}
	if k.history, err = readHistory(dir); err != nil {
		return k, err
	}
	if k.groups, err = readGroups(dir); err != nil {
		return k, err
	}
	k.additions, err = readFacts(dir, "additions.tsv")
	return k, err
}

// table makes the table of one ABI, sorted by number.
func (k knowledge) table(a abi) ([]syscall, error) {
	rows, err := readFacts(k.dir, "syscalls_"+a.name+".tsv")
	if err != nil {
		return nil, err
	}
	var table []syscall
	for _, r := range rows {
		number, err := strconv.Atoi(r.fields[0])
		if err != nil {
			return nil, r.errorf("no number")
		}
		s := syscall{name: r.field(1), number: number}
		if s.params, s.known, err = k.params(r.field(2), r.field(3), a); err != nil {
			return nil, r.errorf("%v", err)
		}
		table = append(table, s)
	}
	for _, r := range k.additions {
		s, ok, err := k.addition(r, a)
		if err != nil {
			return nil, err
		}
		if ok {
			table = append(table, s)
		}
	}
	for i := range table {
		s := &table[i]
		if err := k.rules.apply(s.name, s.params, a); err != nil {
			return nil, fmt.Errorf("%s on %s: %v", s.name, a.name, err)
		}
		if s.since, err = k.history.of(s.name, a, s.since); err != nil {
			return nil, err
		}
		s.groups = groupBits(k.groups, s.name)
	}
	slices.SortFunc(table, func(x, y syscall) int { return cmp.Compare(x.number, y.number) })
	return table, unique(a, table)
}

// unique reports a number or a name that two calls of a table have.
func unique(a abi, table []syscall) error {
	names := map[string]bool{}
	for i, s := range table {
		if i > 0 && table[i-1].number == s.number {
			return fmt.Errorf("%s: %s and %s are both %d", a.name, table[i-1].name, s.name, s.number)
		}
		if names[s.name] {
			return fmt.Errorf("%s: %s stands twice", a.name, s.name)
		}
		names[s.name] = true
	}
	return nil
}

// params lays out the prototype of an entry point. A compat entry point with
// more parameters than the native one takes the same values in halves, which
// is what layout does with the native prototype on a 32-bit ABI.
func (k knowledge) params(entry, compat string, a abi) ([]param, bool, error) {
	if entry == "-" || entry == "sys_ni_syscall" {
		return nil, false, nil
	}
	proto, ok := k.prototypes.find(entry, a)
	if !ok {
		return nil, false, fmt.Errorf("no prototype of %s", entry)
	}
	var other *prototype
	if compat != "-" && compat != "sys_ni_syscall" {
		c, ok := k.prototypes.find(compat, a)
		if !ok {
			return nil, false, fmt.Errorf("no prototype of %s", compat)
		}
		if len(c.params) == len(proto.params) {
			other = &c
		}
	}
	list, err := layout(proto, other, k.types, a)
	return list, err == nil, err
}

// addition reads a line of additions.tsv: name, since, number, parameters.
func (k knowledge) addition(r row, a abi) (syscall, bool, error) {
	var s syscall
	number := r.field(2)
	if scope, n, ok := strings.Cut(number, ":"); ok {
		if !a.inScope(scope) {
			return s, false, nil
		}
		number = n
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return s, false, r.errorf("no number")
	}
	if a.name == "mips64el" {
		n += 5000
	}
	since, err := parseVersion(r.field(1))
	if err != nil {
		return s, false, r.errorf("%v", err)
	}
	s = syscall{name: r.fields[0], number: n, since: since, known: true}
	s.params, err = layout(prototype{params: r.fields[3:]}, nil, k.types, a)
	if err != nil {
		return s, false, r.errorf("%v", err)
	}
	return s, true, nil
}
