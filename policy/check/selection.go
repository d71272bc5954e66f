package check

import (
	"cmp"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A selection is the system calls that a filter is about, on one ABI.
type selection struct {
	calls   []*arch.Syscall // by number
	numbers []uint32        // selected by #number and not in the table; sorted
	broad   *diag.Span      // the selector that ranges over everything, if one does
}

func (s *selection) empty() bool { return len(s.calls) == 0 && len(s.numbers) == 0 }

// choose finds the calls that the selectors of f select. "*", "!name" and
// groups range over the calls that the baseline kernel has; a call given by
// name or number is selected even if it is newer. The order of selectors has
// no meaning: what is taken out stays out. A filter of which every selector
// takes something out starts from "*".
func (c *checker) choose(f *filter.Filter, kernel arch.Version) selection {
	s := selection{calls: make([]*arch.Syscall, 0, len(f.Selectors))}
	included := 0
	for i := range f.Selectors {
		if sel := &f.Selectors[i]; !sel.Exclude {
			c.include(&s, sel, kernel)
			included++
		}
	}
	if included == 0 && len(f.Selectors) > 0 {
		s.broad = &f.Selectors[0].Span
		s.includeAll(c.abi, kernel)
	}
	before := len(s.calls) + len(s.numbers)
	c.copied += max(0, before-included) // what "*" and groups stand for
	s.sort()
	if before > len(s.calls)+len(s.numbers) || included < len(f.Selectors) {
		c.judgeRepeats(f.Selectors)
	}
	for i := range f.Selectors {
		if sel := &f.Selectors[i]; sel.Exclude {
			c.exclude(&s, sel, kernel)
		}
	}
	if before > 0 && s.empty() && !c.list.Failed() {
		c.list.Reportf(diag.EmptySelection, f.Span, "selects nothing: every system call is taken out again").
			Labelf("nothing is left of this")
	}
	return s
}

func (s *selection) sort() {
	slices.SortFunc(s.calls, func(a, b *arch.Syscall) int { return cmp.Compare(a.Number, b.Number) })
	s.calls = slices.Compact(s.calls)
	slices.Sort(s.numbers)
	s.numbers = slices.Compact(s.numbers)
}

func (s *selection) includeAll(abi arch.ABI, kernel arch.Version) {
	table := abi.Syscalls()
	for i := range table {
		if table[i].Since <= kernel {
			s.calls = append(s.calls, &table[i])
		}
	}
}

// include adds what one selector selects.
func (c *checker) include(s *selection, sel *filter.Selector, kernel arch.Version) {
	switch sel.Kind {
	case filter.SelectAll:
		s.broad = &sel.Span
		s.includeAll(c.abi, kernel)
	case filter.SelectName:
		if call, ok := c.abi.Syscall(sel.Name); ok {
			s.calls = append(s.calls, call)
		} else {
			c.missingCall(sel)
		}
	case filter.SelectGroup:
		group, ok := arch.LookupGroup(sel.Name)
		if !ok {
			c.unknownGroup(sel)
			return
		}
		before := len(s.calls)
		table := c.abi.Syscalls()
		for i := range table {
			if table[i].Since <= kernel && table[i].In(group) {
				s.calls = append(s.calls, &table[i])
			}
		}
		if len(s.calls) == before {
			c.list.Notef(sel.Span, "@%s has no system call on %s up to kernel %s", sel.Name, c.abi, kernel).
				Labelf("selects nothing there")
		}
	case filter.SelectNumber:
		if call, ok := c.abi.Numbered(sel.Number); ok {
			s.calls = append(s.calls, call)
			return
		}
		s.numbers = append(s.numbers, sel.Number)
		if c.abi == arch.X86_64 && sel.Number >= arch.X32Bit && sel.Number != ^uint32(0) {
			c.list.Reportf(diag.X32Number, sel.Span, "x32 numbers are always refused on %s", c.abi).
				Labelf("no rule is asked about this number")
		}
	}
}

// exclude takes out what one selector names.
func (c *checker) exclude(s *selection, sel *filter.Selector, kernel arch.Version) {
	out := func(*arch.Syscall) bool { return true }
	switch sel.Kind {
	case filter.SelectAll:
		s.numbers = nil
	case filter.SelectName:
		call, ok := c.abi.Syscall(sel.Name)
		if !ok {
			c.missingCall(sel)
			return
		}
		c.warnIfNotSelected(s, sel, call, kernel)
		out = func(other *arch.Syscall) bool { return other == call }
	case filter.SelectGroup:
		group, ok := arch.LookupGroup(sel.Name)
		if !ok {
			c.unknownGroup(sel)
			return
		}
		out = func(call *arch.Syscall) bool { return call.In(group) }
	case filter.SelectNumber:
		if call, ok := c.abi.Numbered(sel.Number); ok {
			c.warnIfNotSelected(s, sel, call, kernel)
		} else if !slices.Contains(s.numbers, sel.Number) {
			c.nothingTakenOut(sel, sel.String()[len("!"):])
		}
		out = func(call *arch.Syscall) bool { return call.Number == sel.Number }
		s.numbers = slices.DeleteFunc(s.numbers, func(n uint32) bool { return n == sel.Number })
	}
	s.calls = slices.DeleteFunc(s.calls, out)
}

// warnIfNotSelected warns of an exclusion that has nothing to take out. A call
// newer than the baseline is left out already, and is worth no warning.
func (c *checker) warnIfNotSelected(s *selection, sel *filter.Selector, call *arch.Syscall, kernel arch.Version) {
	if call.Since > kernel || slices.Contains(s.calls, call) {
		return
	}
	c.nothingTakenOut(sel, call.Name)
}

func (c *checker) nothingTakenOut(sel *filter.Selector, written string) {
	c.list.Reportf(diag.NothingTakenOut, sel.Span, "%s is not selected, so there is nothing to take out", written).
		Labelf("has no effect")
}

// missingCall reports a name that this ABI does not have.
func (c *checker) missingCall(sel *filter.Selector) {
	if arch.KnownAnywhere(sel.Name) {
		nothing := "selects nothing there"
		if sel.Exclude {
			nothing = "nothing to take out there"
		}
		c.list.Notef(sel.Span, "%s is not on %s", sel.Name, c.abi).Labelf("%s", nothing)
		return
	}
	d := c.list.Reportf(diag.UnknownSyscall, sel.Span, "unknown system call %s", sel.Name).Labelf("not on any ABI")
	if !c.maySearch() {
		return
	}
	if bare := withoutPrefix(sel.Name); arch.KnownAnywhere(bare) {
		d.Hintf("write %s: names have no prefix", bare)
	} else if calls := callsOf(sel.Name); calls != "" {
		d.Hintf("%s() is a function of C libraries, which calls %s", sel.Name, calls)
	} else if near, ok := diag.Nearest(sel.Name, arch.SyscallNames()); ok {
		d.Hintf("did you mean %s?", near)
	}
	if _, ok := arch.LookupGroup(sel.Name); ok {
		d.Hintf("the group of this name is @%s", sel.Name)
	}
	switch sel.Name {
	case "all", "any", "every", "everything":
		d.Hints = nil
		d.Hintf("all system calls are written *")
	}
	if len(d.Hints) == 0 {
		if near, ok := diag.Nearest(sel.Name, arch.GroupNames()); ok {
			d.Hintf("did you mean the group @%s?", near)
		} else if longer := groupsOn(sel.Name); longer != "" {
			d.Hintf("did you mean %s?", longer)
		}
	}
	if len(d.Hints) == 0 {
		d.Hintf("names are those of system calls, not of functions of a library: 'sandbox syscalls' lists them")
		d.Hintf("a system call that the tables lack can be given by number, as in #1234")
	}
}

// withoutPrefix returns the name of a system call as the kernel's table has it,
// from that of its number or its function in C.
func withoutPrefix(name string) string {
	for _, prefix := range [...]string{"SYS_", "sys_", "__NR_"} {
		if bare, ok := strings.CutPrefix(name, prefix); ok {
			return bare
		}
	}
	return name
}

func (c *checker) unknownGroup(sel *filter.Selector) {
	d := c.list.Reportf(diag.UnknownGroup, sel.Span, "unknown group @%s", sel.Name)
	if near, ok := diag.Nearest(sel.Name, arch.GroupNames()); ok {
		d.Hintf("did you mean @%s?", near)
	} else if longer := groupsOn(sel.Name); longer != "" {
		d.Hintf("did you mean %s?", longer)
	}
	if arch.KnownAnywhere(sel.Name) {
		d.Hintf("the system call of this name is written without the @")
	}
	if len(d.Hints) == 0 {
		d.Hintf("'sandbox syscalls --groups' lists the groups")
	}
}

// groupsOn returns the groups whose name has a part of the given name, such as
// @network-io for network.
func groupsOn(part string) string {
	var groups []string
	for name := range arch.GroupNames() {
		if slices.Contains(strings.Split(name, "-"), part) {
			groups = append(groups, "@"+name)
		}
	}
	return strings.Join(groups, " or ")
}

// A target is what a selector is about: one number, however it is written, a
// group, or everything. That a group holds a call, or another group, makes
// them no less two targets: naming a call beside its group is common, and
// needed if the call is newer than the baseline.
type target struct {
	kind   filter.SelectorKind
	name   string
	number uint32
}

func (c *checker) target(sel *filter.Selector) target {
	switch sel.Kind {
	case filter.SelectNumber:
		return target{kind: filter.SelectNumber, number: sel.Number}
	case filter.SelectName:
		if call, ok := c.abi.Syscall(sel.Name); ok {
			return target{kind: filter.SelectNumber, number: call.Number}
		}
	}
	return target{kind: sel.Kind, name: sel.Name}
}

// judgeRepeats warns of selectors that say what an earlier one said, and
// reports those that say the opposite.
func (c *checker) judgeRepeats(selectors []filter.Selector) {
	first := make(map[target]*filter.Selector, len(selectors))
	for i := range selectors {
		sel := &selectors[i]
		id := c.target(sel)
		earlier, repeated := first[id]
		switch {
		case !repeated:
			first[id] = sel
		case earlier.Exclude != sel.Exclude:
			c.list.Reportf(diag.Contradiction, sel.Span, "%s is both selected and taken out again", selectorText(sel, earlier)).
				Notef(earlier.Span, "the opposite is here")
		case sel.Exclude:
			c.list.Reportf(diag.SelectedTwice, sel.Span, "%s is taken out twice", selectorText(sel, earlier)).
				Notef(earlier.Span, "first here")
		default:
			c.list.Reportf(diag.SelectedTwice, sel.Span, "%s is selected twice", selectorText(sel, earlier)).
				Notef(earlier.Span, "first here")
		}
	}
}

// selectorText returns what a selector is about as it is written, and how the
// earlier one of the same target is, where that differs.
func selectorText(sel, earlier *filter.Selector) string {
	one, other := *sel, *earlier
	one.Exclude, other.Exclude = false, false
	if one.String() == other.String() {
		return one.String()
	}
	return one.String() + " (" + other.String() + ")"
}

// refuseBroad reports a condition on arguments for every system call, in a rule
// that lets calls pass: a register means something else in each of them.
func (c *checker) refuseBroad() {
	if c.selected.broad == nil || !c.letsPass() {
		return
	}
	c.list.Reportf(diag.BroadCondition, *c.selected.broad, "%s cannot depend on arguments for every system call", ruleKind(c.action)).
		Labelf("an argument means something else in each").
		Hintf("name the system calls that the condition is about")
}

// letsPass reports whether the rule lets the calls that it matches be made.
func (c *checker) letsPass() bool { return c.action == typed.Allow || c.action == typed.Log }

func ruleKind(k typed.ActionKind) string {
	if k == typed.Allow {
		return "an allow rule"
	}
	return "a " + k.String() + " rule"
}
