package prove

import (
	"errors"
	"fmt"

	"sandbox/arch"
	"sandbox/bpf"
	"sandbox/policy/typed"
)

// A Certificate records that a program was proved to decide as a policy does,
// in a form that can be kept in a file: see [Certificate.Append]. The zero
// value records nothing.
//
// What is read back promises integrity only: the file is what somebody wrote
// who can compute a checksum. It is no signature. Whoever may write the file
// chooses the program.
type Certificate struct {
	proved   Proved
	machine  arch.ABI
	abis     []arch.ABI
	policies []string
	digest   Digest
	writer   string

	asksOnce  bool // the program needs another beside it: see WithOnce
	otherwise typed.Action
}

// Certify proves that program decides every call as p does, as [Prove], and
// returns the certificate of that. The policy must be narrowed to the ABIs of
// one machine (see [typed.Policy.On]). Writer says which version of what asks
// for it; it is kept for people to read.
func Certify(p *typed.Policy, program bpf.Program, writer string) (Certificate, error) {
	digest, err := DigestOf(p)
	if err != nil {
		return Certificate{}, err
	}
	machines := p.Machines()
	if len(machines) > 1 {
		return Certificate{}, fmt.Errorf("a compiled program is for one machine, and the policy serves %v and %v", machines[0], machines[1])
	}
	proved, err := Prove(p, program)
	if err != nil {
		return Certificate{}, err
	}
	c := Certificate{
		proved:  proved,
		machine: machines[0],
		abis:    p.ABIs(),
		digest:  digest,
		writer:  writer,
	}
	for i := range p.Layers {
		c.policies = append(c.policies, p.Layers[i].Name)
	}
	if len(c.appendHeader(nil)) > maxHeader {
		return Certificate{}, errLongHeader
	}
	return c, nil
}

// errLongHeader is about names of policies: nothing else in a header is long.
var errLongHeader = errors.New("the names of the policies are too long to be recorded")

// errOnce is about a program that would let more pass than its policy.
var errOnce = errors.New("it needs a second filter, for once(), beside it")

var errNoCertificate = errors.New("there is no certificate")

// Proved returns the program for use on a machine, given by its 64-bit ABI,
// which must be the one that it was compiled for. One that leaves once() to
// another is refused: see [Certificate.ProvedButOnce].
func (c *Certificate) Proved(machine arch.ABI) (Proved, error) {
	switch {
	case c.proved.IsZero():
		return Proved{}, errNoCertificate
	case c.asksOnce:
		return Proved{}, errOnce
	case c.machine != machine:
		return Proved{}, fmt.Errorf("it is for %v, and this machine is %v", c.machine, machine)
	}
	return c.proved, nil
}

// Program returns the program.
func (c *Certificate) Program() bpf.Program { return c.proved.program }

// Machine returns the machine that the program is for, as its 64-bit ABI.
func (c *Certificate) Machine() arch.ABI { return c.machine }

// ABIs returns the ABIs that the policies serve on the machine, in their order.
// Calls of any other are decided by the policies' rule for those.
func (c *Certificate) ABIs() []arch.ABI { return c.abis }

// Policies returns the names by which the policies were given. They may mean
// something else by now, or nothing: see [Certificate.Digest].
func (c *Certificate) Policies() []string { return c.policies }

// Digest returns the digest of the policy that the program was proved to be.
func (c *Certificate) Digest() Digest { return c.digest }

// Writer returns what wrote the certificate, with its version.
func (c *Certificate) Writer() string { return c.writer }

// Stats returns the size of the proof.
func (c *Certificate) Stats() Stats { return c.proved.stats }
