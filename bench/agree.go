package main

import (
	"fmt"
	"strings"

	"sandbox/bpf"
	"sandbox/policy"
	"sandbox/policy/typed"
	"sandbox/prove"
)

// where is what programs must agree on to be compared: the calls of the native
// ABI but x32, for which peers have actions of their own.
const where = "arch == x86_64 && nr < 0x40000000"

// A disagreement is a call that a peer's program decides otherwise than the
// policy says.
type disagreement struct{ change prove.Change }

func (d *disagreement) Error() string {
	call := d.change.Call
	name := fmt.Sprintf("#%d", call.Nr)
	if known, ok := native.Numbered(call.Nr); ok {
		name = known.Name
	}
	var args []string
	for _, arg := range call.Args {
		args = append(args, fmt.Sprintf("%#x", arg))
	}
	return fmt.Sprintf("miscompiled: %s(%s) is decided as %v, and the policy says %v", name, strings.Join(args, ", "), d.change.To, d.change.From)
}

// agree proves that a program decides as the policy does. The error is a
// *disagreement with a call, or says that the proof was given up.
func agree(p *typed.Policy, program bpf.Program) error {
	condition, list := policy.ParseCondition(native, "where", where)
	if list.Failed() {
		return list.Err()
	}
	difference, err := prove.Compare(prove.PolicySide(p), prove.ProgramSide(native.BigEndian(), program), condition)
	switch {
	case err != nil:
		return err
	case len(difference.Changes) > 0:
		return &disagreement{difference.Changes[0]}
	case len(difference.Open) > 0:
		return difference.Open[0].GivenUp
	case !difference.Equal():
		return fmt.Errorf("neither equal nor different")
	}
	return nil
}
