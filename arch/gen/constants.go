package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A value is a constant's: negative ones are the bits of an int64.
type value struct {
	bits     uint64
	negative bool
}

func parseValue(s string) (value, error) {
	if strings.HasPrefix(s, "-") {
		n, err := strconv.ParseInt(s, 0, 64)
		return value{uint64(n), true}, err
	}
	n, err := strconv.ParseUint(s, 0, 64)
	return value{bits: n}, err
}

func (v value) literal() string {
	if v.negative {
		return fmt.Sprintf("minus(%d)", uint64(-int64(v.bits)))
	}
	return strconv.FormatUint(v.bits, 10)
}

// A named is a name with its value.
type named struct {
	name  string
	value value
}

// constants are the values that all ABIs share, and each ABI's others.
type constants struct {
	common []named
	byABI  map[string][]named
}

func readConstants(dir string) (constants, error) {
	c := constants{byABI: map[string][]named{}}
	seen := map[string]bool{}
	for _, file := range []string{"constants.tsv", "constants_xsys.tsv", "constants_more.tsv"} {
		rows, err := readFacts(dir, file)
		if err != nil {
			return c, err
		}
		for _, r := range rows {
			if seen[r.fields[0]] {
				return c, r.errorf("%s is defined before", r.fields[0])
			}
			seen[r.fields[0]] = true
			if err := c.add(r); err != nil {
				return c, err
			}
		}
	}
	byName := func(a, b named) int { return cmp.Compare(a.name, b.name) }
	slices.SortFunc(c.common, byName)
	for _, list := range c.byABI {
		slices.SortFunc(list, byName)
	}
	return c, nil
}

// add reads a name with its value, or with abi=value for each ABI that has it.
func (c *constants) add(r row) error {
	for _, f := range r.fields[1:] {
		scope, text, scoped := strings.Cut(f, "=")
		if !scoped {
			text = f
		}
		v, err := parseValue(text)
		if err != nil {
			return r.errorf("%v", err)
		}
		if !scoped {
			c.common = append(c.common, named{r.fields[0], v})
			continue
		}
		for _, a := range abis {
			if a.inScope(scope) {
				c.byABI[a.name] = append(c.byABI[a.name], named{r.fields[0], v})
			}
		}
	}
	return nil
}

func (c constants) commonSource() *source {
	s := newSource()
	s.printf("// constants have one value on all ABIs; sorted by name.\n")
	writeNamed(s, "constants", c.common)
	return s
}

func (c constants) abiSource(a abi) *source {
	s := newSource()
	s.printf("// constants%s are those that not all ABIs have with one value.\n", a.ident)
	writeNamed(s, "constants"+a.ident, c.byABI[a.name])
	return s
}

func writeNamed(s *source, variable string, list []named) {
	s.printf("var %s = []constant{\n", variable)
	for _, n := range list {
		if n.value.negative {
			s.printf("{%q, Value{Bits: %#x, Signed: true}},\n", n.name, n.value.bits)
		} else {
			s.printf("{%q, Value{Bits: %s}},\n", n.name, n.value.literal())
		}
	}
	s.printf("}\n")
}
