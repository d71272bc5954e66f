package policy

import (
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
)

// findings collects what is found about filters for one ABI after the other,
// so that what holds for several is said once.
type findings struct {
	list   []finding
	index  map[findingKey]int // into list
	errors int
}

// maxErrors is how many errors are enough to stop looking for more: a
// suggestion for each of 100,000 misspelt names takes minutes.
const maxErrors = 100

type findingKey struct {
	severity diag.Severity
	at       diag.Span
	message  string
}

type finding struct {
	diag.Diagnostic
	rule *rule // nil: not about a rule
	abis []arch.ABI
}

// add files diagnostics about a rule for one ABI.
func (f *findings) add(list diag.List, r *rule, abi arch.ABI) {
	for i := range list {
		key := findingKey{list[i].Severity, list[i].Span, list[i].Message}
		at, ok := f.index[key]
		if !ok {
			if f.index == nil {
				f.index = make(map[findingKey]int)
			}
			at = len(f.list)
			f.index[key] = at
			f.list = append(f.list, finding{Diagnostic: list[i], rule: r})
			if list[i].Severity == diag.Error {
				f.errors++
			}
		}
		if abis := &f.list[at].abis; !slices.Contains(*abis, abi) {
			*abis = append(*abis, abi)
		}
	}
}

// report adds the diagnostics to a list, and says for which of the served ABIs
// they hold if not for all that the rule is for.
func (f *findings) report(served []arch.ABI, list *diag.List) {
	for i := range f.list {
		found := &f.list[i]
		// Of a rule for who knows which ABI only that counts which holds for any.
		if found.rule != nil && found.rule.astray && len(found.abis) < len(arch.ABIs()) {
			continue
		}
		concerned := 0
		for _, abi := range served {
			if found.rule == nil || found.rule.appliesTo(abi) {
				concerned++
			}
		}
		if len(found.abis) < concerned && !mentions(found.Message, found.abis) {
			found.Message += " (on " + joinABIs(found.abis) + ")"
		}
		*list = append(*list, found.Diagnostic)
	}
}

// mentions reports whether a message names the one ABI that it is about.
func mentions(message string, abis []arch.ABI) bool {
	return len(abis) == 1 && strings.Contains(message, abis[0].String())
}
