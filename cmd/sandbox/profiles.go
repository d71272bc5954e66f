package main

import (
	"flag"
	"slices"

	"sandbox/internal/diag"
	"sandbox/policies"
)

func profilesVerb() *verb {
	return &verb{
		name:     "profiles",
		operands: "[NAME]",
		brief:    "list the shipped profiles, or print one",
		about: `A profile is a policy file that ships inside the command. Its name can stand
wherever a policy file can: after -p, and in the extends of a policy file.`,
		examples: []example{
			{"list the profiles", "sandbox profiles"},
			{"start a policy of your own from one", "sandbox profiles compute > app.toml"},
		},
		operand: profileOperand,
		prepare: prepareProfiles,
	}
}

func prepareProfiles(options *flag.FlagSet) action {
	asJSON := options.Bool("json", false, "answer in JSON, one object a line")
	return func(u *ui, operands []string) error {
		if len(operands) == 0 {
			return listProfiles(u, *asJSON)
		}
		name, err := onlyOperand("profiles", "a name", operands)
		if err != nil {
			return err
		}
		return printProfile(u, name, *asJSON)
	}
}

// A profileJSON is one profile; the text is left out of lists.
type profileJSON struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Text        string `json:"text,omitempty"`
}

func listProfiles(u *ui, asJSON bool) error {
	for _, name := range policies.Names() {
		line, _ := policies.Description(name)
		if !asJSON {
			u.answer("%-12s%s", name, line)
			continue
		}
		if err := u.answerJSON(profileJSON{Name: name, Description: line}); err != nil {
			return err
		}
	}
	return nil
}

func printProfile(u *ui, name string, asJSON bool) error {
	text, ok := policies.Text(name)
	if !ok {
		f := fail("there is no profile %q", name)
		if near, ok := diag.Nearest(name, slices.Values(policies.Names())); ok {
			return f.hinted("did you mean %q?", near)
		}
		return f.hinted("'sandbox profiles' lists them")
	}
	if asJSON {
		line, _ := policies.Description(name)
		return u.answerJSON(profileJSON{name, line, text})
	}
	_, err := u.out.WriteString(text)
	return err
}
