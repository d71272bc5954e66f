package main

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// secondNames are the other names of an errno or a signal, never the one to
// print: they stand last in the facts, and the first name of a number counts.
var secondNames = []string{
	"EWOULDBLOCK", "EDEADLOCK", "EFSBADCRC", "EFSCORRUPTED", "EFTYPE", "SIGIOT", "SIGPOLL", "SIGCLD", "SIGUNUSED", "SIGLOST",
}

// writeNumberings writes the errnos and signals of one header each.
func writeNumberings(s sources, errnos, signals map[string]map[string]value) error {
	keep(errnos, func(n string) bool { return n[0] == 'E' && !strings.Contains(n, "_") })
	keep(signals, func(n string) bool {
		return strings.HasPrefix(n, "SIG") && !strings.Contains(n, "_") && n != "SIGRTMIN" && n != "SIGRTMAX" && n != "SIGSTKSZ" && n != "SIGSWI"
	})
	const source = "# Source: the UAPI headers of Linux 7.2 (Debian linux-libc-dev 7.2.13-1), as constants.tsv.\n" +
		"# Made by arch/gen/extract (constants).\n"
	err := writeNumbering(filepath.Join(s.facts, "errnos.tsv"), errnos,
		"# Error numbers: name, number where all ABIs agree, or abi=number. Of several names for one number the first counts.\n"+source)
	if err != nil {
		return err
	}
	return writeNumbering(filepath.Join(s.facts, "signals.tsv"), signals,
		"# Signals: name, number where all ABIs agree, or abi=number. Of several names for one number the first counts.\n"+source)
}

func keep(all map[string]map[string]value, wanted func(string) bool) {
	maps.DeleteFunc(all, func(n string, _ map[string]value) bool { return !wanted(n) })
}

func writeNumbering(path string, all map[string]map[string]value, head string) error {
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		if c := cmp.Compare(slices.Index(secondNames, a), slices.Index(secondNames, b)); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return writeFacts(path, head, func(line func(fields ...string)) {
		for _, n := range names {
			line(n, valuesText(all[n]))
		}
	})
}
