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
restrictive action is taken. Descriptors from 3 on are closed. After --timeout
the exit code is 124.`,
		examples: []example{
			{"no network", "sandbox run -p offline -- curl http://example.org/"},
			{"a program that was compiled before, and is proved already", "sandbox run --program app.sandbox -- ./app"},
			{"with a bound on its time and its memory", "sandbox run -p compute --timeout 1m --rlimit as=2G -- ./solve"},
			{"a rule of the moment on top", "sandbox run -p baseline -e 'errno(EPERM) mkdir, mkdirat' -- make"},
		},
		operand: commandOperand,
		starts:  true,
		prepare: prepareRun,
	}
}

func prepareRun(options *flag.FlagSet) action {
	var l launch
	var t timeout
	l.declare(options)
	t.declare(options)
	return func(u *ui, operands []string) error {
		how := l.launcherOptions()
		how.Forward, how.KeepRunning = true, t.after != 0
		s, err := l.ready("run", operands)
		if err != nil {
			return err
		}
		process, err := launcher.Start(s.program, s.command, how)
		if err != nil {
			return s.notStarted(err)
		}
		end := t.watch(process)
		status, err := process.Wait()
		over := end()
		if err != nil {
			return err
		}
		if over {
			u.say("%s (process %d) was ended: its time, %s, was over", s.command.Path, process.Pid(), t.after.String())
			return exitStatus(exitTimeout)
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
