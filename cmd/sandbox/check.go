package main

import (
	"flag"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
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
		},
		prepare: prepareCheck,
	}
}

func prepareCheck(options *flag.FlagSet) action {
	var chosen policyOptions
	chosen.declare(options)
	chosen.declareABIs(options)
	implicit := options.Bool("implicit", false, "list the rules that nobody wrote")
	asJSON := options.Bool("json", false, "answer in JSON, one object a finding or rule")
	return func(u *ui, operands []string) error {
		if err := noOperands("check", operands); err != nil {
			return err
		}
		request, err := chosen.request()
		if err != nil {
			return err
		}
		loaded, list := policy.Load(request)
		if loaded != nil {
			list = append(list, loaded.Absent()...)
		}
		if *asJSON {
			for _, record := range list.Records() {
				if err := u.answerJSON(record); err != nil {
					return err
				}
			}
		} else {
			u.diagnose(list)
		}
		if list.Failed() {
			return said()
		}
		if _, err := compilePolicy(loaded.Typed); err != nil {
			return err
		}
		if *implicit {
			return listImplicit(u, loaded.Typed, *asJSON)
		}
		return nil
	}
}

// An implicitJSON is a rule that nobody wrote.
type implicitJSON struct {
	Layer  string `json:"layer"`
	ABI    string `json:"abi,omitempty"`
	Action string `json:"action"`
	Rule   string `json:"rule"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Calls  string `json:"calls"`
}

// listImplicit answers the rules that nobody wrote, in the order in which they
// decide.
func listImplicit(u *ui, p *typed.Policy, asJSON bool) error {
	for i := range p.Layers {
		for _, r := range implicitRules(&p.Layers[i]) {
			if asJSON {
				if err := u.answerJSON(r); err != nil {
					return err
				}
				continue
			}
			where := ""
			if len(p.Layers) > 1 {
				where = oneLine(r.Layer) + ": "
			}
			if r.ABI != "" {
				where += r.ABI + ": "
			}
			u.answer("%s%s %s (%s)", where, r.Action, r.Rule, r.Calls)
		}
	}
	return nil
}

func implicitRules(layer *typed.Layer) []implicitJSON {
	list := []implicitJSON{newImplicitJSON(layer, layer.Unserved, 0, "every call of another ABI")}
	for _, section := range layer.ABIs {
		for k := range section.Filters {
			f := &section.Filters[k]
			if f.Rule.Implicit {
				list = append(list, newImplicitJSON(layer, f.Rule, section.ABI, describeNumbers(section.ABI, f.Numbers)))
			}
		}
	}
	return list
}

func newImplicitJSON(layer *typed.Layer, r *typed.Rule, abi arch.ABI, calls string) implicitJSON {
	j := implicitJSON{
		Layer:  layer.Name,
		Action: actionName(abi, r.Action),
		Rule:   r.Name,
		File:   r.At.File,
		Line:   r.At.Line,
		Calls:  calls,
	}
	if abi != 0 {
		j.ABI = abi.String()
	}
	return j
}
