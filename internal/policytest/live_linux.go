package policytest

import (
	"fmt"
	"runtime"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/internal/oracle"
	"sandbox/policy/typed"
)

// askKernel asks the running kernel about the calls that can be made on it. No
// call is executed: see sandbox/internal/oracle.
func askKernel(program bpf.Program, p *typed.Policy, machine arch.ABI, results []*Result) error {
	native, ok := arch.ForGOARCH(runtime.GOARCH)
	if !ok || machine != native {
		return nil
	}
	var calls []oracle.Call
	var asked []*Result
	for _, r := range results {
		c := oracle.Call{I386: r.ABI == arch.I386, Nr: r.Call.Nr, Args: r.Call.Args}
		if (r.ABI == native || c.I386 && native == arch.X86_64) && !c.Exempt() {
			calls, asked = append(calls, c), append(asked, r)
		}
	}
	if len(calls) == 0 {
		return nil
	}
	entries, err := oracle.FindEntries()
	if err != nil {
		return fmt.Errorf("cannot ask the running kernel: %w", err)
	}
	verdicts, err := oracle.Verdicts(program, calls)
	if err != nil {
		return fmt.Errorf("cannot ask the running kernel: %w", err)
	}
	for i, r := range asked {
		seen := entries.Data(calls[i])
		from := typed.Call{Nr: seen.Nr, Arch: seen.Arch, IP: seen.IP, Args: seen.Args}
		r.Live = Live{Asked: true, Want: p.Decide(&from).Action, Got: verdicts[i]}
	}
	return nil
}
