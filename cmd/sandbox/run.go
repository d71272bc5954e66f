package main

import (
	"flag"

	"sandbox/policy/typed"
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
			{"no network", "sandbox run -p offline -- curl http://127.0.0.1/"},
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
		policy, program, command, err := l.ready("run", operands)
		if err != nil {
			return err
		}
		end, err := startAndWait(program, command)
		if err != nil {
			return err
		}
		if end.killed {
			sayWhoKills(u, policy, command.Path, end.pid)
		}
		return exitStatus(end.code)
	}
}

// sayWhoKills names the rules that could have ended a process by SIGSYS.
// Nothing tells which call it was: the kernel does not keep it.
func sayWhoKills(u *ui, policy *typed.Policy, path string, pid int) {
	rules := deadlyRules(policy)
	if len(rules) == 0 {
		u.say("%s (process %d) was ended by SIGSYS, and no rule of the policy does that", oneLine(path), pid)
		return
	}
	u.say("%s (process %d) was ended by SIGSYS, as these rules do:", oneLine(path), pid)
	for _, r := range rules {
		u.say("  %s", r)
	}
	u.hint("'sandbox explain CALL' says which rule decides a call")
}

// An ending is how a child ended.
type ending struct {
	pid    int
	code   int  // 128+n for signal n
	killed bool // by SIGSYS
}
