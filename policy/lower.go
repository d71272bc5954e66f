package policy

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/check"
	"sandbox/policy/typed"
)

// A lowering turns the rules of one layer into the checked form.
type lowering struct {
	list     *diag.List
	settings settings
	rules    []*rule
	abis     []arch.ABI
	origins  *origins
	scope    *check.Scope // of the file that the layer is named for
	findings findings
	copied   int // see check.Input
}

// sections lowers the rules for each ABI that the layer serves.
func (b *lowering) sections() []typed.Section {
	if len(b.abis) == 0 {
		return nil
	}
	sections := make([]typed.Section, len(b.abis))
	for i, abi := range b.abis {
		b.findings.add(b.scope.Check(abi), nil, abi)
		sections[i] = typed.Section{ABI: abi, Filters: b.filters(abi)}
	}
	b.checkUnserved()
	b.findings.report(b.abis, b.list)
	b.checkOnce(sections)
	return sections
}

// filters returns the filters of one ABI in the order of decision.
func (b *lowering) filters(abi arch.ABI) []typed.Filter {
	count := 3 // those of nobody's rules
	for _, r := range b.rules {
		count += len(r.filters)
	}
	filters := make([]typed.Filter, 0, count)
	if abi == arch.X86_64 {
		filters = append(filters, typed.Filter{Numbers: []typed.NumberRange{x32Numbers}, Rule: x32Rule()})
	}
	filters = b.appendUnknown(filters, abi)
	for _, r := range b.rules {
		if r.appliesTo(abi) {
			filters = b.appendRule(filters, r, abi)
		}
	}
	return append(filters, typed.Filter{Numbers: everyNumber(), Rule: b.defaultRule(abi)})
}

// appendRule appends the filters of one rule.
func (b *lowering) appendRule(filters []typed.Filter, r *rule, abi arch.ABI) []typed.Filter {
	at := position(r.at)
	lowered := &typed.Rule{Name: r.name, Reason: r.reason, At: at, Action: b.action(r.action, abi)}
	b.origins.add(lowered, r, r.action.at)
	for i := range r.filters {
		before := len(filters)
		filters = append(filters, b.check(r, &r.filters[i], abi)...)
		for j := before; j < len(filters); j++ {
			filters[j].Rule = lowered
		}
	}
	return filters
}

// check returns what a filter means on an ABI.
func (b *lowering) check(r *rule, f *writtenFilter, abi arch.ABI) []typed.Filter {
	if b.findings.errors > maxErrors {
		return nil
	}
	checked, problems := check.Filters(check.Input{
		Filter:   f.parsed,
		Text:     f.text,
		ABI:      abi,
		Kernel:   b.settings.kernel.value,
		Action:   r.action.kind,
		Scope:    r.scope,
		Position: position,
		Copied:   &b.copied,
	})
	b.findings.add(problems, r, abi)
	return checked
}

// checkUnserved checks the rules that are for none of the ABIs at hand for
// their own: a mistake in them is one now, not on the day they are needed.
func (b *lowering) checkUnserved() {
	for _, r := range b.rules {
		if slices.ContainsFunc(b.abis, r.appliesTo) {
			continue
		}
		abis := r.abis
		if r.astray {
			abis = arch.ABIs()
		}
		for _, abi := range abis {
			b.action(r.action, abi)
			for i := range r.filters {
				b.check(r, &r.filters[i], abi)
			}
		}
	}
}

// action puts an action onto an ABI.
func (b *lowering) action(a action, abi arch.ABI) typed.Action {
	if b.findings.errors > maxErrors {
		return typed.Action{}
	}
	var problems diag.List
	lowered := a.on(abi, &problems)
	b.findings.add(problems, nil, abi)
	return lowered
}

// position is where a span begins.
func position(at diag.Span) typed.Position {
	if at.Source == nil {
		return typed.Position{}
	}
	line, column := at.Position()
	return typed.Position{File: at.Source.Name, Line: line, Column: column}
}

// warnOfABIs warns of rules for ABIs that the policy does not serve. It is
// worth no more than a note if the policy does not say what it serves.
func (b *lowering) warnOfABIs() {
	stated := b.settings.abi
	for _, r := range b.rules {
		for i, abi := range r.abis {
			switch {
			case r.abiAt[i].Source == nil: // only meant, which is reported
			case stated.isSet() && !slices.Contains(stated.value, abi):
				b.list.Reportf(diag.IdleRule, r.abiAt[i], "the policy does not serve %s, so the rule has no effect there", abi).
					Notef(stated.at, "it serves these")
			case !stated.isSet() && !slices.Contains(b.abis, abi):
				b.list.Notef(r.abiAt[i], "%s is not served now, as the policy does not say abi = [...]", abi)
			}
		}
	}
}
