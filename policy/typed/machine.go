package typed

import (
	"slices"

	"sandbox/arch"
)

// Machines returns the machines, each as its 64-bit ABI, whose ABIs any layer
// serves, in the order of ABIs.
func (p *Policy) Machines() []arch.ABI {
	var machines []arch.ABI
	for _, abi := range p.ABIs() {
		if !slices.Contains(machines, abi.Machine()) {
			machines = append(machines, abi.Machine())
		}
	}
	return machines
}

// On returns the policy without the ABIs of other machines than the one whose
// 64-bit ABI is given.
func (p *Policy) On(machine arch.ABI) *Policy {
	narrowed := &Policy{Layers: make([]Layer, len(p.Layers))}
	for i, layer := range p.Layers {
		sections := make([]Section, 0, len(layer.ABIs))
		for _, section := range layer.ABIs {
			if section.ABI.Machine() == machine {
				sections = append(sections, section)
			}
		}
		layer.ABIs = sections
		narrowed.Layers[i] = layer
	}
	return narrowed
}
