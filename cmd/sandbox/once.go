package main

import (
	"errors"
	"fmt"
	"strings"

	"sandbox/arch"
	"sandbox/compiler"
	"sandbox/launcher"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// once returns what once() means at this start: that execve is given three
// addresses, which are drawn once for all attempts.
func (l *launch) once() (typed.Bool, error) {
	if l.secret == nil {
		secret, err := launcher.NewSecret()
		if err != nil {
			return nil, err
		}
		l.secret, l.meaning = secret, typed.OnceAt(secret.Addresses())
	}
	return l.meaning, nil
}

// provedOnce compiles and proves policies with the addresses of once(), which
// no message tells.
func (l *launch) provedOnce(loaded *policy.Policy) (prove.Proved, error) {
	meaning, err := l.once()
	if err != nil {
		return prove.Proved{}, err
	}
	loaded = loaded.WithOnce(meaning)
	compiled, err := compilePolicy(loaded)
	if err != nil {
		return prove.Proved{}, err
	}
	proved, err := prove.Prove(loaded.Typed, compiled.Program)
	return proved, notProved(withoutSecret(err), loaded, compiled)
}

// forget gives back what has the addresses of once(), once the program runs:
// they are its secret, and this process lives on. What compiler and prover have
// left of them in memory that nothing refers to stays until that is used again.
func (l *launch) forget(s *start) {
	if l.secret == nil {
		return
	}
	l.secret.Forget()
	typed.EraseOnce(l.meaning)
	l.secret, l.meaning, s.command.Secret = nil, nil, nil
	s.program, s.first, s.command.First = prove.Proved{}, prove.Proved{}, prove.Proved{}
}

// onceFilter compiles and proves the filter that holds a compiled program to
// once(), with addresses that are drawn now.
func (l *launch) onceFilter(machine arch.ABI, otherwise typed.Action) (prove.Proved, error) {
	meaning, err := l.once()
	if err != nil {
		return prove.Proved{}, err
	}
	p := typed.OncePolicy(machine, meaning, otherwise)
	compiled, err := compiler.Options{}.Compile(p)
	if err != nil {
		return prove.Proved{}, err
	}
	proved, err := prove.Prove(p, compiled.Program)
	return proved, withoutSecret(err)
}

// withoutSecret returns the reason why a proof failed without the call that
// shows it: its arguments would tell the addresses of once().
func withoutSecret(err error) error {
	var limit *prove.GivenUp
	if err == nil || errors.As(err, &limit) {
		return err
	}
	var m *prove.Mismatch
	if !errors.As(err, &m) {
		return fail("the program was not proved: this is a bug in sandbox, of which no more is said, as it could tell the addresses of %s", typed.OnceText)
	}
	return fail("the program does not do what the policy says: for arch %#x, number %d, and arguments that are not shown, as they could tell the addresses of %s, the policy says %v, the program %v",
		m.Call.Arch, int32(m.Call.Nr), typed.OnceText, m.Policy, m.Return)
}

// compileOnce compiles what is stored of policies that ask for once(): a program
// that has it always true, and what the second filter does otherwise. That both
// together are the policies is proved, for the addresses that stand for those
// that are not drawn yet.
func (c *compiled) compileOnce(machine arch.ABI) error {
	otherwise, list := c.policy.OnceElse(machine)
	if err := list.Err(); err != nil {
		return err
	}
	always := c.policy.OnceAlways()
	program, err := compileBy(c.weights, always)
	if err != nil {
		return err
	}
	second, err := compiler.Options{}.Compile(typed.OncePolicy(machine, typed.OnceAt(typed.OncePlaceholders()), otherwise))
	if err != nil {
		return err
	}
	both := prove.ProgramSide(machine.BigEndian(), second.Program, program.Program)
	found, err := prove.Compare(prove.PolicySide(c.policy.Typed), both, nil)
	switch {
	case err != nil:
		return notProved(err, c.policy, program)
	case !found.Equal():
		return fail("the program and the filter for %s are not what the policies say: this is a bug in sandbox", typed.OnceText)
	}
	c.Compiled, c.policy, c.otherwise = program, always, otherwise
	return nil
}

// shownOnce refuses to show a program that is another one at each start.
func shownOnce(format string) error {
	return fail("compile: %s stands for addresses that are drawn anew at each start, so there is no program to write in the format %s", typed.OnceText, format).
		hinted("for a program that 'exec --program' starts, name a file: -o FILE%s", programSuffix).
		hinted("--stats shows what it costs")
}

// withOnce returns a condition with once() in the place of what stands for it
// where nothing is started.
func withOnce(condition string) string {
	var same, other [3]string
	for i, address := range typed.OncePlaceholders() {
		same[i] = fmt.Sprintf("args[%d] == %#x", i, address)
		other[i] = fmt.Sprintf("args[%d] != %#x", i, address)
	}
	switch condition {
	case strings.Join(same[:], " && "):
		return typed.OnceText
	case strings.Join(other[:], " || "):
		return "!" + typed.OnceText
	}
	return condition
}
