package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"sandbox/compiler"
	"sandbox/internal/inherited"
	"sandbox/launcher"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A launch is what run and exec have in common: policies and a command.
type launch struct {
	policyOptions
	keep repeated
}

func (l *launch) declare(options *flag.FlagSet) {
	l.policyOptions.declare(options)
	options.Var(&l.keep, "keep-fd", "leave descriptor `N` open for the program")
}

// A start is a launch of which all is done that can be done before a process
// is changed: only the kernel can still say no.
type start struct {
	policy  *typed.Policy
	program prove.Proved
	command launcher.Command
}

// ready prepares the start of the command in operands.
func (l *launch) ready(v string, operands []string) (*start, error) {
	if len(operands) == 0 {
		return nil, misuse("%s needs a command", v).hinted("sandbox %s -p POLICY -- COMMAND", v)
	}
	keep, err := l.descriptors()
	if err != nil {
		return nil, err
	}
	if len(l.policies) == 0 {
		switch f := misuse("no policy is given"); {
		case namesPolicy(operands[0]):
			return nil, f.hinted("policies follow -p: sandbox %s -p %s", v, strings.Join(operands, " "))
		case slices.Contains(operands, "-p"):
			return nil, f.hinted("options come before the command: sandbox %s -p POLICY -- %s", v, operands[0])
		}
	}
	policy, err := l.loadToLaunch()
	if err != nil {
		return nil, err
	}
	path, err := resolve(operands[0])
	if err != nil {
		return nil, notCommand(v, operands, err)
	}
	compiled, err := compilePolicy(policy)
	if err != nil {
		return nil, err
	}
	program, err := provePolicy(policy, compiled)
	if err != nil {
		return nil, err
	}
	return &start{
		policy:  policy,
		program: program,
		command: launcher.Command{
			Path:      path,
			Args:      operands,
			Env:       inherited.Environ(),
			Keep:      keep,
			Inherited: launcher.Inherited(inherited.Read()),
		},
	}, nil
}

// notCommand says why a command is none, and what was probably meant if it is
// the name of a policy.
func notCommand(v string, operands []string, err error) error {
	if len(operands) < 2 || operands[1] != "--" || !namesPolicy(operands[0]) {
		return err
	}
	f := asFailure(err)
	f.hints = []string{fmt.Sprintf("policies follow -p: sandbox %s -p POLICY -p %s", v, strings.Join(operands, " "))}
	return f
}

// provePolicy proves that the program is the policy.
func provePolicy(policy *typed.Policy, compiled *compiler.Compiled) (prove.Proved, error) {
	proved, err := prove.Prove(policy, compiled.Program)
	var limit *prove.GivenUp
	if !errors.As(err, &limit) {
		return proved, err
	}
	if limit.Filter == nil {
		for _, f := range compiled.Origins(limit.Instruction) {
			if !f.Rule.Implicit {
				limit.Filter = f
				break
			}
		}
	}
	return proved, fail("%v", limit).
		hinted("remainders, products with large numbers and 64-bit quotients often cannot be proved; masks, ranges, sums and comparisons can").
		hinted("if there are none, it is the number of conditions about one system call that is too large")
}

// resolve finds the executable of a command, as a shell would.
func resolve(name string) (path string, err error) {
	search, set := os.LookupEnv("PATH")
	if !set {
		search = launcher.DefaultPath
	}
	return launcher.Resolve(name, search)
}

// descriptors returns the numbers given to --keep-fd.
func (l *launch) descriptors() ([]int, error) {
	var list []int
	for _, text := range l.keep {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, misuse("--keep-fd %q: not the number of a descriptor", text)
		}
		if n > 2 { // 0, 1 and 2 are never closed
			list = append(list, n)
		}
	}
	return list, nil
}
