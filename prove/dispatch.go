package prove

import (
	"sandbox/bpf"
)

// dispatch returns what the program returns from a state on in which it is at a
// comparison of A with a constant. Compilers search by many of them: they are
// followed for ranges of A, until something else is done, and become one table.
func (x *execution) dispatch(s state, r region) diagram {
	a := x.known[s.a]
	low, high := hull(a)
	t := dispatcher{execution: x, state: s, region: r, number: a, base: len(x.rows), steps: 4 * len(x.live)}
	t.follow(s.pc, low, high)
	rows := x.rows[t.base:]
	rows[0].first = 0 // what A cannot be does not matter
	f := x.d.table(a, rows)
	x.rows = x.rows[:t.base]
	return f
}

// A dispatcher follows comparisons of A, which is a number, with constants.
type dispatcher struct {
	*execution
	state
	region region
	number number
	base   int // where its rows begin
	steps  int // comparisons that may still be followed
}

// hull returns the lowest and the highest value that a number can have, as far
// as its known bits tell.
func hull(n number) (low, high uint32) {
	for i, bit := range n {
		if bit != never {
			high |= 1 << i
		}
		if bit == always {
			low |= 1 << i
		}
	}
	return low, high
}

// excludes reports whether a known bit of the number says that it is not v.
func (n number) excludes(v uint32) bool {
	for i, bit := range n {
		if bit <= always && diagram(v>>i&1) != bit {
			return true
		}
	}
	return false
}

// follow executes from pc for the values of A in a range, in ascending order.
func (t *dispatcher) follow(pc int, low, high uint32) {
	for {
		in := t.program.At(pc)
		yes, no := pc+1+int(in.Jt), pc+1+int(in.Jf)
		switch {
		case low == high && t.number.excludes(low):
			return
		case in.Op == bpf.RetK:
			t.at = pc
			t.leave(low, t.outcome(bpf.Return(in.K)))
			return
		case in.Op == bpf.Ja:
			pc += 1 + int(in.K)
			continue
		case in.Op != bpf.JeqK && in.Op != bpf.JgtK && in.Op != bpf.JgeK, t.steps == 0, t.recognizable(pc):
			s := t.state
			s.pc = pc
			t.leave(low, t.from(s, t.region))
			return
		}
		t.d.spend()
		t.steps--
		k := in.K
		switch in.Op {
		case bpf.JeqK:
			if k < low || high < k {
				pc = no
				continue
			}
			if low < k {
				t.follow(no, low, k-1)
			}
			t.follow(yes, k, k)
			if k == high {
				return
			}
			pc, low = no, k+1
			continue
		case bpf.JgtK:
			if k == ^uint32(0) {
				pc = no
				continue
			}
			k++
		}
		if low < k {
			t.follow(no, low, min(k-1, high))
		}
		if high < k {
			return
		}
		pc, low = yes, max(low, k)
	}
}

// recognizable reports whether an induction may come to know what the program
// returns from a comparison on, but for the first one.
func (t *dispatcher) recognizable(pc int) bool {
	return t.induction != nil && t.ways[pc] > 1 && pc != t.state.pc
}

// leave adds what is returned for the values of A from one on.
func (t *dispatcher) leave(first uint32, f diagram) { t.rows = append(t.rows, row{uint64(first), f}) }
