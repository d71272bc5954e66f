package main

import (
	"flag"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/internal/diag"
	"sandbox/policies"
	"sandbox/policy"
)

// policyOptions are the options that say which policies are meant.
type policyOptions struct {
	policies, rules, abis repeated
}

// declare declares -p and -e.
func (o *policyOptions) declare(options *flag.FlagSet) {
	options.Var(&o.policies, "p", "hold to `POLICY`: a file, or a shipped profile; several intersect")
	options.Var(&o.rules, "e", "put `RULE`, [ACTION] FILTER, before those of the policies; deny unless it says else")
}

// declareABIs declares --abi.
func (o *policyOptions) declareABIs(options *flag.FlagSet) {
	options.Var(&o.abis, "abi", "look at the policies for this `ABI` only; may be repeated")
}

// namesPolicy reports whether a word looks like the name of a policy.
func namesPolicy(word string) bool {
	_, shipped := policies.Text(word)
	return shipped || strings.HasSuffix(word, ".toml")
}

// takesPolicies reports whether the verb has the option -p.
func (v *verb) takesPolicies() bool {
	options, _ := v.options()
	return options.Lookup("p") != nil
}

// request returns what the options ask for.
func (o *policyOptions) request() (policy.Request, error) {
	if len(o.policies) == 0 {
		return policy.Request{}, misuse("no policy is given").
			hinted("name a file or a shipped profile: -p offline").
			hinted("'sandbox profiles' lists the profiles")
	}
	r := policy.Request{
		Policies:     o.policies,
		Rules:        o.rules,
		Profile:      policies.Text,
		ProfileNames: policies.Names(),
	}
	for _, name := range o.abis {
		abi, err := parseABI(name)
		if err != nil {
			return r, err
		}
		r.ABIs = append(r.ABIs, abi)
	}
	native, err := nativeABI()
	if err != nil && len(r.ABIs) == 0 {
		return r, err
	}
	r.Native = native
	return r, nil
}

// load loads the policies. What is wrong with them is an error; what is merely
// remarkable is left to check.
func (o *policyOptions) load() (*policy.Policy, error) {
	request, err := o.request()
	if err != nil {
		return nil, err
	}
	loaded, list := policy.Load(request)
	return loaded, list.Err()
}

// loadToLaunch loads the policies for programs of this machine.
func (o *policyOptions) loadToLaunch() (*policy.Policy, error) {
	native, err := nativeABI()
	if err != nil {
		return nil, err
	}
	return o.loadFor(native.Machine())
}

// loadFor loads the policies for programs of a machine, given by its 64-bit
// ABI: what can be started there.
func (o *policyOptions) loadFor(machine arch.ABI) (*policy.Policy, error) {
	loaded, err := o.load()
	if err != nil {
		return nil, err
	}
	if err := loaded.Absent().Err(); err != nil {
		return nil, err
	}
	narrowed, list := loaded.Launchable(machine)
	if err := list.Err(); err != nil {
		return nil, err
	}
	return narrowed, nil
}

// loadToCompile loads the policies, all of which must serve the ABIs that are
// asked for.
func (o *policyOptions) loadToCompile() (*policy.Policy, error) {
	loaded, err := o.load()
	if err != nil {
		return nil, err
	}
	return loaded, loaded.Absent().Err()
}

// diagnose shows what was found in policies.
func (u *ui) diagnose(list diag.List) {
	style := diag.Style{Prefix: "sandbox: ", Color: u.coloured(), Limit: mostDiagnostics}
	// Nothing can be said about a standard error that takes nothing.
	_ = style.Write(u.err, withoutProfiles(list))
}

// withoutProfiles returns the list without what is no error and about a
// shipped profile: those serve every ABI, so that something in them is always
// idle, and nobody can change them.
func withoutProfiles(list diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool {
		return d.Severity != diag.Error && d.Span.Source != nil && strings.HasPrefix(d.Span.Source.Name, "profile:")
	})
}

// mostDiagnostics is how many messages a person still reads.
const mostDiagnostics = 20
