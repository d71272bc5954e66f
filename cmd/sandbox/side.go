package main

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/diag"
	"sandbox/internal/installed"
	"sandbox/policies"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// pidPrefix begins the name of a side that is a running process.
const pidPrefix = "pid:"

// sides reads what diff and prove compare.
type sides struct {
	*ui
	abis []arch.ABI // those asked for; none: what each policy serves
}

// machine returns the 64-bit ABI of the machine that programs are for.
func (s *sides) machine() (arch.ABI, error) {
	if len(s.abis) > 0 {
		return s.abis[0].Machine(), nil
	}
	native, err := nativeABI()
	return native.Machine(), err
}

// read returns the side that an operand names: "pid:" and a process id, a
// policy (a shipped profile, or a file whose name ends in .toml), or the file of
// a program.
func (s *sides) read(name string) (prove.Side, error) {
	if pid, ok := strings.CutPrefix(name, pidPrefix); ok {
		return s.process(pid)
	}
	if namesPolicy(name) {
		return s.policy(name)
	}
	if _, err := os.Stat(name); err != nil && name != "-" {
		f := fail("cannot read %q: %v", name, reason(err))
		if near, ok := diag.Nearest(name, slices.Values(policies.Names())); ok {
			f = f.hinted("did you mean the profile %s?", near)
		}
		if !strings.ContainsAny(name, "./") {
			return prove.Side{}, f.hinted("it is no shipped profile either: %s", strings.Join(policies.Names(), ", "))
		}
		return prove.Side{}, f
	}
	return s.program(name)
}

func (s *sides) policy(name string) (prove.Side, error) {
	o := policyOptions{policies: repeated{name}}
	for _, abi := range s.abis {
		o.abis = append(o.abis, abi.String())
	}
	loaded, err := o.load()
	if err != nil {
		return prove.Side{}, err
	}
	return prove.PolicySide(loaded.Typed), nil
}

// program reads a raw array of struct sock_filter in the machine's byte order,
// or what compile wrote for exec.
func (s *sides) program(name string) (prove.Side, error) {
	machine, err := s.machine()
	if err != nil {
		return prove.Side{}, err
	}
	code, _, err := readProgram(s.ui, name, machine)
	if err != nil {
		return prove.Side{}, noProgram(name, err)
	}
	p, err := bpf.Verify(code)
	if err != nil {
		return prove.Side{}, noProgram(name, fail("%s: the kernel would refuse this program: %v", name, err))
	}
	return prove.ProgramSide(machine.BigEndian(), p), nil
}

// noProgram adds what a file probably is that has no program in it.
func noProgram(name string, err error) error {
	if strings.HasSuffix(name, ".bpf") || strings.HasSuffix(name, programSuffix) {
		return err
	}
	return asFailure(err).hinted("if it is meant to be a policy, its name has to end in .toml")
}

// process reads the filters of a running process: those of its first thread.
func (s *sides) process(text string) (prove.Side, error) {
	pid, err := strconv.Atoi(text)
	if err != nil || pid <= 0 {
		return prove.Side{}, misuse("%s%s: not the id of a process", pidPrefix, text)
	}
	native, err := nativeABI()
	if err != nil {
		return prove.Side{}, err
	}
	filters, err := installed.Read(pid)
	if err != nil {
		return prove.Side{}, fail("process %d: %v", pid, err)
	}
	programs := make([]bpf.Program, len(filters))
	younger := 0
	for i := len(filters) - 1; i >= 0; i-- {
		code := filters[i].Code
		if marks, some := secrets(code, native.Machine()); some {
			var ok bool
			if code, ok = withPlaceholders(code, marks, native.BigEndian(), younger); !ok {
				return prove.Side{}, fail("process %d: filter %d compares what execve is given with addresses, which a comparison could show", pid, i+1).
					hinted("sandbox dump %d shows the filter without them", pid)
			}
			younger++
		}
		if programs[i], err = bpf.Verify(code); err != nil {
			return prove.Side{}, fail("process %d: %v", pid, &installed.Refusal{Index: i, Err: err})
		}
	}
	return prove.ProgramSide(native.BigEndian(), programs...), nil
}

// condition reads what --where limits a comparison to: nil for everything.
func (s *sides) condition(text string) (typed.Bool, error) {
	if text == "" {
		return nil, nil
	}
	abi, err := s.machine()
	if err != nil {
		return nil, err
	}
	where, list := policy.ParseCondition(abi, "--where", text)
	return where, list.Err()
}

// parseABIs finds ABIs by the names that a user gave.
func parseABIs(names []string) ([]arch.ABI, error) {
	var abis []arch.ABI
	for _, name := range names {
		abi, err := parseABI(name)
		if err != nil {
			return nil, err
		}
		abis = append(abis, abi)
	}
	return abis, nil
}
