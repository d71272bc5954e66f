package policy

import (
	"slices"

	"sandbox/arch"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// x32Numbers are the numbers of x32 calls, and all others that no table
// reaches, except -1: a tracer sets that to skip a call.
var x32Numbers = typed.NumberRange{First: arch.X32Bit, Last: lastNumber - 1}

const lastNumber = 0xffffffff

func everyNumber() []typed.NumberRange {
	return []typed.NumberRange{{First: 0, Last: lastNumber}}
}

// The names of these rules, by which tests can ask for them.
const (
	defaultName  = "default"
	unservedName = "ABI not served"
	x32Name      = "x32 calls are refused"
)

func unknownName(kernel arch.Version) string { return "number unknown to kernel " + kernel.String() }

func x32Rule() *typed.Rule {
	return &typed.Rule{
		Name:     x32Name,
		Action:   typed.Action{Kind: typed.KillProcess},
		Implicit: true,
	}
}

func (b *lowering) defaultRule(abi arch.ABI) *typed.Rule {
	s := b.settings.fallback
	r := &typed.Rule{Name: defaultName, Action: b.action(s.value, abi), Implicit: true, At: position(s.at)}
	b.origins.add(r, nil, s.at)
	return r
}

// unserved returns the rule for calls of ABIs that the layer does not serve.
func (b *lowering) unserved() *typed.Rule {
	return &typed.Rule{
		Name:     unservedName,
		Action:   typed.Action{Kind: typed.KillProcess},
		Implicit: true,
		At:       position(b.settings.abi.at),
	}
}

// appendUnknown appends the filter for the numbers that the baseline kernel
// does not know, save those that a rule names.
func (b *lowering) appendUnknown(filters []typed.Filter, abi arch.ABI) []typed.Filter {
	s := b.settings.unknown
	r := &typed.Rule{
		Name:     unknownName(b.settings.kernel.value),
		Action:   b.action(s.value, abi),
		Implicit: true,
		At:       position(s.at),
	}
	b.origins.add(r, nil, s.at)
	numbers := gaps(b.decidable(abi))
	if len(numbers) == 0 {
		return filters
	}
	return append(filters, typed.Filter{Numbers: numbers, Rule: r})
}

// decidable returns, sorted, the ranges of numbers that rules and the default
// decide about, or the refusal of x32 calls.
func (b *lowering) decidable(abi arch.ABI) []typed.NumberRange {
	table := abi.Syscalls()
	numbers := make([]typed.NumberRange, 0, 64)
	for i := range table {
		if table[i].Since <= b.settings.kernel.value {
			numbers = extend(numbers, table[i].Number)
		}
	}
	if abi == arch.X86_64 {
		numbers = append(numbers, x32Numbers)
	}
	named := b.named(abi)
	if len(named) == 0 {
		return numbers
	}
	for _, number := range named {
		numbers = append(numbers, typed.NumberRange{First: number, Last: number})
	}
	slices.SortFunc(numbers, func(a, b typed.NumberRange) int {
		return int(int64(a.First) - int64(b.First))
	})
	return numbers
}

// named returns the numbers that rules for an ABI give by name or #number and
// that the baseline kernel does not have.
func (b *lowering) named(abi arch.ABI) []uint32 {
	var named []uint32
	kernel := b.settings.kernel.value
	for _, r := range b.rules {
		if !r.appliesTo(abi) {
			continue
		}
		for i := range r.filters {
			selectors := r.filters[i].parsed.Selectors
			for j := range selectors {
				sel := &selectors[j]
				if sel.Exclude {
					continue
				}
				switch sel.Kind {
				case filter.SelectName:
					if kernel >= arch.Latest() {
						continue // no name is newer
					}
					call, ok := abi.Syscall(sel.Name)
					if ok && call.Since > kernel {
						named = append(named, call.Number)
					}
				case filter.SelectNumber:
					call, ok := abi.Numbered(sel.Number)
					if !ok || call.Since > kernel {
						named = append(named, sel.Number)
					}
				}
			}
		}
	}
	return named
}

// extend adds a number that is larger than all before it.
func extend(ranges []typed.NumberRange, number uint32) []typed.NumberRange {
	if last := len(ranges) - 1; last >= 0 && ranges[last].Last+1 == number {
		ranges[last].Last = number
		return ranges
	}
	return append(ranges, typed.NumberRange{First: number, Last: number})
}

// gaps returns the numbers outside of sorted ranges, which may overlap.
func gaps(ranges []typed.NumberRange) []typed.NumberRange {
	free := make([]typed.NumberRange, 0, len(ranges)+1)
	next := uint64(0)
	for _, r := range ranges {
		if uint64(r.First) > next {
			free = append(free, typed.NumberRange{First: uint32(next), Last: r.First - 1})
		}
		next = max(next, uint64(r.Last)+1)
	}
	if next <= lastNumber {
		free = append(free, typed.NumberRange{First: uint32(next), Last: lastNumber})
	}
	return free
}
