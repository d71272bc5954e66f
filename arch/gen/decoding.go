package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// decodingSources returns the tables of package decode.
func decodingSources(dir string, c constants, tables map[string][]syscall) (words, meanings *source, err error) {
	values := newValuesOf(c)
	vocabularies, err := readVocabularies(dir, values)
	if err != nil {
		return nil, nil, err
	}
	list, err := readMeanings(dir, tables, vocabularies)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range vocabularies {
		if !slices.ContainsFunc(list, func(m meaning) bool { return m.words == v.name }) {
			return nil, nil, v.parts[0].errorf("no parameter has the vocabulary %s", v.name)
		}
	}
	if words, err = vocabularySource(vocabularies, values); err != nil {
		return nil, nil, err
	}
	return words, meaningSource(list, vocabularies), nil
}

// vocabularySource writes the vocabularies. ABIs on which a part is the same
// share its table.
func vocabularySource(vocabularies []vocabulary, values *valuesOf) (*source, error) {
	s := newSourceOf("decode")
	s.printf("import \"sandbox/arch\"\n\n")
	index := map[string]int{"{}": 0}
	literals := []string{"{}"}
	var list strings.Builder
	for _, v := range vocabularies {
		byPart := make([][]int, len(v.parts))
		for _, a := range abis {
			tables, err := v.tables(a, values)
			if err != nil {
				return nil, err
			}
			for i, t := range tables {
				literal := t.literal(&v.parts[i])
				if _, ok := index[literal]; !ok {
					index[literal] = len(literals)
					literals = append(literals, literal)
				}
				byPart[i] = append(byPart[i], index[literal])
			}
		}
		fmt.Fprintf(&list, "{name: %q, parts: []part{\n", v.name)
		for i, p := range v.parts {
			fmt.Fprintf(&list, "{how: %s, on: [...]uint16{", ways[p.how])
			for k, n := range byPart[i] {
				fmt.Fprintf(&list, "arch.%s: %d, ", abiConstant(abis[k]), n)
			}
			list.WriteString("}},\n")
		}
		list.WriteString("}},\n")
	}
	s.printf("// vocabularies are those of arch/gen/facts/vocabularies.tsv; the first is none.\nvar vocabularies = [...]vocabulary{\n{},\n%s}\n\n", list.String())
	s.printf("// tables are what parts are on ABIs. Choices are sorted by value, other words\n// in the order in which they are written.\nvar tables = [...]table{\n%s,\n}\n", strings.Join(literals, ",\n"))
	return s, nil
}

// literal writes a table.
func (t *wordTable) literal(p *part) string {
	if t.mask == 0 {
		return "{}"
	}
	words := slices.Clone(t.words)
	if p.how == "enum" {
		slices.SortFunc(words, func(x, y named) int { return cmp.Compare(int64(x.value.bits), int64(y.value.bits)) })
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{mask: %#x", t.mask)
	if p.mask[0] >= 'A' && p.mask[0] <= 'Z' {
		fmt.Fprintf(&b, ", name: %q", p.mask)
	}
	if len(words) > 0 {
		b.WriteString(", words: []word{\n")
		for _, w := range words {
			fmt.Fprintf(&b, "{%q, %#x},\n", w.name, int64(w.value.bits))
		}
		b.WriteString("}")
	}
	b.WriteString("}")
	return b.String()
}

// meaningSource writes what parameters are.
func meaningSource(list []meaning, vocabularies []vocabulary) *source {
	s := newSourceOf("decode")
	s.printf("// meanings is sorted by call and parameter.\nvar meanings = [...]meaning{\n")
	for _, m := range list {
		s.printf("{call: %q, param: %q", m.call, m.param)
		if m.kind != "Number" {
			s.printf(", kind: %s", m.kind)
		}
		if m.words != "" {
			s.printf(", words: %d", indexOf(vocabularies, m.words)+1)
		}
		if m.by != "" {
			s.printf(", by: %q, when: []string{%s}", m.by, quoted(m.when))
		}
		s.printf("},\n")
	}
	s.printf("}\n")
	return s
}
