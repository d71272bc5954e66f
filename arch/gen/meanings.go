package main

import (
	"cmp"
	"slices"
	"strings"
)

// A meaning is what a parameter of a system call is, or is where another
// parameter has one of some values.
type meaning struct {
	row
	call, param string
	words       string   // a vocabulary, or ""
	kind        string   // a constant of package decode
	by          string   // the parameter that decides, or ""
	when        []string // by the names of its values
}

// kinds maps the kinds of the facts to the constants of package decode.
var kinds = map[string]string{
	"": "Number", "descriptor": "Descriptor", "path": "Path", "text": "Text", "address": "Address", "size": "Size",
	"offset": "Offset", "device": "Device", "process": "Process", "user": "User", "group": "Group",
	"sockaddr": "SocketAddress", "strings": "Strings",
}

// readMeanings returns the meanings of the parameters that any ABI has, sorted
// by call; those of one parameter stand in the order in which they are tried.
func readMeanings(dir string, tables map[string][]syscall, vocabularies []vocabulary) ([]meaning, error) {
	rows, err := readFacts(dir, "meanings.tsv")
	if err != nil {
		return nil, err
	}
	params := paramsByCall(tables)
	var list, defaults []meaning
	for _, r := range rows {
		m, err := readMeaning(r, vocabularies)
		if err != nil {
			return nil, err
		}
		if r.fields[0] == "*" {
			defaults = append(defaults, m)
			continue
		}
		found := map[string]bool{}
		for _, call := range strings.Split(r.fields[0], ",") {
			for _, p := range strings.Split(r.field(1), ",") {
				if slices.Contains(params[call], p) {
					m.call, m.param = call, p
					list = append(list, m)
					found[call], found["."+p] = true, true
				}
			}
			if !found[call] {
				return nil, r.errorf("no ABI has such a parameter of %s", call)
			}
			if m.by != "" && !slices.Contains(params[call], m.by) {
				return nil, r.errorf("%s has no parameter %s", call, m.by)
			}
		}
		for _, p := range strings.Split(r.field(1), ",") {
			if !found["."+p] {
				return nil, r.errorf("none of the calls has a parameter %s", p)
			}
		}
	}
	for _, m := range defaults {
		added := addDefault(&list, m, params)
		if !added {
			return nil, m.errorf("no call needs this line")
		}
	}
	slices.SortStableFunc(list, func(x, y meaning) int {
		return cmp.Or(cmp.Compare(x.call, y.call), cmp.Compare(x.param, y.param), unconditional(x)-unconditional(y))
	})
	return list, checkMeanings(list, vocabularies)
}

func unconditional(m meaning) int {
	if m.by == "" {
		return 1
	}
	return 0
}

func readMeaning(r row, vocabularies []vocabulary) (meaning, error) {
	m := meaning{row: r}
	words, kind, both := strings.Cut(r.field(2), "/")
	if _, ok := kinds[words]; ok && !both {
		words, kind = "", words
	}
	m.words, m.kind = words, kinds[kind]
	if m.kind == "" || words != "" && indexOf(vocabularies, words) < 0 {
		return m, r.errorf("no meaning %q", r.field(2))
	}
	if condition := r.field(3); condition != "" {
		by, names, _ := strings.Cut(condition, "=")
		m.by, m.when = by, strings.Split(names, ",")
	}
	return m, nil
}

// paramsByCall returns the names of the parameters that calls have on any ABI.
func paramsByCall(tables map[string][]syscall) map[string][]string {
	params := map[string][]string{}
	for _, a := range abis {
		for _, s := range tables[a.name] {
			for _, p := range s.params {
				if !slices.Contains(params[s.name], p.name) {
					params[s.name] = append(params[s.name], p.name)
				}
			}
		}
	}
	return params
}

// addDefault adds a meaning for the calls that have none for the parameter.
func addDefault(list *[]meaning, m meaning, params map[string][]string) (added bool) {
	for _, p := range strings.Split(m.field(1), ",") {
		for call, names := range params {
			given := slices.ContainsFunc(*list, func(x meaning) bool { return x.call == call && x.param == p })
			if slices.Contains(names, p) && !given {
				m.call, m.param = call, p
				*list = append(*list, m)
				added = true
			}
		}
	}
	return added
}

// checkMeanings reports conditions on names that their parameter does not have.
func checkMeanings(list []meaning, vocabularies []vocabulary) error {
	for _, m := range list {
		if m.by == "" {
			continue
		}
		i := slices.IndexFunc(list, func(x meaning) bool { return x.call == m.call && x.param == m.by && x.by == "" })
		if i < 0 || list[i].words == "" {
			return m.errorf("%s of %s has no names", m.by, m.call)
		}
		v := vocabularies[indexOf(vocabularies, list[i].words)]
		for _, name := range m.when {
			if !v.has(name) {
				return m.errorf("%s of %s is never called %s", m.by, m.call, name)
			}
		}
	}
	return nil
}

func indexOf(list []vocabulary, name string) int {
	return slices.IndexFunc(list, func(v vocabulary) bool { return v.name == name })
}
