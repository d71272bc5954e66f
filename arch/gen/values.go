package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// valuesOf finds the values of constants by name.
type valuesOf struct {
	byABI map[string]map[string]value // ABI → constant
	names []string                    // sorted
}

func newValuesOf(c constants) *valuesOf {
	v := &valuesOf{byABI: map[string]map[string]value{}}
	for _, a := range abis {
		own := map[string]value{}
		for _, n := range c.common {
			own[n.name] = n.value
		}
		for _, n := range c.exceptions[a.name] {
			own[n.name] = n.value
			v.names = append(v.names, n.name)
		}
		v.byABI[a.name] = own
	}
	for _, n := range c.common {
		v.names = append(v.names, n.name)
	}
	slices.Sort(v.names)
	v.names = slices.Compact(v.names)
	return v
}

// on returns the value of a constant on an ABI, or false if it has none.
func (v *valuesOf) on(a abi, name string) (value, bool) {
	x, ok := v.byABI[a.name][name]
	return x, ok && x != absent
}

// mask returns the bits of a part on an ABI, or false if that has no constant
// for them.
func (v *valuesOf) mask(p part, a abi) (uint64, bool, error) {
	name, complement := strings.CutPrefix(p.mask, "~")
	var bits uint64
	switch x, ok := v.on(a, name); {
	case p.mask == "-":
		return ^uint64(0), true, nil
	case ok:
		bits = x.bits
	case v.known(name):
		return 0, false, nil
	default:
		n, err := strconv.ParseUint(name, 0, 64)
		if err != nil {
			return 0, false, p.errorf("no constant %s", name)
		}
		bits = n
	}
	if complement {
		bits = ^bits
	}
	return bits, true, nil
}

// known reports whether any ABI has a constant.
func (v *valuesOf) known(name string) bool {
	_, ok := slices.BinarySearch(v.names, name)
	return ok
}

// expand writes out the patterns among names: NAME_* stands for all constants
// that begin so, and -NAME takes one out.
func (v *valuesOf) expand(patterns []string) ([]string, error) {
	var list []string
	for _, p := range patterns {
		out, minus := strings.CutPrefix(p, "-")
		prefix, all := strings.CutSuffix(p, "*")
		switch {
		case minus && !slices.Contains(list, out):
			return nil, fmt.Errorf("%s is not among those before it", out)
		case minus:
			list = slices.DeleteFunc(list, func(n string) bool { return n == out })
		case all:
			for _, n := range v.names {
				if strings.HasPrefix(n, prefix) && !slices.Contains(list, n) {
					list = append(list, n)
				}
			}
		case !v.known(p):
			return nil, fmt.Errorf("no ABI has a constant %s", p)
		default:
			list = append(list, p)
		}
	}
	return list, nil
}
