package main

import (
	"fmt"
	"math/bits"
	"strings"
)

// A vocabulary is what the values of some parameters are called.
type vocabulary struct {
	name  string
	parts []part
}

// A part is a line of vocabularies.tsv, or several that only go on: some bits
// of a value, and their names.
type part struct {
	row
	how   string   // flags, enum, octal, zero
	mask  string   // "-", a constant, "~" and a constant, or a number
	names []string // in order of preference
}

// ways maps how parts are written to the constants of package decode.
var ways = map[string]string{"flags": "flags", "enum": "choice", "octal": "octal", "zero": "zero"}

func readVocabularies(dir string, c *valuesOf) ([]vocabulary, error) {
	rows, err := readFacts(dir, "vocabularies.tsv")
	if err != nil {
		return nil, err
	}
	var list []vocabulary
	for _, r := range rows {
		if ways[r.field(1)] == "" || r.field(2) == "" {
			return nil, r.errorf("want vocabulary, how, mask, constants")
		}
		names, err := c.expand(strings.Fields(r.field(3)))
		if err != nil {
			return nil, r.errorf("%v", err)
		}
		if len(list) == 0 || list[len(list)-1].name != r.fields[0] {
			list = append(list, vocabulary{name: r.fields[0]})
		}
		v := &list[len(list)-1]
		if n := len(v.parts); n > 0 && v.parts[n-1].how == r.fields[1] && v.parts[n-1].mask == r.fields[2] {
			v.parts[n-1].names = append(v.parts[n-1].names, names...)
			continue
		}
		v.parts = append(v.parts, part{r, r.fields[1], r.fields[2], names})
	}
	seen := map[string]bool{}
	for _, v := range list {
		if seen[v.name] {
			return nil, v.parts[0].errorf("%s is defined before", v.name)
		}
		seen[v.name] = true
	}
	return list, nil
}

// has reports whether a vocabulary has a name for whole values.
func (v *vocabulary) has(name string) bool {
	for _, p := range v.parts {
		for _, n := range p.names {
			if n == name && p.how == "enum" {
				return true
			}
		}
	}
	return false
}

// A wordTable is the names of a part on an ABI.
type wordTable struct {
	mask  uint64
	words []named
}

// tables returns the parts' tables on an ABI.
func (v *vocabulary) tables(a abi, c *valuesOf) ([]wordTable, error) {
	list := make([]wordTable, len(v.parts))
	fields := uint64(0) // bits of the fields that have a mask
	for i, p := range v.parts {
		t := &list[i]
		mask, ok, err := c.mask(p, a)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		t.mask = mask
		if p.how == "enum" && p.mask != "-" {
			fields |= mask
		}
		for _, name := range p.names {
			if x, ok := c.on(a, name); ok {
				t.words = append(t.words, named{name, x})
			}
		}
		t.words = firstOfEach(t.words)
	}
	for i, p := range v.parts {
		if err := p.check(&list[i], fields); err != nil {
			return nil, fmt.Errorf("%v (on %s)", err, a.name)
		}
	}
	return list, nil
}

// firstOfEach leaves out names of values that have one.
func firstOfEach(words []named) []named {
	seen := map[value]bool{}
	var list []named
	for _, w := range words {
		if !seen[w.value] {
			seen[w.value] = true
			list = append(list, w)
		}
	}
	return list
}

// check reports names that could not come out of a value, or not rightly.
func (p *part) check(t *wordTable, fields uint64) error {
	for i, w := range t.words {
		x := w.value.bits
		switch {
		case p.how == "flags" && (x == 0 || w.value.negative):
			return p.errorf("%s is no flag", w.name)
		case p.how == "flags" && p.mask == "-" && x&fields != 0:
			return p.errorf("%s has bits of another part", w.name)
		case p.how == "enum" && p.mask != "-" && (x&^t.mask != 0 || w.value.negative):
			return p.errorf("%s does not fit the mask %s", w.name, p.mask)
		case p.how == "zero" && x != 0:
			return p.errorf("%s is not zero", w.name)
		}
		for _, before := range t.words[:i] {
			if y := before.value.bits; p.how == "flags" && x&y == y && bits.OnesCount64(x) > bits.OnesCount64(y) {
				return p.errorf("%s has the bits of %s, and stands after it", w.name, before.name)
			}
		}
	}
	return nil
}
