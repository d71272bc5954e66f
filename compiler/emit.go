package compiler

import (
	"slices"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// An emitter writes a program from its last instruction to its first: what a
// jump leads to is already there, so distances are known. Positions count from
// the program's end.
type emitter struct {
	c         *compilation
	bigEndian bool
	code      []bpf.Instruction // reversed
	origins   [][]*typed.Filter // reversed
	reach     []int             // by node: the lowest position that leads to it, or unplaced
}

const unplaced = -1

func (c *compilation) emit() error {
	e := &emitter{
		c:         c,
		bigEndian: c.policy.ABIs()[0].BigEndian(),
		code:      make([]bpf.Instruction, 0, 2*len(c.order)),
		origins:   make([][]*typed.Filter, 0, 2*len(c.order)),
		reach:     make([]int, len(c.graph.nodes)),
	}
	for i := range e.reach {
		e.reach[i] = unplaced
	}
	for _, n := range c.order {
		if err := e.node(n); err != nil {
			return err
		}
	}
	slices.Reverse(e.code)
	slices.Reverse(e.origins)
	c.code, c.origins = e.code, e.origins
	return nil
}

func (e *emitter) put(in bpf.Instruction, n node) {
	e.code = append(e.code, in)
	e.origins = append(e.origins, e.c.graph.origins[n])
}

func (e *emitter) node(n node) error {
	f := &e.c.graph.nodes[n]
	if f.test == isLeaf {
		e.place(n, returns(f.action))
		return nil
	}
	// The first of two far jumps moves the second target one further away.
	e.bringNear(f.no, bpf.MaxSkip-1)
	e.bringNear(f.yes, bpf.MaxSkip)
	position := len(e.code)
	jt := uint8(position - 1 - e.reach[f.yes])
	jf := uint8(position - 1 - e.reach[f.no])

	v := newEvaluation(e.c.graph, e.bigEndian, e.c.entry[n])
	jump, err := v.test(f, jt, jf)
	if err != nil {
		return &TooComplexError{Filters: e.c.graph.origins[n]}
	}
	e.put(jump, n)
	for _, in := range slices.Backward(v.code) {
		e.put(in, n)
	}
	e.reach[n] = len(e.code) - 1
	return nil
}

// place puts an instruction that leads to n.
func (e *emitter) place(n node, in bpf.Instruction) {
	e.put(in, n)
	e.reach[n] = len(e.code) - 1
}

// bringNear makes sure that a conditional jump can reach n by passing over at
// most limit instructions, through a copy of its return or a long jump.
func (e *emitter) bringNear(n node, limit int) {
	distance := len(e.code) - 1 - e.reach[n]
	if distance <= limit {
		return
	}
	if f := &e.c.graph.nodes[n]; f.test == isLeaf {
		e.place(n, returns(f.action))
		return
	}
	e.place(n, bpf.Stmt(bpf.Ja, uint32(distance)))
}

var returnOf = [...]bpf.Return{
	typed.Allow:       bpf.Allow,
	typed.Log:         bpf.Log,
	typed.Trace:       bpf.Trace,
	typed.Notify:      bpf.UserNotif,
	typed.Errno:       bpf.Errno,
	typed.Trap:        bpf.Trap,
	typed.KillThread:  bpf.KillThread,
	typed.KillProcess: bpf.KillProcess,
}

func returns(a typed.Action) bpf.Instruction {
	return bpf.Stmt(bpf.RetK, uint32(returnOf[a.Kind].With(a.Data)))
}
