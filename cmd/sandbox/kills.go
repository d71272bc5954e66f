package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// sigsys is SIGSYS on the machines that can start programs.
const sigsys = 31

// tellsOfSIGSYS reports whether a program that ends with this code may mean that
// SIGSYS has ended one that it has started: 128+n is how shells pass that on, and
// -n, of which eight bits are left, what a program in Python does with what
// subprocess returns.
func tellsOfSIGSYS(code int) bool { return code == 128+sigsys || code == 256-sigsys }

// killedOrphans says that processes were ended whose parents had ended before.
func killedOrphans(n int, program string) string {
	if n == 1 {
		return "a process that " + program + " had started was ended by SIGSYS"
	}
	return fmt.Sprintf("%d processes that %s had started were ended by SIGSYS", n, program)
}

// sayWhoKills names the rules that could have ended a process by SIGSYS, after
// what showed it.
func (r *running) sayWhoKills(s *start, what string) {
	if s.policy != nil {
		r.nameKillers(s.policy, what)
		return
	}
	file := r.launch.program
	r.say("%s, as a rule does that was compiled into %s", what, plain(file))
	r.hint("'sandbox disasm " + shellQuoted(file) + "' names its policies; with -p as well, the rules that kill are named")
}

// nameKillers names the rules of a policy that end processes by SIGSYS. Nothing
// tells which call it was: the kernel does not keep it.
func (u *ui) nameKillers(policy *typed.Policy, what string) {
	written, implicit := deadlyRules(policy)
	rules := append(written, implicit...)
	if len(rules) == 0 {
		u.say("%s, and no rule of the policy does that", what)
		return
	}
	u.say("%s, as these rules do:", what)
	for _, r := range rules {
		u.say("  %s", r)
	}
	if len(written) == 0 {
		u.hintUnserved(policy)
	}
	u.hint("'sandbox explain CALL' says which rule decides a call")
	u.hint("with --audit, which enforces nothing, run reports the call: only for a program that you trust")
}

// hintUnserved tells how the other ABI of this machine is served, if it is not.
func (u *ui) hintUnserved(policy *typed.Policy) {
	native, err := nativeABI()
	if err != nil {
		return
	}
	served := policy.ABIs()
	for _, abi := range arch.ABIs() {
		if abi.Machine() == native.Machine() && !slices.Contains(served, abi) {
			u.hint(fmt.Sprintf("if a program of %v was ended, have the policy serve that: abi = [%q, %q]", abi, native, abi))
		}
	}
}

// deadlyRules describes the rules that can end a process by SIGSYS: those that
// somebody wrote, and the others, which are for what programs hardly ever do.
func deadlyRules(policy *typed.Policy) (written, implicit []string) {
	eachRule(policy, func(r *typed.Rule, filters []string) {
		switch r.Action.Kind {
		case typed.KillProcess, typed.KillThread, typed.Trap:
		default:
			return
		}
		if r.Implicit && len(filters) == 0 {
			implicit = append(implicit, describeRule(r, filters))
		} else {
			written = append(written, describeRule(r, filters))
		}
	})
	return written, implicit
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
		text += ": " + strings.Join(filters, "; ")
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
