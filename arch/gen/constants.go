package main

import (
	"cmp"
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

// A named is a name with its value.
type named struct {
	name  string
	value value
}

// constants are the values that most ABIs have, and the exceptions of each: a
// constant that one ABI has with another value, or does not have, stands there
// too. Ioctl numbers, which powerpc and mips build differently, would fill
// nine tables otherwise.
type constants struct {
	common     []named
	exceptions map[string][]named // by ABI
}

func readConstants(dir string) (constants, error) {
	c := constants{exceptions: map[string][]named{}}
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
	for _, list := range c.exceptions {
		slices.SortFunc(list, byName)
	}
	return c, nil
}

// add reads a name with its value, or with abi=value for each ABI that has it.
func (c *constants) add(r row) error {
	values := make([]value, len(abis))
	for i := range values {
		values[i] = absent
	}
	for _, f := range r.fields[1:] {
		scope, text, scoped := strings.Cut(f, "=")
		if !scoped {
			scope, text = "*", f
		}
		v, err := parseValue(text)
		if err != nil {
			return r.errorf("%v", err)
		}
		for i, a := range abis {
			if a.inScope(scope) {
				values[i] = v
			}
		}
	}
	most := commonest(values)
	if most != absent {
		c.common = append(c.common, named{r.fields[0], most})
	}
	for i, a := range abis {
		if values[i] != most {
			c.exceptions[a.name] = append(c.exceptions[a.name], named{r.fields[0], values[i]})
		}
	}
	return nil
}

// absent marks an ABI without the constant; no constant is minus zero.
var absent = value{negative: true}

// commonest returns the value that stands most often in the list, the first of
// equals.
func commonest(values []value) value {
	count := map[value]int{}
	for _, v := range values {
		count[v]++
	}
	best := values[0]
	for _, v := range values {
		if count[v] > count[best] {
			best = v
		}
	}
	return best
}

func (c constants) commonSource() *source {
	s := newSource()
	s.printf("// constants are those of most ABIs, sorted by name.\n")
	writeNamed(s, "constants", c.common)
	return s
}

func (c constants) abiSource(a abi) *source {
	s := newSource()
	s.printf("// constants%s are %s's exceptions from constants, sorted by name.\n", a.ident, a.name)
	writeNamed(s, "constants"+a.ident, c.exceptions[a.name])
	return s
}

func writeNamed(s *source, variable string, list []named) {
	s.printf("var %s = []constant{\n", variable)
	for _, n := range list {
		switch {
		case n.value == absent:
			s.printf("{%q, absent},\n", n.name)
		case n.value.negative:
			s.printf("{%q, Value{Bits: %#x, Signed: true}},\n", n.name, n.value.bits)
		default:
			s.printf("{%q, Value{Bits: %d}},\n", n.name, n.value.bits)
		}
	}
	s.printf("}\n")
}
