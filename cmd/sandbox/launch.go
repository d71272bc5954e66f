package main

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"

	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/launcher"
	"sandbox/policy/typed"
)

// A launch is what run and exec have in common: policies and a command.
type launch struct {
	policyOptions
	keep repeated
}

func (l *launch) declare(options *flag.FlagSet) {
	l.policyOptions.declare(options)
	options.Var(&l.keep, "keep-fd", "leave descriptor `N` open for the program")
}

// ready does all that can be done before a process is changed: when it
// returns without an error, only the kernel can still say no.
func (l *launch) ready(v string, operands []string) (policy *typed.Policy, program bpf.Program, command launcher.Command, err error) {
	if len(operands) == 0 {
		err = misuse("%s needs a command", v).hinted("sandbox %s -p POLICY -- COMMAND", v)
		return nil, program, command, err
	}
	keep, err := l.descriptors()
	if err != nil {
		return nil, program, command, err
	}
	if policy, err = l.loadToLaunch(); err != nil {
		return nil, program, command, err
	}
	path, err := resolve(operands[0])
	if err != nil {
		return nil, program, command, err
	}
	compiled, err := compiler.Compile(policy)
	if err != nil {
		return nil, program, command, fail("cannot compile the policy: %v", err)
	}
	command = launcher.Command{Path: path, Args: operands, Env: os.Environ(), Keep: keep}
	return policy, compiled.Program, command, nil
}

// descriptors returns the numbers given to --keep-fd.
func (l *launch) descriptors() ([]int, error) {
	var list []int
	for _, text := range l.keep {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, misuse("--keep-fd %q: not the number of a descriptor", text)
		}
		if n > 2 { // 0, 1 and 2 are never closed
			list = append(list, n)
		}
	}
	return list, nil
}

// deadlyRules describes the rules that can end a process by SIGSYS.
func deadlyRules(policy *typed.Policy) []string {
	var list []string
	eachRule(policy, func(r *typed.Rule, filters []string) {
		switch r.Action.Kind {
		case typed.KillProcess, typed.KillThread, typed.Trap:
			list = append(list, describeRule(r, filters))
		}
	})
	return list
}

// describeRule returns a rule in one line: action, name, place, filters.
func describeRule(r *typed.Rule, filters []string) string {
	words := []string{r.Action.String()}
	if r.Name != "" {
		words = append(words, strconv.Quote(r.Name))
	}
	if place := placeOf(r.At); place != "" {
		words = append(words, "at "+place)
	}
	text := strings.Join(words, " ")
	if len(filters) > 0 {
		text += ": " + oneLine(strings.Join(filters, "; "))
	}
	return text
}

// eachRule calls f once for each rule of the policy, with the texts of its
// filters, in the order in which rules are tried. What a rule is on two ABIs
// counts once.
func eachRule(policy *typed.Policy, f func(r *typed.Rule, filters []string)) {
	for i := range policy.Layers {
		layer := &policy.Layers[i]
		var order []*typed.Rule
		filters := make(map[typed.Rule][]string)
		add := func(r *typed.Rule, text string) {
			list, seen := filters[*r]
			if !seen {
				order = append(order, r)
			}
			if text != "" && !slices.Contains(list, text) {
				list = append(list, text)
			}
			filters[*r] = list
		}
		add(layer.Unserved, "")
		for _, section := range layer.ABIs {
			for k := range section.Filters {
				add(section.Filters[k].Rule, section.Filters[k].Text)
			}
		}
		for _, r := range order {
			f(r, filters[*r])
		}
	}
}
