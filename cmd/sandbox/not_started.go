package main

import (
	"errors"

	"sandbox/arch"
	"sandbox/launcher"
	"sandbox/policy/typed"
)

// notStarted says why a command was not started: if its execve is denied, by
// which rule. The arguments of that call are not shown: they are addresses.
func (s *start) notStarted(err error) error {
	var e *launcher.Error
	if !errors.As(err, &e) || e.Denied == nil || s.policy == nil {
		return err
	}
	call := typed.Call{Nr: e.Denied.Nr, Arch: e.Denied.Arch, IP: e.Denied.IP, Args: e.Denied.Args}
	policy := s.policy.WithOnce(&typed.Truth{Value: true}) // of the call at hand it is
	decision := policy.Decide(&call)
	abi, _ := arch.ByAudit(call.Arch)
	f := fail("the policy denies execve, with which the command is started: %s by %s",
		actionName(abi, decision.Action), ruleWords(decision.Rule))
	f.code = e.Status
	for _, step := range policy.Layers[decision.Layer].Explain(&call) {
		if step.Filter.When != nil {
			f.hinted("%s", stepWords(step))
		}
	}
	return f.hinted("%s", e.Hint)
}
