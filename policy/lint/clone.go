package lint

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// clone3 warns where the flags of clone are filtered, and clone3 is not refused
// with ENOSYS: its flags are in memory, where no filter can look, and the C
// library falls back to clone on ENOSYS only.
func (l *linter) clone3(s *section) {
	at := s.filtersClone()
	if at < 0 {
		return
	}
	call, ok := s.ABI.Syscall("clone3")
	if !ok {
		return
	}
	actions, err := prove.Actions(s.policy, s.ABI, call.Number, nil)
	if err != nil || len(actions) == 1 && isENOSYS(s.ABI, actions[0]) {
		return
	}
	span := l.policy.FilterSpan(&s.Filters[at])
	if passes(actions[0]) {
		l.list.Reportf(diag.Clone3Open, span, "clone is filtered, but clone3 passes with the same flags, which it takes from memory").
			Hintf("add a rule before this one: action = \"errno(ENOSYS)\", filters = [\"clone3\"]; libraries then fall back to clone")
		return
	}
	l.list.Reportf(diag.Clone3Open, span, "clone passes under a condition, but clone3 gets %s: libraries fall back to clone only on ENOSYS", actionText(s.ABI, actions[0])).
		Hintf("add a rule: action = \"errno(ENOSYS)\", filters = [\"clone3\"]")
}

// filtersClone returns the filter that holds clone to a condition, or -1. Then
// clone3 is a matter for the warning about it, and for no other.
func (s *section) filtersClone() int {
	if at := s.refusing("clone"); at >= 0 && s.fate("clone").passes {
		return at
	}
	return -1
}

func isENOSYS(abi arch.ABI, a typed.Action) bool {
	enosys, ok := abi.Errno("ENOSYS")
	return ok && a.Kind == typed.Errno && uint32(a.Data) == uint32(enosys)
}

// actionText returns an action as policies write it.
func actionText(abi arch.ABI, a typed.Action) string {
	if name, ok := abi.ErrnoName(a.Data); ok && a.Kind == typed.Errno {
		return "errno(" + name + ")"
	}
	return a.String()
}
