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
			{"a program that was compiled before, and is proved already", "sandbox run --program app.sandbox -- ./app"},
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
			s.sayWhoKilled(u, process.Pid(), l.program)
		}
		return exitStatus(status.ExitCode())
	}
}

// sayWhoKilled names the rules that could have ended the command by SIGSYS.
func (s *start) sayWhoKilled(u *ui, pid int, program string) {
	if s.policy != nil {
		sayWhoKills(u, s.policy, s.command.Path, pid)
		return
	}
	u.say("%s (process %d) was ended by SIGSYS, as a rule does that was compiled into %s", s.command.Path, pid, program)
	u.hint("'sandbox disasm " + shellQuoted(program) + "' names its policies; with -p as well, the rules that kill are named")
}
