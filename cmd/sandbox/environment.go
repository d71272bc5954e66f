package main

import (
	"slices"
	"strings"
)

// environment returns the environment for the program, made from sandbox's own.
func (o *startOptions) environment(own []string) ([]string, error) {
	if !o.clearEnv && len(o.env) == 0 {
		return own, nil // byte for byte, duplicates and malformed entries too
	}
	var env []string
	if !o.clearEnv {
		env = slices.Clone(own)
	}
	for _, variable := range o.env {
		name, _, isSet := strings.Cut(variable, "=")
		if name == "" {
			return nil, misuse("--env %q: a variable has a name: NAME=VALUE", variable)
		}
		if !isSet && !o.clearEnv {
			return nil, misuse("--env %s: without --env-clear the program has all variables as they are", shellQuoted(variable)).
				hinted("to set it, give the value: --env %s", shellQuoted(variable+"=VALUE")).
				hinted("to leave out all others, give --env-clear as well")
		}
		if !isSet {
			i := slices.IndexFunc(own, isVariable(name))
			if i < 0 {
				continue // nothing to keep
			}
			variable = own[i]
		}
		env = append(slices.DeleteFunc(env, isVariable(name)), variable)
	}
	return env, nil
}

// isVariable returns a test for whether a variable has the name.
func isVariable(name string) func(variable string) bool {
	return func(variable string) bool {
		return len(variable) > len(name) && variable[:len(name)] == name && variable[len(name)] == '='
	}
}
