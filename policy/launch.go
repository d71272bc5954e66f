package policy

import (
	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policy/typed"
)

// On returns the policy without the ABIs of other machines than the one whose
// 64-bit ABI is given.
func (p *Policy) On(machine arch.ABI) *Policy {
	narrowed := *p
	narrowed.Typed = p.Typed.On(machine)
	return &narrowed
}

// Launchable narrows the policy to the ABIs that can be entered on a machine,
// given by its 64-bit ABI, and checks that a program can be started under it
// there. With an error the policy is nil.
func (p *Policy) Launchable(machine arch.ABI) (*Policy, diag.List) {
	narrowed := p.On(machine)
	var list diag.List
	for i := range narrowed.Typed.Layers {
		narrowed.launchableLayer(i, machine, &list)
	}
	list.Sort()
	addVia(p.files, list)
	if list.Failed() {
		return nil, list
	}
	return narrowed, list
}

// launchableLayer checks one layer of a policy that is narrowed to a machine.
func (p *Policy) launchableLayer(i int, machine arch.ABI, list *diag.List) {
	layer, facts := &p.Typed.Layers[i], &p.Layers[i]
	if len(layer.ABIs) == 0 {
		list.Reportf(diag.MachineNotServed, facts.abiAt, "the policy %s serves no ABI of this machine (%s)", layer.Name, machine).
			Hintf("it would kill the program at its first call; add %q to its abi", machine.String())
		return
	}
	p.unanswered(layer, list)
	native := layer.Section(machine.Audit())
	if native == nil {
		list.Reportf(diag.MachineNotServed, facts.abiAt, "the policy %s does not serve %s, with which programs are started here", layer.Name, machine).
			Hintf("add %q to its abi", machine.String())
		return
	}
	p.startable(layer, native, list)
}

// unanswered reports the rules with an action that waits for somebody to
// answer. The kernel fails such calls with ENOSYS if nobody does, which is not
// what the policy says.
func (p *Policy) unanswered(layer *typed.Layer, list *diag.List) {
	for _, section := range layer.ABIs {
		var last *typed.Rule
		for i := range section.Filters {
			r := section.Filters[i].Rule
			if r == last {
				continue
			}
			last = r
			switch r.Action.Kind {
			case typed.Notify:
				list.Reportf(diag.NobodyAnswers, p.ActionSpan(r), "notify: nothing would answer the notifications").
					Hintf("use errno(E) to refuse the call, or log to see it")
			case typed.Trace:
				list.Reportf(diag.NobodyAnswers, p.ActionSpan(r), "trace: there is no tracer to tell").
					Hintf("use errno(E) to refuse the call, or log to see it")
			}
		}
	}
}
