package main

import (
	"flag"

	"sandbox/policies"
)

func schemaVerb() *verb {
	return &verb{
		name:  "schema",
		brief: "print the JSON Schema of policy files, for editors",
		about: `With it an editor completes the keys of a policy, explains them and marks
mistakes in its structure. Those that know TOML (Taplo, Even Better TOML) find
it by a first line in the policy: #:schema ./policy.schema.json`,
		examples: []example{
			{"put it beside the policies", "sandbox schema > policy.schema.json"},
		},
		prepare: prepareSchema,
	}
}

func prepareSchema(*flag.FlagSet) action {
	return func(u *ui, operands []string) error {
		if err := noOperands("schema", operands); err != nil {
			return err
		}
		_, err := u.out.WriteString(policies.Schema())
		return err
	}
}
