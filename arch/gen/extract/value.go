package main

import (
	"fmt"
	"strconv"
	"strings"
)

// A value is a constant as the C compiler sees it: bits, and whether the
// expression is negative.
type value struct {
	bits     uint64
	negative bool
}

func (v value) String() string {
	if v.negative {
		return strconv.FormatInt(int64(v.bits), 10)
	}
	if v.bits < 10 {
		return strconv.FormatUint(v.bits, 10)
	}
	return fmt.Sprintf("%#x", v.bits)
}

func parseValue(s string) (value, error) {
	if strings.HasPrefix(s, "-") {
		n, err := strconv.ParseInt(s, 0, 64)
		return value{uint64(n), true}, err
	}
	n, err := strconv.ParseUint(s, 0, 64)
	return value{bits: n}, err
}

// valuesText writes a constant's values as the facts do: one value where all
// ABIs have the same, or abi=value for each ABI that has one.
func valuesText(byABI map[string]value) string {
	var list []string
	same := len(byABI) == len(compilers)
	for _, c := range compilers {
		v, ok := byABI[c.abi]
		if !ok {
			continue
		}
		same = same && v == byABI[compilers[0].abi]
		list = append(list, c.abi+"="+v.String())
	}
	if same {
		return byABI[compilers[0].abi].String()
	}
	return strings.Join(list, "\t")
}
