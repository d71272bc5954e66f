package main

import (
	"flag"

	"sandbox/internal/diag"
	"sandbox/policy"
	"sandbox/policy/lint"
)

func checkVerb() *verb {
	return &verb{
		name:  "check",
		brief: "check policies, as run and exec do before they start anything",
		about: `A policy that can be used is answered by silence and exit code 0; warnings and
notes about it go to standard error. With --json, all that was found is the
answer, one object each.`,
		examples: []example{
			{"check a file", "sandbox check -p app.toml"},
			{"for other machines as well", "sandbox check -p app.toml --abi x86_64 --abi aarch64"},
			{"the rules that nobody wrote", "sandbox check -p offline --implicit"},
			{"which calls are dear, and which the kernel caches", "sandbox check -p offline --cost"},
		},
		prepare: prepareCheck,
	}
}

func prepareCheck(options *flag.FlagSet) action {
	var chosen policyOptions
	chosen.declare(options)
	chosen.declareABIs(options)
	implicit := options.Bool("implicit", false, "list the rules that nobody wrote")
	cost := options.Bool("cost", false, "list what each system call costs, the dearest first")
	asJSON := options.Bool("json", false, "answer in JSON, one object a finding, rule or cost")
	return func(u *ui, operands []string) error {
		if err := noOperands("check", operands); err != nil {
			return err
		}
		request, err := chosen.request()
		if err != nil {
			return err
		}
		request.TestMistakes = true
		loaded, list := policy.Load(request)
		var unusable error
		if loaded != nil {
			list = append(list, loaded.Absent()...)
			for i := range loaded.Layers {
				_, found := loaded.Layers[i].Tests()
				list = append(list, found...)
			}
			// What is too large or too complex for the kernel or the prover is
			// so for the lints as well, which could take long about it.
			if unusable = proveEach(loaded); unusable == nil {
				list = loaded.Accept(append(list, lint.Policy(loaded)...))
			}
		}
		if err := showFindings(u, withoutProfiles(list), *asJSON); err != nil {
			return err
		}
		if list.Failed() {
			return said()
		}
		if unusable != nil {
			return unusable
		}
		if *implicit {
			if err := listImplicit(u, loaded, *asJSON); err != nil {
				return err
			}
		}
		if *cost {
			return listCosts(u, loaded, *asJSON)
		}
		return nil
	}
}

func showFindings(u *ui, list diag.List, asJSON bool) error {
	if !asJSON {
		u.diagnose(list)
		return nil
	}
	for _, record := range list.Records() {
		if err := u.answerJSON(record); err != nil {
			return err
		}
	}
	return nil
}

// proveEach compiles the policy as each machine will that serves one of its
// ABIs, and proves the program, to find what is too large or too complex.
func proveEach(p *policy.Policy) error {
	for _, machine := range p.Typed.Machines() {
		on := p.On(machine).OnceInstalled()
		compiled, err := compilePolicy(on)
		if err != nil {
			return err
		}
		if _, err := provePolicy(on, compiled); err != nil {
			return err
		}
	}
	return nil
}
