package lint

import (
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// endings are calls that every program needs, whatever it is for: to end, to
// return from a signal handler, and to go on waiting after it was stopped and
// continued. They give a program no power over anything but itself.
var endings = [...]string{"exit_group", "exit", "rt_sigreturn", "sigreturn", "restart_syscall"}

// endings warns of policies under which no program can be started, or end and
// go on as it means to.
func (l *linter) endings(s *section) {
	if at, refused := l.refusal(s, "execve"); refused && s.ABI.Bits() == 64 {
		l.list.Reportf(diag.ExecRefused, at, "execve is refused, so run and exec cannot start a program under this policy").
			Hintf("write a rule that allows execve, or give -e 'allow execve'")
	}
	var places []diag.Span
	refused := make(map[diag.Span][]string)
	for _, name := range endings {
		at, always := l.refusal(s, name)
		if !always {
			continue
		}
		if refused[at] == nil {
			places = append(places, at)
		}
		refused[at] = append(refused[at], name)
	}
	for _, at := range places {
		l.list.Reportf(diag.EndingRefused, at, "programs cannot end, or go on after a signal, without %s", listed(refused[at])).
			Labelf("refuses what every program needs").
			Hintf("allow these: they give a program no power over anything but itself")
	}
}

// refusal returns where the layer says that every call of a name is refused, or
// false if it does not.
func (l *linter) refusal(s *section, name string) (diag.Span, bool) {
	call, ok := s.ABI.Syscall(name)
	if !ok || !s.fate(name).never() {
		return diag.Span{}, false
	}
	decision := l.layer.Decide(&typed.Call{Arch: s.ABI.Audit(), Nr: call.Number})
	switch {
	case passes(decision.Action): // it is another layer that refuses
		return diag.Span{}, false
	case decision.Filter != nil && !decision.Rule.Implicit:
		return l.policy.FilterSpan(decision.Filter), true
	}
	return l.policy.RuleSpan(decision.Rule), true
}
