package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sandbox/internal/inherited"
	"sandbox/launcher"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A launch is what run and exec have in common: policies and a command.
type launch struct {
	policyOptions
	startOptions
	program string // a file
	keep    repeated

	// installed returns what is installed for policies; nil: they are.
	installed func(*policy.Policy) *policy.Policy

	secret  *launcher.Secret // drawn for once(); nil: nothing asks for it
	meaning typed.Bool       // of once(), with the secret's addresses
}

func (l *launch) declare(options *flag.FlagSet) {
	l.policyOptions.declare(options)
	l.startOptions.declare(options)
	options.StringVar(&l.program, "program", "", "install the program in `FILE`, which 'sandbox compile -o FILE"+programSuffix+"' wrote")
	options.Var(&l.keep, "keep-fd", "leave descriptor `N` open for the program")
}

// A start is a launch of which all is done that can be done before a process
// is changed: only the kernel can still say no.
type start struct {
	policy  *typed.Policy  // nil for a compiled program alone
	loaded  *policy.Policy // the same, with its texts; nil for a compiled program
	program prove.Proved
	first   prove.Proved // for once(), if program leaves that to it
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
	s := &start{}
	if err := l.filter(s, v, operands); err != nil {
		return nil, err
	}
	own := inherited.Environ()
	env, err := l.environment(own)
	if err != nil {
		return nil, err
	}
	if err := l.changeDirectory(); err != nil {
		return nil, err
	}
	path, err := resolve(operands[0], own)
	if err != nil {
		return nil, notCommand(v, operands, err)
	}
	s.command = launcher.Command{
		Path:      path,
		Args:      operands,
		Env:       env,
		Keep:      keep,
		Inherited: launcher.Inherited(inherited.Read()),
		Secret:    l.secret,
		First:     s.first,
	}
	l.apply(&s.command)
	return s, nil
}

// filter finds the program to install, and the policies that it is, as far as
// they are given.
func (l *launch) filter(s *start, v string, operands []string) (err error) {
	if l.program != "" {
		return l.stored(s)
	}
	if err := l.misplaced(v, operands); err != nil {
		return err
	}
	if s.loaded, err = l.loadToLaunch(); err != nil {
		return err
	}
	s.policy = s.loaded.Typed
	s.program, err = l.proved(s.loaded)
	return err
}

// proved compiles and proves what is installed for policies. If they ask for
// once(), its addresses are drawn for that, and stay in the program alone.
func (l *launch) proved(loaded *policy.Policy) (prove.Proved, error) {
	if l.installed != nil {
		loaded = l.installed(loaded)
	}
	if loaded.AsksOnce() {
		return l.provedOnce(loaded)
	}
	compiled, err := compilePolicy(loaded)
	if err != nil {
		return prove.Proved{}, err
	}
	return provePolicy(loaded, compiled)
}

// misplaced says what was probably meant where no policy is given, or one of
// them is something else.
func (l *launch) misplaced(v string, operands []string) error {
	for _, name := range l.policies {
		if strings.HasSuffix(name, programSuffix) {
			return misuse("-p takes policies, and %s is named as a compiled program", name).
				hinted("sandbox %s --program %s -- %s", v, name, operands[0])
		}
	}
	if len(l.policies) > 0 {
		return nil
	}
	switch f := misuse("no policy is given"); {
	case namesPolicy(operands[0]):
		return f.hinted("policies follow -p: sandbox %s -p %s", v, strings.Join(operands, " "))
	case slices.Contains(operands, "-p"):
		return f.hinted("options come before the command: sandbox %s -p POLICY -- %s", v, operands[0])
	}
	return nil // what is wrong is said where policies are loaded
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

// resolve finds the executable of a command, as a shell would. It looks into
// the environment itself: os.LookupEnv makes a map of all of it first.
func resolve(name string, env []string) (path string, err error) {
	const key = "PATH="
	for _, variable := range env {
		if strings.HasPrefix(variable, key) {
			return launcher.Resolve(name, variable[len(key):])
		}
	}
	return launcher.Resolve(name, launcher.DefaultPath)
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
