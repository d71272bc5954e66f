package main

import (
	"fmt"
	"slices"
	"strings"
)

// A group is one of systemd's sets with the sets inside it written out.
type group struct {
	name    string
	members []string // sorted
}

func readGroups(dir string) ([]group, error) {
	rows, err := readFacts(dir, "groups.tsv")
	if err != nil {
		return nil, err
	}
	direct := map[string][]string{}
	for _, r := range rows {
		direct[r.fields[0]] = r.fields[1:]
	}
	var groups []group
	for _, r := range rows {
		members := map[string]bool{}
		if err := expand(direct, r.fields[0], members, 0); err != nil {
			return nil, r.errorf("%v", err)
		}
		g := group{name: r.fields[0]}
		for m := range members {
			g.members = append(g.members, m)
		}
		slices.Sort(g.members)
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b group) int { return strings.Compare(a.name, b.name) })
	if len(groups) > 64 {
		return nil, fmt.Errorf("groups.tsv: %d sets do not fit 64 bits", len(groups))
	}
	return groups, nil
}

// expand adds the members of a set, and those of the sets in it.
func expand(direct map[string][]string, name string, into map[string]bool, depth int) error {
	list, ok := direct[name]
	if !ok {
		return fmt.Errorf("no set @%s", name)
	}
	if depth > len(direct) {
		return fmt.Errorf("@%s contains itself", name)
	}
	for _, m := range list {
		if inner, ok := strings.CutPrefix(m, "@"); ok {
			if err := expand(direct, inner, into, depth+1); err != nil {
				return err
			}
			continue
		}
		into[m] = true
	}
	return nil
}

// groupBits has bit i set where the call is in groups[i]; every call is in one
// whose only member is "*".
func groupBits(groups []group, syscall string) uint64 {
	var bits uint64
	for i, g := range groups {
		if len(g.members) == 1 && g.members[0] == "*" {
			bits |= 1 << i
		}
		if _, ok := slices.BinarySearch(g.members, syscall); ok {
			bits |= 1 << i
		}
	}
	return bits
}
