package policy

import (
	"slices"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// settings are the scalars of a policy.
type settings struct {
	abi      setting[[]arch.ABI] // sorted
	kernel   setting[arch.Version]
	unknown  setting[action]
	fallback setting[action] // "default"
	budget   setting[int]
}

// settle finds the scalars of a file: its own, or else those of the files that
// it extends, of which no two may disagree.
func settle(f *file, list *diag.List) settings {
	if f.settled != nil {
		return *f.settled
	}
	s := f.own
	for _, extended := range f.extends {
		inherited := settle(extended, list)
		inherit(&s.abi, &f.own.abi, inherited.abi, "abi", slices.Equal, list)
		inherit(&s.kernel, &f.own.kernel, inherited.kernel, "kernel", equal, list)
		inherit(&s.unknown, &f.own.unknown, inherited.unknown, "unknown", action.same, list)
		inherit(&s.budget, &f.own.budget, inherited.budget, "budget", equal, list)
		inherit(&s.fallback, &f.own.fallback, inherited.fallback, "default", action.same, list)
	}
	f.settled = &s
	return s
}

// complete fills in what no file says and need not say.
func (s *settings) complete() {
	if !s.unknown.isSet() {
		s.unknown.value = action{kind: typed.Errno, errno: "ENOSYS"}
	}
	if !s.kernel.isSet() {
		s.kernel.value = arch.Latest()
	}
}

func equal[T comparable](a, b T) bool { return a == b }

// inherit takes over a setting from an extended file, unless the file has its
// own.
func inherit[T any](into, own *setting[T], from setting[T], key string, same func(a, b T) bool, list *diag.List) {
	switch {
	case own.isSet() || !from.isSet():
	case !into.isSet():
		*into = from
	case !same(into.value, from.value):
		list.Reportf(diag.Disagreement, from.at, "two extended files disagree about %s: %s", key, written(from.at)).
			Notef(into.at, "here it is %s", written(into.at)).
			Hintf("say which it is in the file that extends both")
	}
}

// typedBudget returns the budget in its checked form, nil if there is none.
func (s *settings) typedBudget() *typed.Budget {
	if !s.budget.isSet() {
		return nil
	}
	return &typed.Budget{Tests: s.budget.value, At: position(s.budget.at)}
}
