package lint

import (
	"slices"

	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A writtenFilter is a filter as somebody wrote it: its parts are all that the
// checker made of it, for each ABI and each layout of parameters.
type writtenFilter struct {
	at    typed.Position
	parts []part
}

// A part is one checked filter and the section that it is in.
type part struct {
	section *section
	index   int
}

func (p part) filter() *typed.Filter { return &p.section.Filters[p.index] }
func (p part) facts() *prove.Facts   { return &p.section.facts[p.index] }

// written returns the filters that stand in the policy's own file, in the order
// of decision. Those of files that it extends are written for other policies,
// too, and rules go before them to overrule them.
func (l *linter) written() []*writtenFilter {
	var order []*writtenFilter
	byPlace := make(map[typed.Position]*writtenFilter)
	for _, s := range l.sections {
		for i := range s.Filters {
			f := &s.Filters[i]
			if f.Rule.Implicit || !l.facts.Owns(f) {
				continue
			}
			w := byPlace[f.At]
			if w == nil {
				w = &writtenFilter{at: f.At}
				byPlace[f.At] = w
				order = append(order, w)
			}
			w.parts = append(w.parts, part{s, i})
		}
	}
	return order
}

// all reports whether something is true of every part.
func (w *writtenFilter) all(is func(p part) bool) bool {
	return !slices.ContainsFunc(w.parts, func(p part) bool { return !is(p) })
}

// reach warns of filters that decide nothing, or nothing new, and of predicates
// that are always true or always false.
func (l *linter) reach() {
	for _, w := range l.written() {
		if p, ok := w.parts[0].filter().When.(*typed.Predicate); ok && p.Once {
			continue // false where no program is started, and held to more than lints
		}
		switch {
		case w.all(func(p part) bool { return p.facts().Alone.Never() }):
			l.list.Reportf(diag.ConstantTruth, l.policy.FilterSpan(w.parts[0].filter()), "the filter matches no call").
				Labelf("its condition is never true")
		case w.all(func(p part) bool { return p.facts().Unreachable() }):
			if w.all(func(p part) bool { return !p.overruled() }) {
				l.unreachable(w)
			}
		default:
			if w.all(func(p part) bool { return p.equalsDefault() && !l.makesKnown(p) }) {
				l.equalsDefault(w)
			}
			l.constantPredicates(w)
		}
	}
}

// overruled reports whether a rule of the command line takes calls of the
// part, which says nothing about the file.
func (p part) overruled() bool {
	return slices.ContainsFunc(p.facts().Takers, func(taker int) bool {
		return policy.IsCommandLine(&p.section.Filters[taker])
	})
}

// unreachable warns of a filter that no call gets to.
func (l *linter) unreachable(w *writtenFilter) {
	d := l.list.Reportf(diag.Unreachable, l.policy.FilterSpan(w.parts[0].filter()), "the filter is never reached: earlier ones decide every call that it matches").
		Hintf("remove it, or put it before them")
	var shown []typed.Position
	for _, p := range w.parts {
		for _, taker := range p.facts().Takers {
			f := &p.section.Filters[taker]
			if slices.Contains(shown, f.At) || len(shown) == mostNotes {
				continue
			}
			shown = append(shown, f.At)
			if f.Rule.Implicit {
				d.Notef(diag.Span{}, "decided by a rule that nobody wrote: %s", f.Rule.Name)
				continue
			}
			d.Notef(l.policy.FilterSpan(f), "decides such calls before: %s", actionText(p.section.ABI, f.Rule.Action))
		}
	}
}

// mostNotes is how many earlier filters are worth showing.
const mostNotes = 3

// equalsDefault reports whether the default would decide all that the part
// decides, and in the same way. A rule that has a reason is no repetition:
// reports of denials show it.
func (p part) equalsDefault() bool {
	facts := p.facts()
	last := len(p.section.Filters) - 1
	return facts.Redundant && slices.Equal(facts.Heirs, []int{last}) && p.filter().Rule.Reason == ""
}

// makesKnown reports whether a part is all that names some call that the
// baseline kernel lacks: without it that call would not get to the default, as
// unknown numbers do not.
func (l *linter) makesKnown(p part) bool {
	s := p.section
	for _, r := range p.filter().Numbers {
		for number := uint64(r.First); number <= uint64(r.Last); number++ {
			call, ok := s.ABI.Numbered(uint32(number))
			if ok && call.Since <= l.facts.Kernel {
				continue
			}
			if !s.selects(uint32(number), p.index) {
				return true
			}
		}
	}
	return false
}

func (l *linter) equalsDefault(w *writtenFilter) {
	rule := w.parts[0].filter().Rule
	s := w.parts[0].section
	byDefault := s.Filters[len(s.Filters)-1].Rule
	d := l.list.Reportf(diag.EqualsDefault, l.policy.FilterSpan(w.parts[0].filter()), "the filter changes nothing: the default is %s, too, for the calls that get to it", actionText(s.ABI, rule.Action)).
		Notef(l.policy.RuleSpan(byDefault), "the default is here")
	if name := w.parts[0].letPass(); name != "" && !passes(rule.Action) {
		d.Hintf("earlier filters let some of its calls pass, such as %s: put it before them if it is to refuse these", name)
		return
	}
	d.Hintf("remove it; or give its rule a reason, which reports of denials will show")
}

// letPass returns the name of a call of the part that passes whatever its
// arguments, as another filter decides about it; or "".
func (p part) letPass() string {
	s := p.section
	for _, r := range p.filter().Numbers {
		for number := uint64(r.First); number <= uint64(r.Last); number++ {
			if call, ok := s.ABI.Numbered(uint32(number)); ok && s.fate(call.Name).always() {
				return call.Name
			}
		}
	}
	return ""
}

// constantPredicates warns of predicates that are always true, or always false,
// where the evaluation of the filter gets to them.
func (l *linter) constantPredicates(w *writtenFilter) {
	var order []*typed.Predicate
	outcomes := make(map[typed.Position]prove.Outcomes)
	for _, p := range w.parts {
		for _, found := range p.facts().Predicates {
			at := found.Predicate.At
			seen, known := outcomes[at]
			if !known {
				order = append(order, found.Predicate)
			}
			seen.Holds = seen.Holds || found.Alone.Holds
			seen.Fails = seen.Fails || found.Alone.Fails
			outcomes[at] = seen
		}
	}
	for _, predicate := range order {
		switch o := outcomes[predicate.At]; {
		case o.Always():
			l.list.Reportf(diag.ConstantTruth, l.policy.SpanOf(predicate.At, predicate.Text), "%s is always true here", predicate.Text).
				Hintf("leave it out, if that is not a mistake")
		case o.Never():
			l.list.Reportf(diag.ConstantTruth, l.policy.SpanOf(predicate.At, predicate.Text), "%s is never true here", predicate.Text).
				Hintf("leave it out, if that is not a mistake")
		}
	}
}
