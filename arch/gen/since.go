package main

import (
	"fmt"
	"strconv"
	"strings"
)

// A version is arch.Version's encoding: major<<8|minor, and 2.6.N as 2<<8|N.
type version uint16

func parseVersion(s string) (version, error) {
	if s == "-" {
		return 0, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) > 2 && parts[0] == "2" && parts[1] == "6" {
		parts = []string{"2", parts[2]}
	} else if len(parts) >= 2 && parts[0] == "2" {
		return 0, nil // 2.2, 2.4, 2.5, 2.6: long before 2.6.12
	}
	if len(parts) == 1 {
		parts = append(parts, "0")
	}
	major, err := strconv.ParseUint(parts[0], 10, 8)
	if err != nil {
		return 0, fmt.Errorf("no version: %q", s)
	}
	minor, err := strconv.ParseUint(parts[1], 10, 8)
	if err != nil {
		return 0, fmt.Errorf("no version: %q", s)
	}
	v := version(major<<8 | minor)
	if v <= 2<<8|12 {
		return 0, nil // 2.6.12 is where git's history of the kernel starts
	}
	return v, nil
}

// history answers since when an ABI has a call.
type history struct {
	manual map[string]version // any architecture, by syscalls(2)
	ports  map[string]version // ABI → its first release
	fixed  []row              // syscall, ABIs, version, source
}

func readHistory(dir string) (history, error) {
	h := history{manual: map[string]version{}, ports: map[string]version{}}
	for file, m := range map[string]map[string]version{"since_manual.tsv": h.manual, "ports.tsv": h.ports} {
		rows, err := readFacts(dir, file)
		if err != nil {
			return h, err
		}
		for _, r := range rows {
			v, err := parseVersion(r.field(1))
			if err != nil {
				return h, r.errorf("%v", err)
			}
			m[r.fields[0]] = v
		}
	}
	var err error
	h.fixed, err = readFacts(dir, "since.tsv")
	return h, err
}

// of is the release since which a has the call: what since.tsv says for the
// ABI, or else the manual's release, or else known; never before the port.
func (h history) of(syscall string, a abi, known version) (version, error) {
	v := known
	if m, ok := h.manual[syscall]; ok && v == 0 {
		v = m
	}
	for _, r := range h.fixed {
		if r.fields[0] == syscall && a.inScope(r.field(1)) {
			fixed, err := parseVersion(r.field(2))
			if err != nil {
				return 0, r.errorf("%v", err)
			}
			v = fixed
		}
	}
	return max(v, h.ports[a.name]), nil
}
