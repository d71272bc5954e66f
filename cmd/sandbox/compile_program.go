package main

import (
	"io"
	"runtime"
	"slices"

	"sandbox/policy"
	"sandbox/prove"
)

// writeProgram proves the program, and writes it with the record of that.
func writeProgram(w io.Writer, c *compiled) error {
	once := c.policy.AsksOnce()
	if once {
		if err := c.compileOnce(c.ABIs[0].Machine()); err != nil {
			return err
		}
	}
	certificate, err := prove.Certify(c.policy.Typed, c.Program, writerName())
	if err != nil {
		return notProved(err, c.policy, c.Compiled)
	}
	if once {
		if certificate, err = certificate.WithOnce(c.otherwise); err != nil {
			return err
		}
	}
	_, err = w.Write(certificate.Append(nil))
	return err
}

// writerName returns what the files say that wrote them.
func writerName() string {
	v := readVersion()
	name := "sandbox " + v.Version
	if v.Revision != "" {
		name += " " + v.Revision
		if v.Modified {
			name += "+"
		}
	}
	return name + ", tables of Linux " + v.Kernel + ", " + runtime.Version()
}

// loadToStore loads the policies for a program that exec and run are to start
// later: they must be able to, on the machine whose ABIs are asked for, or on
// this one.
func (o *policyOptions) loadToStore() (*policy.Policy, error) {
	request, err := o.request()
	if err != nil {
		return nil, err
	}
	machine := request.Native.Machine()
	for i, abi := range request.ABIs {
		if i > 0 && abi.Machine() != machine {
			return nil, misuse("compile: a program is for one machine, and %v and %v are of two", request.ABIs[0], abi).
				hinted("compile it for each")
		}
		machine = abi.Machine()
	}
	if len(request.ABIs) > 0 && !slices.Contains(request.ABIs, machine) {
		return nil, misuse("compile: programs are started by calls of %v, which is not asked for", machine).
			hinted("--abi %v as well", machine)
	}
	return o.loadFor(machine)
}
