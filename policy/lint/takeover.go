package lint

import (
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

const newListener = 1 << 3 // SECCOMP_FILTER_FLAG_NEW_LISTENER, linux/seccomp.h

// takeover warns of a filter that logs, traces or notifies, while the program
// may install a filter with a listener of its own: the kernel prefers that
// filter's notification to a log or a trace, and the program answers it itself.
func (l *linter) takeover(s *section) {
	if !s.does(use{call: "seccomp", param: "flags", mask: newListener, value: newListener}) {
		return
	}
	for i := range s.Filters {
		f := &s.Filters[i]
		kind := f.Rule.Action.Kind
		if f.Rule.Implicit || s.facts[i].Unreachable() || kind != typed.Log && kind != typed.Trace && kind != typed.Notify {
			continue
		}
		l.list.Reportf(diag.TakeoverOpen, l.policy.FilterSpan(f), "a program can keep calls from this %s: seccomp lets it answer them itself", kind).
			Labelf("overruled by a notification").
			Hintf("refuse that: deny seccomp: flags & SECCOMP_FILTER_FLAG_NEW_LISTENER != 0")
		return
	}
}
