package main

import (
	"fmt"

	"sandbox/compiler"
	"sandbox/prove"
)

// proofTable shows how large the proofs are: the nodes of decision diagrams that
// they make.
func proofTable(policies []*description) (*table, error) {
	t := newTable("nodes of the proof")
	for _, d := range policies {
		t.header = append(t.header, d.name)
	}
	for _, o := range []ours{{registers}, {kernelTypes}} {
		row := []string{o.name()}
		for _, d := range policies {
			checked, err := o.load(d)
			if err != nil {
				return nil, err
			}
			compiled, err := compiler.Compile(checked)
			if err != nil {
				return nil, err
			}
			proved, err := prove.Prove(checked, compiled.Program)
			if err != nil {
				return nil, err
			}
			row = append(row, fmt.Sprint(proved.Stats().Nodes))
		}
		t.add(row...)
	}
	return t, nil
}
