package main

import (
	"errors"
	"flag"
	"os"

	"sandbox/launcher"
)

// startOptions are the options of run and exec that say what the program is to
// find.
type startOptions struct {
	clearEnv      bool
	env           repeated
	dir, name     filled
	limits        limitOption
	noCore        bool
	newSession    bool
	dieWithParent bool
}

func (o *startOptions) declare(options *flag.FlagSet) {
	options.BoolVar(&o.clearEnv, "env-clear", false, "start from an empty environment")
	options.Var(&o.env, "env", "set the environment's `VARIABLE`, as NAME=VALUE, or NAME to keep one despite --env-clear")
	options.Var(&o.dir, "chdir", "go to `DIR` before the command is looked for")
	options.Var(&o.name, "argv0", "give the program `NAME` as its argv[0]")
	options.Var(&o.limits, "rlimit", "set a `LIMIT`, NAME=SOFT[:HARD]: nofile=256, as=2G, cpu=90s:2m, core=unlimited")
	options.BoolVar(&o.noCore, "no-core", false, "have the kernel write no core dump, nor give one to a program")
	options.BoolVar(&o.newSession, "new-session", false, "start the program in a session of its own, without the terminal")
	options.BoolVar(&o.dieWithParent, "die-with-parent", false, "kill the program when the process that started sandbox ends")
}

// apply completes the command, and the launcher's options.
func (o *startOptions) apply(c *launcher.Command) {
	if o.name != "" {
		c.Args = append([]string{string(o.name)}, c.Args[1:]...)
	}
	c.Limits = o.limits.list
	if o.noCore {
		c.Limits = append(c.Limits, launcher.NoCore())
	}
}

// launcherOptions returns what the options ask of the launcher. It is to be
// called early: the sooner the parent is known, the less its end is missed.
func (o *startOptions) launcherOptions() launcher.Options {
	lo := launcher.Options{NewSession: o.newSession, DieWithParent: o.dieWithParent}
	if o.dieWithParent {
		lo.Parent = os.Getppid()
	}
	return lo
}

// changeDirectory goes where the program is to start: after the policies are
// read, whose names are the user's, and before the command is looked for, as
// env -C does.
func (o *startOptions) changeDirectory() error {
	if o.dir == "" {
		return nil
	}
	if err := os.Chdir(string(o.dir)); err != nil {
		return fail("cannot go to the directory %s: %v", shellQuoted(string(o.dir)), err.(*os.PathError).Err)
	}
	return nil
}

// A filled option is a text that is not empty: what is left of a shell's
// variable that was never set must not pass for no option at all.
type filled string

// String returns the text.
func (f *filled) String() string {
	if f == nil {
		return ""
	}
	return string(*f)
}

// Set takes the text.
func (f *filled) Set(text string) error {
	if text == "" {
		return errors.New("this is empty")
	}
	*f = filled(text)
	return nil
}
