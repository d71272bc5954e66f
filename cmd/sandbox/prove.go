package main

import (
	"flag"
	"strings"
	"time"

	"sandbox/arch"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

func proveVerb() *verb {
	return &verb{
		name:     "prove",
		operands: "[POLICY]",
		brief:    "prove that a program decides every call as policies do",
		about: `The policies are compiled and the program is proved, as run and exec do before
each start, and the answer is what that took. With --program, FILE is proved
instead: a raw array of struct sock_filter, whoever compiled it, or what 'sandbox
compile -o FILE.sandbox' wrote. The claim is about all 2^512 values of struct
seccomp_data, or with --where about those for which the condition holds. If the
program is another one, what it decides differently is listed, and the exit code
is 1. POLICY is the same as -p POLICY.`,
		examples: []example{
			{"prove a policy", "sandbox prove app.toml"},
			{"for all machines", "sandbox prove -p offline --abi x86_64 --abi s390x"},
			{"another compiler's program, which does not look at x32", "sandbox prove -p offline --program offline.bpf --where 'arch == x86_64 && nr < 0x40000000'"},
		},
		operand: policyOperand,
		prepare: prepareProve,
	}
}

// A prover answers what was proved.
type prover struct {
	*ui
	chosen policyOptions
	where  string
	limit  typed.Bool // nil: everything
}

func prepareProve(options *flag.FlagSet) action {
	var p prover
	p.chosen.declare(options)
	p.chosen.declareABIs(options)
	program := options.String("program", "", "prove the program in `FILE`")
	options.StringVar(&p.where, "where", "", "prove it for the calls for which `CONDITION` holds: 'nr < 0x40000000'")
	asJSON := options.Bool("json", false, "answer in JSON, one object a machine")
	return func(u *ui, operands []string) error {
		p.ui = u
		p.asJSON = *asJSON
		switch {
		case len(operands) > 1:
			return surplus("prove", operands[1])
		case len(operands) == 1:
			p.chosen.policies = append(p.chosen.policies, operands[0])
		}
		s := sides{ui: u}
		var err error
		if s.abis, err = parseABIs(p.chosen.abis); err != nil {
			return err
		}
		if p.limit, err = s.condition(p.where); err != nil {
			return err
		}
		loaded, err := p.chosen.loadToCompile()
		if err != nil {
			return err
		}
		if *program != "" {
			side, err := s.program(*program)
			if err != nil {
				return err
			}
			machine, err := s.machine()
			if err != nil {
				return err
			}
			return p.compare(*program, loaded.On(machine), side)
		}
		for _, machine := range loaded.Typed.Machines() {
			if err := p.machine(loaded.On(machine), machine); err != nil {
				return err
			}
		}
		return nil
	}
}

// machine compiles the policy for a machine and proves the program.
func (p *prover) machine(on *policy.Policy, machine arch.ABI) error {
	on = on.OnceInstalled()
	compiled, err := compilePolicy(on)
	if err != nil {
		return err
	}
	if p.limit != nil {
		return p.compare("", on, prove.ProgramSide(machine.BigEndian(), compiled.Program))
	}
	begin := time.Now()
	proved, err := provePolicy(on, compiled)
	took := time.Since(begin)
	if err != nil {
		return err
	}
	return p.proved(proofJSON{
		Policies:     p.chosen.policies,
		ABIs:         abisOf(on.Typed),
		Instructions: compiled.Program.Len(),
		Regions:      proved.Stats().Regions,
		Nodes:        proved.Stats().Nodes,
		Milliseconds: milliseconds(took),
		Equal:        true,
	})
}

// compare compares the policy with a program, which is in a file if that has a
// name.
func (p *prover) compare(file string, on *policy.Policy, program prove.Side) error {
	begin := time.Now()
	found, err := prove.Compare(prove.PolicySide(on.Typed), program, p.limit)
	took := time.Since(begin)
	if err != nil {
		return err
	}
	err = p.proved(proofJSON{
		Policies:     p.chosen.policies,
		Program:      file,
		ABIs:         abisOf(on.Typed),
		Where:        p.where,
		Regions:      found.Stats.Squares,
		Nodes:        found.Stats.Nodes,
		Milliseconds: milliseconds(took),
		Equal:        found.Equal(),
	})
	if err != nil || found.Equal() {
		return err
	}
	if file == "" {
		file = "the program"
	}
	answer := differences{ui: p.ui, from: strings.Join(p.chosen.policies, " and "), to: file, where: p.where}
	if p.asJSON {
		if err := answer.json(found.Changes, found.Open); err != nil {
			return err
		}
	} else {
		answer.text(found.Changes, found.Open)
	}
	return said()
}

// A proofJSON is a proof, or that there is none as the program is another one.
type proofJSON struct {
	Policies     []string `json:"policies"`
	Program      string   `json:"program,omitempty"` // "": compiled from the policies
	ABIs         []string `json:"abis"`
	Where        string   `json:"where,omitempty"` // "": all inputs
	Equal        bool     `json:"equal"`
	Instructions int      `json:"instructions,omitempty"`
	Regions      int      `json:"regions"` // ranges of arch and number that were compared
	Nodes        int      `json:"nodes"`   // diagram nodes made
	Milliseconds float64  `json:"milliseconds"`
}

func (p *prover) proved(proof proofJSON) error {
	if p.asJSON {
		return p.answerJSON(proof)
	}
	if !proof.Equal {
		return nil
	}
	what := strings.Join(proof.Policies, " and ")
	if proof.Program != "" {
		what += " and " + proof.Program
	}
	p.answer("%s on %s: proved", oneLine(what), strings.Join(proof.ABIs, ", "))
	inputs := "all 2^512: arch, number, instruction pointer, six arguments"
	if proof.Where != "" {
		inputs = "those for which " + oneLine(proof.Where)
	}
	p.answer("  inputs        %s", inputs)
	if proof.Instructions > 0 {
		p.answer("  instructions  %d", proof.Instructions)
	}
	p.answer("  regions       %d", proof.Regions)
	p.answer("  nodes         %d", proof.Nodes)
	p.answer("  time          %.2f ms", proof.Milliseconds)
	return nil
}

func abisOf(p *typed.Policy) []string {
	var names []string
	for _, abi := range p.ABIs() {
		names = append(names, abi.String())
	}
	return names
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
