package main

import (
	"os"

	"sandbox/bpf"
	"sandbox/internal/inherited"
	"sandbox/launcher"
)

// resolve finds the executable of a command.
func resolve(name string) (path string, err error) {
	search, set := os.LookupEnv("PATH")
	if !set {
		search = launcher.DefaultPath
	}
	return launcher.Resolve(name, search)
}

// execInPlace replaces this process by the program. It returns on failure
// only.
func execInPlace(program bpf.Program, command launcher.Command, log bool) error {
	command.Inherited = launcher.Inherited(inherited.Read())
	return launcher.Exec(program, command, launcher.Options{Log: log})
}

// startAndWait runs the program as a child, passes signals on to it, and
// returns how it ended.
func startAndWait(program bpf.Program, command launcher.Command) (ending, error) {
	command.Inherited = launcher.Inherited(inherited.Read())
	process, err := launcher.Start(program, command, launcher.Options{Forward: true})
	if err != nil {
		return ending{}, err
	}
	status, err := process.Wait()
	if err != nil {
		return ending{}, err
	}
	return ending{process.Pid(), status.ExitCode(), status.Killed()}, nil
}
