package main

import (
	"flag"

	"sandbox/launcher"
)

func runVerb() *verb {
	return &verb{
		name:     "run",
		operands: "[--] COMMAND [ARGUMENT]...",
		brief:    "run a program under policies, as a child",
		about: `The program and all that it starts are held to the policies. Signals are passed
on to it, and its exit code is handed back. If a kill rule ends it, the rules
that could have done so are named. Several policies intersect: the most
restrictive action is taken. Descriptors from 3 on are closed.`,
		examples: []example{
			{"no network", "sandbox run -p offline -- curl http://example.org/"},
			{"a rule of the moment on top", "sandbox run -p baseline -e 'errno(EPERM) mkdir, mkdirat' -- make"},
		},
		operand: commandOperand,
		starts:  true,
		prepare: prepareRun,
	}
}

func prepareRun(options *flag.FlagSet) action {
	var l launch
	l.declare(options)
	return func(u *ui, operands []string) error {
		s, err := l.ready("run", operands)
		if err != nil {
			return err
		}
		process, err := launcher.Start(s.program, s.command, launcher.Options{Forward: true})
		if err != nil {
			return s.notStarted(err)
		}
		status, err := process.Wait()
		if err != nil {
			return err
		}
		if status.Killed() {
			sayWhoKills(u, s.policy, s.command.Path, process.Pid())
		}
		return exitStatus(status.ExitCode())
	}
}
