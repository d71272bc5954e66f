package compiler

import (
	"errors"
	"slices"

	"sandbox/bpf"
	"sandbox/policy/typed"
)

// An emitter writes a program from its last instruction to its first: what a
// jump leads to is already there, so distances are known. Positions count from
// the program's end.
type emitter struct {
	c       *compilation
	code    []bpf.Instruction // reversed
	origins [][]*typed.Filter // reversed
	placed  []int             // by node: the position of its first instruction
	near    map[target]int    // the lowest position of a copy or a long jump that leads there
	needed  keptSet           // what the next instruction relies on in scratch memory
}

// A target is what a jump leads to: a node without its first instructions.
type target struct {
	n    node
	skip int
}

// errReturnBefore says that a copy of a return would stand in front of a load
// from scratch memory.
var errReturnBefore = errors.New("a return before a load from scratch memory")

func (c *compilation) emit() error {
	err := c.write()
	if err == errReturnBefore {
		// The kernel would take the return to lead to the load: see layout.
		c.selected = c.newSelection(nil)
		if n, err := c.selected.run(); err != nil {
			return &TooComplexError{Filters: c.graph.origins[n]}
		}
		err = c.write()
	}
	return err
}

func (c *compilation) write() error {
	e := &emitter{
		c:       c,
		code:    make([]bpf.Instruction, 0, 2*len(c.order)),
		origins: make([][]*typed.Filter, 0, 2*len(c.order)),
		placed:  make([]int, len(c.graph.nodes)),
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
		e.put(returns(f.action), n)
		e.placed[n] = len(e.code) - 1
		return nil
	}
	s := e.c.selected
	yes, no := target{f.yes, s.skip(n, f.yes)}, target{f.no, s.skip(n, f.no)}
	// The first of two far jumps moves the second target one further away.
	if err := e.bringNear(no, bpf.MaxSkip-1); err != nil {
		return err
	}
	if err := e.bringNear(yes, bpf.MaxSkip); err != nil {
		return err
	}
	at := &s.steps[n]
	jump := at.jump
	jump.Jt, jump.Jf = uint8(e.distance(yes)), uint8(e.distance(no))
	e.put(jump, n)
	for _, in := range slices.Backward(s.code[at.from:at.to]) {
		e.put(in, n)
	}
	e.placed[n] = len(e.code) - 1
	e.needed = at.needed
	return nil
}

// distance returns how many instructions a jump written next passes over.
func (e *emitter) distance(t target) int {
	position, ok := e.near[t]
	if !ok {
		position = e.placed[t.n] - t.skip
	}
	return len(e.code) - 1 - position
}

// bringNear makes sure that a conditional jump can reach a target by passing
// over at most limit instructions, through a copy of its return or a long jump.
func (e *emitter) bringNear(t target, limit int) error {
	distance := e.distance(t)
	if distance <= limit {
		return nil
	}
	in := bpf.Stmt(bpf.Ja, uint32(distance))
	if f := &e.c.graph.nodes[t.n]; f.test == isLeaf {
		if e.needed != 0 {
			return errReturnBefore
		}
		in = returns(f.action)
	} else {
		e.needed = 0 // the kernel sees that a jump does not lead on
	}
	e.put(in, t.n)
	if e.near == nil {
		e.near = make(map[target]int)
	}
	e.near[t] = len(e.code) - 1
	return nil
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
