// Gen writes the tables of packages arch and arch/decode from the facts in gen/facts, which are
// names, numbers and types from sources that each file names. It reads nothing
// else, so anyone can run it; gen/extract made the facts.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	facts := flag.String("facts", "gen/facts", "directory of the facts")
	out := flag.String("out", ".", "directory of package arch, to write z*.go to")
	flag.Parse()
	files, err := generate(*facts)
	for name, text := range files {
		if err == nil {
			err = os.WriteFile(filepath.Join(*out, name), text, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "gen: %v\n", err)
		os.Exit(1)
	}
}

// generate returns the generated files by name.
func generate(facts string) (map[string][]byte, error) {
	k, err := readKnowledge(facts)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	emit := func(name string, s *source) error {
		text, err := s.format()
		if err != nil {
			return fmt.Errorf("%s: %v", name, err)
		}
		files[name] = text
		return nil
	}
	pool := newParamPool()
	latest := version(0)
	tables := map[string][]syscall{}
	for _, a := range abis {
		table, err := k.table(a)
		if err != nil {
			return nil, err
		}
		tables[a.name] = table
		for _, s := range table {
			latest = max(latest, s.since)
		}
		if err := emit("z"+a.name+"_syscalls.go", syscallSource(a, table, pool)); err != nil {
			return nil, err
		}
	}
	if err := k.rules.unused(); err != nil {
		return nil, err
	}
	if err := emit("zparams.go", pool.source()); err != nil {
		return nil, err
	}
	if err := emit("zgroups.go", groupSource(k.groups, latest)); err != nil {
		return nil, err
	}
	constants, err := readConstants(facts)
	if err != nil {
		return nil, err
	}
	if err := emit("zconstants.go", constants.commonSource()); err != nil {
		return nil, err
	}
	for _, a := range abis {
		if err := emit("z"+a.name+"_constants.go", constants.abiSource(a)); err != nil {
			return nil, err
		}
	}
	words, meanings, err := decodingSources(facts, constants, tables)
	if err != nil {
		return nil, err
	}
	if err := emit("decode/zvocabularies.go", words); err != nil {
		return nil, err
	}
	if err := emit("decode/zmeanings.go", meanings); err != nil {
		return nil, err
	}
	for _, n := range []numbering{errnos, signals} {
		s, err := n.source(facts)
		if err != nil {
			return nil, err
		}
		if err := emit("z"+n.file+".go", s); err != nil {
			return nil, err
		}
	}
	return files, nil
}
