//go:build !linux

package policytest

import (
	"errors"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// askKernel fails: only Linux has the kernel that would answer.
func askKernel(bpf.Program, *typed.Policy, arch.ABI, []*Result) error {
	return errors.New("cannot ask the running kernel: this is not Linux")
}
