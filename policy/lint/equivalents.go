package lint

import (
	"slices"
	"strings"

	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// ring begins what io_uring does, without system calls of their own names and
// with arguments that no filter sees.
const ring = "io_uring_setup"

// families warns where a rule refuses calls of one system call, and another
// one passes that does the same. That io_uring does is said once: it is one
// thing to close, for all families.
func (l *linter) families(s *section) {
	ringTold := false
	for i := range families {
		f := &families[i]
		refused, at := s.firstRefused(f)
		if at < 0 {
			continue
		}
		open := s.waysAround(f, refused)
		if ringTold {
			open = without(open, ring)
		}
		if s.filtersClone() >= 0 {
			open = without(open, "clone3")
		}
		ringTold = ringTold || slices.Contains(open, ring)
		if len(open) > 0 {
			l.equivalent(s, at, refused, f.does, open)
		}
	}
}

// firstRefused returns the first call of a family of which a written filter that
// names it refuses calls, and that filter; or -1.
func (s *section) firstRefused(f *family) (name string, filter int) {
	filter = -1
	for _, name := range f.calls {
		if at := s.refusing(name); at >= 0 && (!f.wholly || s.fate(name).never()) {
			return name, at
		}
	}
	return "", -1
}

// refusing returns the first written filter that names a call and makes some
// calls of it fail: as its rule refuses them, or as its condition is all that
// lets them pass. If there is none it returns -1. ENOSYS hides a call and
// leaves the caller to another one, as is meant.
func (s *section) refusing(name string) int {
	call, ok := s.ABI.Syscall(name)
	if !ok || !s.fate(name).refused {
		return -1
	}
	for _, i := range s.named[call.Number] {
		f := &s.Filters[i]
		refuses := !passes(f.Rule.Action) && !isENOSYS(s.ABI, f.Rule.Action)
		if !s.facts[i].Unreachable() && (refuses || passes(f.Rule.Action) && f.When != nil) {
			return i
		}
	}
	return -1
}

// waysAround returns the calls of a family that pass whatever their arguments,
// although another one does not: nobody thought of them, or they would have a
// condition as well.
func (s *section) waysAround(f *family, refused string) []string {
	var open []string
	for _, names := range [...][]string{f.calls, f.also} {
		for _, name := range names {
			if name != refused && s.fate(name).always() {
				open = append(open, name)
			}
		}
	}
	return open
}

// deeds warns where no call of one system call passes that does a certain
// thing, as a written rule sees to, and another system call does it.
func (l *linter) deeds(s *section) {
	meant := false // the policy is about the deed before
	for i := range deeds {
		d := &deeds[i]
		if meant && d.orLess {
			continue
		}
		var open []string
		refused, at := "", -1
		for _, u := range d.uses {
			switch {
			case s.does(u):
				open = append(open, u.call)
			case at < 0 && !u.way:
				if refusing := s.refusing(u.call); refusing >= 0 && s.Filters[refusing].When != nil {
					refused, at = u.call, refusing
				}
			}
		}
		if refused == "clone" {
			open = without(open, "clone3") // see clone3
		}
		meant = at >= 0
		if meant && len(open) > 0 {
			l.equivalent(s, at, refused, d.does, open)
		}
	}
}

// without returns names without one of them; it uses the slice up.
func without(names []string, name string) []string {
	return slices.DeleteFunc(names, func(other string) bool { return other == name })
}

// equivalent warns of calls that do what another one is kept from doing.
func (l *linter) equivalent(s *section, filter int, refused, does string, open []string) {
	f := &s.Filters[filter]
	state := "passes under a condition"
	if s.fate(refused).never() {
		state = "is refused"
	}
	l.list.Reportf(diag.EquivalentOpen, l.policy.FilterSpan(f), "%s %s, but programs can %s with %s as well", refused, state, does, listed(open)).
		Labelf("says nothing about %s", open[0]).
		Hintf("%s", remedy(f, open))
}

// remedy says how the other calls are closed.
func remedy(f *typed.Filter, open []string) string {
	switch {
	case passes(f.Rule.Action):
		return "do not allow them: " + strings.Join(open, ", ")
	case len(open) == 1 && open[0] == ring:
		return "refuse that as well, so that programs do without it: errno(ENOSYS) " + ring
	case f.When == nil:
		return "refuse them with it: " + strings.Join(open, ", ")
	}
	return "refuse them as well, or hold them to a condition of the kind: " + strings.Join(open, ", ")
}

// listed joins names as a sentence does.
func listed(names []string) string {
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}
