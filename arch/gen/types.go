package main

import (
	"strconv"
	"strings"
)

// A cType is how a parameter's register is read.
type cType struct {
	bits    int
	signed  bool
	pointer bool
}

// types maps C types to their meaning on 64-bit and on 32-bit ABIs.
type types map[string][2]string

func readTypes(dir string) (types, error) {
	rows, err := readFacts(dir, "ctypes.tsv")
	if err != nil {
		return nil, err
	}
	t := types{}
	for _, r := range rows {
		if len(r.fields) != 3 {
			return nil, r.errorf("want type, 64-bit meaning, 32-bit meaning")
		}
		t[r.fields[0]] = [2]string{r.fields[1], r.fields[2]}
	}
	return t, nil
}

// of returns the meaning of a C type on a.
func (t types) of(ctype string, a abi) (cType, bool) {
	if strings.Contains(ctype, "*") {
		return cType{bits: a.bits, pointer: true}, true
	}
	both, ok := t[strings.TrimPrefix(ctype, "const ")]
	if !ok {
		return cType{}, false
	}
	if a.bits == 64 {
		return parseType(both[0], a)
	}
	return parseType(both[1], a)
}

// parseType reads "u32", "i64" or "ptr".
func parseType(s string, a abi) (cType, bool) {
	if s == "ptr" {
		return cType{bits: a.bits, pointer: true}, true
	}
	if len(s) < 2 {
		return cType{}, false
	}
	bits, err := strconv.Atoi(s[1:])
	return cType{bits: bits, signed: s[0] == 'i'}, err == nil && (s[0] == 'i' || s[0] == 'u')
}
