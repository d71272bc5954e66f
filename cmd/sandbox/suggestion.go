package main

import (
	"io/fs"
	"math/big"
	"slices"
	"strings"

	"sandbox/arch"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// A suggestion is the smallest edit of the policies that lets a denied call
// pass: one rule, which pins what a filter can judge of the call to what it
// saw. What it says is checked: the policies were loaded with the rule, they
// allow the call, and the prover found what else they decide differently.
type suggestion struct {
	// filter is the rule's, without its action; "" if no edit lets the call
	// pass, and then why says so and remedy says what to do instead.
	filter      string
	why, remedy string

	// only is the ABI that the rule has to be limited to, as the filter cannot
	// be checked for others: -e has no such limit. Otherwise 0.
	only arch.ABI

	free    []string   // the parameters that are not pinned
	passing []string   // those whose values are of this run: "fd == 3"
	also    []arch.ABI // others on which the call passes as well
	every   bool       // nothing of the call is pinned
	others  string     // what is decided differently about other calls; "" for nothing
	unsure  bool       // that was too complex to be found out

	homes []home // where the filter could stand, for good
}

// A home is a place in a policy file for a filter that allows.
type home struct {
	file string
	rule *typed.Rule // which can have one more filter; nil: a rule is to be written before the others
	own  bool        // the file is the user's
}

// An adviser makes suggestions about policies that are loaded.
type adviser struct {
	request policy.Request
	guarded *policy.Policy
	machine arch.ABI
	known   map[string]*suggestion
}

// newAdviser returns one for guarded policies and the request that they were
// loaded by.
func newAdviser(request policy.Request, guarded *policy.Policy, machine arch.ABI) *adviser {
	a := &adviser{request: request, guarded: guarded, machine: machine, known: make(map[string]*suggestion)}
	// The files are not read again: they may be others by now, and this process
	// may have gone to another directory.
	a.request.ReadFile = a.read
	a.request.Profile = policies.Text
	return a
}

// read returns the text of a policy file as it was read for the start.
func (a *adviser) read(path string) (string, error) {
	for _, source := range a.guarded.Sources {
		if source.Name == path {
			return source.Text, nil
		}
	}
	return "", fs.ErrNotExist
}

// suggest returns the edit for a call that was denied, or would have been. It
// takes as long as a start does.
func (a *adviser) suggest(call *typed.Call, decision *typed.Decision) *suggestion {
	abi, ok := arch.ByAudit(call.Arch)
	switch {
	case !ok:
		return &suggestion{why: "no rule can allow calls of an architecture that sandbox does not know"}
	case decision.Filter == nil:
		return &suggestion{
			why:    "no rule can allow a call of " + abi.String() + ", which the policy does not serve",
			remedy: `add "` + abi.String() + `" to the policy's abi, and rules for its calls`,
		}
	case abi == arch.X86_64 && call.Nr >= arch.X32Bit && call.Nr != ^uint32(0):
		return &suggestion{why: "no rule can allow x32 calls", remedy: "use a build of the program for " + abi.String()}
	}
	if s := a.onlyOnce(abi, call, decision); s != nil {
		return s
	}
	p := newPin(abi, call)
	key := abi.String() + " " + p.filter()
	if known, ok := a.known[key]; ok {
		return known
	}
	s := a.check(abi, call, p)
	a.known[key] = s
	return s
}

// onlyOnce is about programs that are not executed for the sake of once(),
// beside which no rule may allow that.
func (a *adviser) onlyOnce(abi arch.ABI, call *typed.Call, decision *typed.Decision) *suggestion {
	known, ok := abi.Numbered(call.Nr)
	if !ok || known.Name != "execve" && known.Name != "execveat" {
		return nil
	}
	layer := &a.guarded.Typed.Layers[decision.Layer]
	if one := (&typed.Policy{Layers: []typed.Layer{*layer}}); !one.AsksOnce() {
		return nil
	}
	return &suggestion{
		why:    "no rule can allow it beside " + typed.OnceText + ", which lets the program be started and no other",
		remedy: "to have programs executed, leave out " + strings.Join(a.whoAsksOnce(), " and "),
	}
}

// whoAsksOnce returns the options that bring once() in, each once.
func (a *adviser) whoAsksOnce() (options []string) {
	add := func(option string) {
		if !slices.Contains(options, option) {
			options = append(options, option)
		}
	}
	for i := range a.guarded.Typed.Layers {
		layer := &a.guarded.Typed.Layers[i]
		for k := range layer.ABIs {
			for n := range layer.ABIs[k].Filters {
				f := &layer.ABIs[k].Filters[n]
				switch {
				case !f.AsksOnce():
				case policy.IsCommandLine(f):
					add("-e " + shellQuoted("allow "+oneLine(f.Text)) + ", with what refuses execve after it,")
				default:
					add("-p " + shellQuoted(layer.Name))
				}
			}
		}
	}
	if last := len(options) - 1; last >= 0 {
		options[last] = strings.TrimSuffix(options[last], ",")
	}
	return options
}

// check tries the rule of a pin, and finds out what it does.
func (a *adviser) check(abi arch.ABI, call *typed.Call, p pin) *suggestion {
	s := &suggestion{filter: p.filter(), free: p.free, passing: p.passing, every: len(p.conditions) == 0}
	before, after := a.guarded, a.with(s.filter, nil)
	if after == nil && len(a.guarded.Typed.ABIs()) > 1 {
		s.only = abi
		before, after = a.narrowed(abi), a.with(s.filter, []arch.ABI{abi})
	}
	if after == nil || before == nil {
		return &suggestion{why: "no rule was found that allows just this call"}
	}
	decision := after.Typed.Decide(call)
	switch {
	case decision.Action.Kind == typed.Allow:
	case decision.Layer == 0:
		return &suggestion{
			why:    "no rule can allow it: run refuses it, so that the program cannot take sandbox's place",
			remedy: "'sandbox exec' does not need that; there the policy alone decides",
		}
	default:
		return &suggestion{why: "no rule was found that allows just this call"}
	}
	s.compare(abi, call, &p, before, after)
	a.findHomes(s, call, after)
	return s
}

// with returns the policies with one more rule in front, or nil if that cannot
// be. They are guarded as those that are in force.
func (a *adviser) with(filter string, abis []arch.ABI) *policy.Policy {
	return a.load(append([]string{"allow " + filter}, a.request.Rules...), abis)
}

// narrowed returns the policies for one ABI.
func (a *adviser) narrowed(abi arch.ABI) *policy.Policy {
	return a.load(a.request.Rules, []arch.ABI{abi})
}

func (a *adviser) load(rules []string, abis []arch.ABI) *policy.Policy {
	request := a.request
	request.Rules = rules
	if abis != nil {
		request.ABIs = abis
	}
	loaded, list := policy.Load(request)
	if list.Failed() {
		return nil
	}
	return loaded.On(a.machine).Guarded()
}

// compare finds out what the edit changes. Beside the calls of a number of an ABI
// that are the same in the pinned bits, these are others: that is what the prover
// says, whatever the edit was meant to be.
func (s *suggestion) compare(abi arch.ABI, call *typed.Call, p *pin, before, after *policy.Policy) {
	found, err := prove.Compare(prove.PolicySide(before.Typed), prove.PolicySide(after.Typed), nil)
	if err != nil || len(found.Open) > 0 {
		s.unsure = true
		return
	}
	numbers := []typed.NumberRange{{First: call.Nr, Last: call.Nr}}
	room := new(big.Int).Lsh(big.NewInt(1), prove.CallBits-p.bits)
	var others []string
	for i := range found.Changes {
		c := &found.Changes[i]
		on, known := c.ABI()
		switch {
		case known && on == abi && c.Wider() && slices.Equal(c.Numbers, numbers) && room.Cmp(c.Count) >= 0:
			room.Sub(room, c.Count)
		case known && on != abi && c.Wider() && callsText(&c.Scope) == p.selector:
			if !slices.Contains(s.also, on) {
				s.also = append(s.also, on)
			}
		default:
			text := callsText(&c.Scope) + ": " + actionName(on, c.From) + " becomes " + actionName(on, c.To)
			if !slices.Contains(others, text) {
				others = append(others, text)
			}
		}
	}
	s.others = strings.Join(others, "; ")
}
