package prove

import (
	"fmt"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// difference returns an input for which two diagrams differ.
func (d *diagrams) difference(f, g diagram, in *inputs) typed.Call {
	var path assignment
	for {
		top := min(d.vertices[f].variable, d.vertices[g].variable)
		if top == untested {
			return path.call()
		}
		fl, fh := d.split(f, top)
		gl, gh := d.split(g, top)
		if fl != gl {
			f, g = fl, gl
			continue
		}
		f, g = fh, gh
		path.set(in.order[top])
	}
}

// An assignment is an input: the values of its words.
type assignment [words]uint32

func (a *assignment) set(bit inputBit) { a[bit.word] |= 1 << bit.bit }

func (a *assignment) call() typed.Call {
	c := typed.Call{
		Arch: a[typed.WordArch], Nr: a[typed.WordNr],
		IP: uint64(a[typed.WordIPHigh])<<32 | uint64(a[typed.WordIPLow]),
	}
	for i := range c.Args {
		c.Args[i] = uint64(a[typed.ArgHigh(i)])<<32 | uint64(a[typed.ArgLow(i)])
	}
	return c
}

// mismatch replays a call that the diagrams tell apart. Should evaluator and
// emulator agree on it, the prover is wrong, and still nothing is proved.
func mismatch(p *typed.Policy, program bpf.Program, bigEndian bool, c typed.Call) error {
	action := p.Decide(&c).Action
	r, _ := program.Run(&bpf.Data{Nr: c.Nr, Arch: c.Arch, IP: c.IP, Args: c.Args}, bigEndian)
	if returnValue(action) == uint32(r.Effective()) {
		return fmt.Errorf("the prover contradicts the evaluator and the emulator about the call %+v: this is a bug in sandbox", c)
	}
	return &Mismatch{Call: c, Policy: action, Return: r}
}
