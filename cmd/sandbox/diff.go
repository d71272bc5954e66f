package main

import (
	"flag"

	"sandbox/prove"
)

func diffVerb() *verb {
	return &verb{
		name:     "diff",
		operands: "A B",
		brief:    "say which calls two policies or programs decide differently",
		about: `A and B are each a policy (a shipped profile, or a file that ends in .toml), a
program (a raw array of struct sock_filter, or what 'sandbox compile -o
FILE.sandbox' wrote), or pid:N for the filters of a running process (its first
thread's; root only). They are compared by what they mean, for all calls: what is
not listed is the same. Each change comes with the calls that it is about, how
many there are (of the 2^448 calls of each number: six arguments and the
instruction pointer), and one of them. A line begins with

  +  where B lets calls pass that A does not, or has a tracer or supervisor
     decide about calls that A refuses (trace, notify)
  -  where it is A that does
  ~  where both refuse, or both let pass, in different ways

The exit code is 1 if there is a difference; with --no-wider only if there is
one that a + would mark.`,
		examples: []example{
			{"what a profile adds to another", "sandbox diff baseline offline || true"},
			{"in a code review, let a policy become stricter only", "sandbox diff --no-wider app.toml app.toml"},
			{"what runs is what the policy says", "sandbox diff offline offline.bpf"},
			{"without x32 and numbers of no call", "sandbox diff --where 'nr < 0x40000000' offline offline.bpf"},
		},
		operand: policyOperand,
		prepare: prepareDiff,
	}
}

func prepareDiff(options *flag.FlagSet) action {
	var abis repeated
	options.Var(&abis, "abi", "compare for this `ABI` only; may be repeated")
	where := options.String("where", "", "compare only the calls for which `CONDITION` holds: 'arch == x86_64 && nr < 400'")
	noWider := options.Bool("no-wider", false, "list only what B lets pass and A does not")
	asJSON := options.Bool("json", false, "answer in JSON, one object a change")
	return func(u *ui, operands []string) error {
		if len(operands) != 2 {
			return misuse("diff compares two: sandbox diff A B").
				hinted("each is a shipped profile, a file of a policy or of a program, or pid:N")
		}
		s := sides{ui: u}
		var err error
		if s.abis, err = parseABIs(abis); err != nil {
			return err
		}
		limit, err := s.condition(*where)
		if err != nil {
			return err
		}
		from, err := s.read(operands[0])
		if err != nil {
			return err
		}
		to, err := s.read(operands[1])
		if err != nil {
			return err
		}
		found, err := prove.Compare(from, to, limit)
		if err != nil {
			return err
		}
		changes := found.Changes
		if *noWider {
			changes = found.Wider()
		}
		answer := differences{ui: u, from: operands[0], to: operands[1], where: *where}
		if *asJSON {
			err = answer.json(changes, found.Open)
		} else {
			answer.text(changes, found.Open)
		}
		if err != nil {
			return err
		}
		if len(changes) > 0 || len(found.Open) > 0 {
			return said()
		}
		return nil
	}
}
