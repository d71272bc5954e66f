package lint

import (
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

const (
	setModeFilter = 1      // SECCOMP_SET_MODE_FILTER, linux/seccomp.h
	newListener   = 1 << 3 // SECCOMP_FILTER_FLAG_NEW_LISTENER
)

// takeover warns of a filter, or a default, that logs, traces or notifies, while
// the program may install a filter with a listener of its own: the kernel
// prefers that filter's notification to a log or a trace, and the program
// answers it itself. The listener's filter may come from another ABI of the
// machine than the calls that it takes.
func (l *linter) takeover(s *section) {
	for i := range s.Filters {
		f := &s.Filters[i]
		kind := f.Rule.Action.Kind
		if s.facts[i].Unreachable() || kind != typed.Log && kind != typed.Trace && kind != typed.Notify {
			continue
		}
		from := l.listening(s)
		if from == nil {
			return
		}
		span, where := l.policy.FilterSpan(f), ""
		if f.Rule.Implicit {
			span = l.policy.RuleSpan(f.Rule)
		}
		if from != s {
			where = " of " + from.ABI.String()
		}
		l.list.Reportf(diag.TakeoverOpen, span, "a program can keep calls from this %s: seccomp%s lets it answer them itself", kind, where).
			Labelf("overruled by a notification").
			Hintf("refuse that: deny seccomp: flags & SECCOMP_FILTER_FLAG_NEW_LISTENER != 0")
		return
	}
}

// listening returns a section that lets a program of a section's machine
// install a filter with a listener, the section itself first; or nil.
func (l *linter) listening(s *section) *section {
	if s.listens() {
		return s
	}
	for _, other := range l.sections {
		if other != s && other.ABI.Machine() == s.ABI.Machine() && other.listens() {
			return other
		}
	}
	return nil
}

// listens reports whether some call passes that installs a filter with a
// listener.
func (s *section) listens() bool {
	call, ok := s.ABI.Syscall("seccomp")
	if !ok {
		return false
	}
	operation := &typed.Compare{
		Op: typed.Eq,
		X:  &typed.Load{Low: typed.ArgLow(0)},
		Y:  &typed.Value{Of: typed.U32, Bits: setModeFilter},
	}
	flag := &typed.Compare{
		Op: typed.Ne,
		X: &typed.Binary{
			Op: typed.BitAnd,
			X:  &typed.Load{Low: typed.ArgLow(1)},
			Y:  &typed.Value{Of: typed.U32, Bits: newListener},
		},
		Y: &typed.Value{Of: typed.U32},
	}
	return s.lets(call.Number, &typed.AndExpr{X: operation, Y: flag})
}
