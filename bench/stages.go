package main

import (
	"time"

	"sandbox/compiler"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A stage is a part of what our exec does between reading a policy and
// installing it, besides compiling. Peers have none of them.
type stage struct {
	of   string
	form form
	work func(text string, checked *typed.Policy, compiled *compiler.Compiled) error
}

// stages are told apart by their rows in the table of compile times.
var stages = [...]stage{
	{"sandbox: read the TOML", registers, func(text string, _ *typed.Policy, _ *compiler.Compiled) error {
		_, err := loadText(text)
		return err
	}},
	{"sandbox: prove", registers, proved},
	{"sandbox: prove, kernel's types", kernelTypes, proved},
}

func proved(_ string, checked *typed.Policy, compiled *compiler.Compiled) error {
	_, err := prove.Prove(checked, compiled.Program)
	return err
}

func (s stage) name() string { return s.of }

func (s stage) timed(d *description, n int) ([]time.Duration, error) {
	text, err := d.toml(s.form)
	if err != nil {
		return nil, err
	}
	checked, err := loadText(text)
	if err != nil {
		return nil, err
	}
	compiled, err := compiler.Compile(checked)
	if err != nil {
		return nil, err
	}
	return repeat(n, func() error { return s.work(text, checked, compiled) })
}
