package main

import (
	"flag"

	"sandbox/launcher"
)

func execVerb() *verb {
	return &verb{
		name:     "exec",
		operands: "[--] COMMAND [ARGUMENT]...",
		brief:    "run a program under policies, in place of sandbox",
		about: `Like run, but no process of sandbox remains: for the entry points of containers,
for services, and for scripts. Nobody is left to name the rule that killed the
program; with --log the kernel's log tells of what was denied.`,
		examples: []example{
			{"the entry point of a container", "sandbox exec -p app.toml -- ./app --port 8080"},
			{"compiled and proved when the container was built", "sandbox exec --program app.sandbox -- ./app --port 8080"},
			{"with nothing of the environment but two variables", "sandbox exec -p offline --env-clear --env PATH --env LANG=C -- ./app"},
			{"keep a descriptor open for the program", "sandbox exec -p offline --keep-fd 3 -- ./worker 3< work.queue"},
		},
		operand: commandOperand,
		starts:  true,
		prepare: prepareExec,
	}
}

func prepareExec(options *flag.FlagSet) action {
	var l launch
	l.declare(options)
	log := options.Bool("log", false, "have the kernel log what is denied (SECCOMP_FILTER_FLAG_LOG)")
	return func(u *ui, operands []string) error {
		how := l.launcherOptions()
		how.Log = *log
		s, err := l.ready("exec", operands)
		if err != nil {
			return err
		}
		return s.notStarted(launcher.Exec(s.program, s.command, how))
	}
}
