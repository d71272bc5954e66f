// Package policytest runs the tests that stand in policies, tells what they do
// not reach, proposes tests that do, and finds for a denied call the nearest one
// that is allowed.
package policytest

import (
	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/compiler"
	"sandbox/policy"
	"sandbox/policy/typed"
)

// A Result is what became of one test on one ABI.
type Result struct {
	policy.Test
	Decision typed.Decision // the evaluator's
	Emulated bpf.Return     // what the compiled program returns in the emulator
	Live     Live           // what it returns in the running kernel, if that was asked
}

// Live is what the running kernel makes of a call. The kernel sees the call at
// the address from which it is made, which may be a case of its own for filters
// that look at ip: Want is the evaluator's action for the call from there.
type Live struct {
	Asked bool
	Want  typed.Action
	Got   bpf.Return
}

// AsWanted reports whether the policy says what the test wants.
func (r *Result) AsWanted() bool {
	return r.Decision.Action == r.Want && (r.Rule == "" || r.Rule == r.Decision.Rule.Name)
}

// Compiled reports whether the compiled program does what the policy says.
func (r *Result) Compiled() bool { return r.Emulated.Effective() == ReturnOf(r.Decision.Action) }

// Obeyed reports whether the running kernel does what the policy says, as far
// as it was asked.
func (r *Result) Obeyed() bool {
	return !r.Live.Asked || r.Live.Got.Effective() == ReturnOf(r.Live.Want)
}

// Passed reports whether all is as it should be.
func (r *Result) Passed() bool { return r.AsWanted() && r.Compiled() && r.Obeyed() }

// Run runs tests of a policy in the evaluator, and in the emulator on the
// program that the policy compiles to on the machine that a test's ABI belongs
// to. live asks the running kernel, too, about the calls that can be made on it.
func Run(p *typed.Policy, tests []policy.Test, live bool) ([]Result, error) {
	results := make([]Result, len(tests))
	byMachine := make(map[arch.ABI][]*Result)
	for i := range tests {
		results[i] = Result{Test: tests[i], Decision: p.Decide(&tests[i].Call)}
		machine := machineFor(p, tests[i].ABI)
		byMachine[machine] = append(byMachine[machine], &results[i])
	}
	for machine, group := range byMachine {
		narrowed := p.On(machine)
		compiled, err := compiler.Compile(narrowed.OnceInstalled())
		if err != nil {
			return nil, err
		}
		for _, r := range group {
			r.Emulated, _ = compiled.Program.Run(dataOf(&r.Call), machine.BigEndian())
		}
		if live {
			if err := askKernel(compiled.Program, narrowed, machine, group); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

// machineFor returns the machine whose program decides a call of an ABI: the
// ABI's own or, where the policy serves nothing there, any that it serves.
func machineFor(p *typed.Policy, abi arch.ABI) arch.ABI {
	machines := p.Machines()
	for _, machine := range machines {
		if machine == abi.Machine() {
			return machine
		}
	}
	return machines[0]
}

func dataOf(c *typed.Call) *bpf.Data {
	return &bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}
}

// ReturnOf returns the value that stands for an action in programs.
func ReturnOf(a typed.Action) bpf.Return {
	switch a.Kind {
	case typed.Allow:
		return bpf.Allow
	case typed.Log:
		return bpf.Log
	case typed.Trace:
		return bpf.Trace.With(a.Data)
	case typed.Notify:
		return bpf.UserNotif
	case typed.Errno:
		return bpf.Errno.With(a.Data)
	case typed.Trap:
		return bpf.Trap.With(a.Data)
	case typed.KillThread:
		return bpf.KillThread
	}
	return bpf.KillProcess
}
