package main

import (
	"time"

	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// ours is this repository's compiler, as run and exec use it.
type ours struct{ form form }

func (o ours) name() string {
	return [...]string{registers: "**sandbox**", kernelTypes: "**sandbox**, kernel's types"}[o.form]
}

func (o ours) compile(d *description) (bpf.Program, error) {
	checked, err := o.load(d)
	if err != nil {
		return bpf.Program{}, err
	}
	compiled, err := compiler.Compile(checked)
	if err != nil {
		return bpf.Program{}, err
	}
	return compiled.Program, nil
}

// timed times what the peers do as well: from rules in memory to a program. What
// reading the TOML takes, and the proof, is in columns of their own.
func (o ours) timed(d *description, n int) ([]time.Duration, error) {
	checked, err := o.load(d)
	if err != nil {
		return nil, err
	}
	return repeat(n, func() error {
		_, err := compiler.Compile(checked)
		return err
	})
}

// load reads the policy that a description becomes.
func (o ours) load(d *description) (*typed.Policy, error) {
	text, err := d.toml(o.form)
	if err != nil {
		return nil, err
	}
	return loadText(text)
}

func loadText(text string) (*typed.Policy, error) {
	loaded, list := policy.Load(policy.Request{
		Policies: []string{"./policy.toml"},
		Native:   native,
		ReadFile: func(string) (string, error) { return text, nil },
	})
	if list.Failed() {
		return nil, list.Err()
	}
	return loaded.Typed, nil
}
