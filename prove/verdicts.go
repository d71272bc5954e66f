package prove

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"sandbox/arch"
	"sandbox/policy/typed"
)

// CallBits is the binary logarithm of how many calls there are of one number:
// all values of ip and of six arguments of 64 bits.
const CallBits = 64 * 7

// A Verdict is one of the actions that a policy takes on calls of one number.
type Verdict struct {
	Action typed.Action
	Count  *big.Int   // of the 2^CallBits calls, those on which it is taken
	Call   typed.Call // one of them, with small arguments
}

// Verdicts returns each action that the policy, with all of its layers, takes on
// calls of a number, the least restrictive one first. A single verdict means
// that the number alone decides, whatever the conditions say. The error is a
// *GivenUp if a filter is too complex.
func Verdicts(p *typed.Policy, abi arch.ABI, number uint32) ([]Verdict, error) {
	return verdicts(p, abi, number, MaxNodes)
}

func verdicts(p *typed.Policy, abi arch.ABI, number uint32, limit int) ([]Verdict, error) {
	one := numbersOf(p, abi.Audit(), number)
	f := never
	var at *typed.Filter
	d, in, ok := ask(limit, one.compared, func(in *inputs) { f = one.decision(in, &at) })
	if !ok {
		return nil, &GivenUp{Filter: at}
	}
	var list []Verdict
	for _, outcome := range d.outcomes(f) {
		call := d.witness(f, outcome, in)
		call.Arch, call.Nr = abi.Audit(), number
		action := p.Decide(&call).Action
		if returnValue(action) != d.valueOf(outcome) {
			return nil, fmt.Errorf("the prover contradicts the evaluator about the call %+v: this is a bug in sandbox", call)
		}
		count := d.count(f, outcome)
		list = append(list, Verdict{action, count.Rsh(count, 32*words-CallBits), call})
	}
	slices.SortFunc(list, func(a, b Verdict) int {
		return cmp.Or(cmp.Compare(a.Action.Kind, b.Action.Kind), cmp.Compare(a.Action.Data, b.Action.Data))
	})
	return list, nil
}

// A numberMeaning is what a policy says about one number of an ABI: for each
// layer the filters in line, up to the first that matches every call.
type numberMeaning struct {
	region region
	layers [][]*typed.Filter
	last   []typed.Action // by layer: where no filter matches
}

func numbersOf(p *typed.Policy, audit, number uint32) numberMeaning {
	n := numberMeaning{region: numberRegion(audit, number)}
	for i := range p.Layers {
		l := &p.Layers[i]
		last := l.Unserved.Action
		var line []*typed.Filter
		if s := l.Section(audit); s != nil {
			for k := range s.Filters {
				f := &s.Filters[k]
				if !typed.Contains(f.Numbers, number) {
					continue
				}
				if f.When == nil {
					last = f.Rule.Action
					break
				}
				line = append(line, f)
			}
		}
		n.layers = append(n.layers, line)
		n.last = append(n.last, last)
	}
	return n
}

// compared unites the words that the filters compare.
func (n *numberMeaning) compared(g *groups) {
	for _, line := range n.layers {
		for _, f := range line {
			g.condition(f.When)
		}
	}
}

// decision returns what the policy decides; at is the filter being evaluated.
func (n *numberMeaning) decision(in *inputs, at **typed.Filter) diagram {
	d := in.d
	meets := newMeetings(d)
	var all diagram
	for i, line := range n.layers {
		f := d.outcome(returnValue(n.last[i]))
		for k := len(line) - 1; k >= 0; k-- {
			*at = line[k]
			f = d.choose(in.condition(line[k].When, n.region), d.outcome(returnValue(line[k].Rule.Action)), f)
		}
		if i == 0 {
			all = f
		} else {
			all = meets.stronger(all, f)
		}
	}
	return all
}

// outcomes returns the outcomes that f has.
func (d *diagrams) outcomes(f diagram) []diagram {
	var list []diagram
	d.all(always, f, func(value uint32) bool {
		list = append(list, d.outcome(value))
		return true
	})
	return list
}

// witness returns an input for which f has an outcome, the one with the lowest
// bits in the variable order.
func (d *diagrams) witness(f, outcome diagram, in *inputs) typed.Call {
	var path assignment
	for has := make(map[diagram]bool); f != outcome; {
		v := d.vertices[f]
		f = v.low
		if !d.has(f, outcome, has) {
			f = v.high
			path.set(in.order[v.variable])
		}
	}
	return path.call()
}

// has reports whether f has an outcome anywhere.
func (d *diagrams) has(f, outcome diagram, memo map[diagram]bool) bool {
	v := d.vertices[f]
	if f == outcome || v.variable == untested {
		return f == outcome
	}
	known, ok := memo[f]
	if !ok {
		known = d.has(v.low, outcome, memo) || d.has(v.high, outcome, memo)
		memo[f] = known
	}
	return known
}
