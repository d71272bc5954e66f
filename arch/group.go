package arch

import "iter"

// A Group is one of systemd's sets of system calls, such as @file-system, with
// the sets inside it included. The zero value is no group.
type Group uint8

// LookupGroup finds a group by its name without the "@".
func LookupGroup(name string) (Group, bool) {
	for i, n := range groupNames {
		if n == name {
			return Group(i + 1), true
		}
	}
	return 0, false
}

// String returns the group's name without the "@".
func (g Group) String() string {
	if g == 0 || int(g) > len(groupNames) {
		return "no group"
	}
	return groupNames[g-1]
}

// In reports whether s is a member of g.
func (s *Syscall) In(g Group) bool {
	return g != 0 && s.groups>>(g-1)&1 != 0
}

// GroupNames yields the groups' names without the "@", sorted.
func GroupNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, n := range groupNames {
			if !yield(n) {
				return
			}
		}
	}
}
