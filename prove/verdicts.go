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
	n, err := decide(p, abi, number, nil, limit)
	if err != nil {
		return nil, err
	}
	var list []Verdict
	for _, r := range n.d.reached(n.f, n.in) {
		action, err := n.action(p, &r)
		if err != nil {
			return nil, err
		}
		count := n.d.count(n.f, r.outcome)
		list = append(list, Verdict{action, count.Rsh(count, 32*words-CallBits), r.call})
	}
	slices.SortFunc(list, func(a, b Verdict) int { return compareActions(a.Action, b.Action) })
	return list, nil
}

// Actions returns each action that the policy, with all of its layers, takes on
// calls of a number for which a condition holds, or on all if that is nil: the
// least restrictive one first, and none if the condition never holds. The error
// is a *GivenUp if a filter, or the condition, is too complex.
func Actions(p *typed.Policy, abi arch.ABI, number uint32, where typed.Bool) ([]typed.Action, error) {
	n, err := decide(p, abi, number, where, MaxNodes)
	if err != nil {
		return nil, err
	}
	var list []typed.Action
	for _, r := range n.d.reached(n.f, n.in) {
		if r.outcome == n.elsewhere {
			continue
		}
		action, err := n.action(p, &r)
		switch {
		case err != nil:
			return nil, err
		case where != nil && !typed.Holds(where, &r.call):
			return nil, contradiction(r.call)
		}
		list = append(list, action)
	}
	slices.SortFunc(list, compareActions)
	return list, nil
}

func compareActions(a, b typed.Action) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Data, b.Data))
}

// A numberDecision is what a policy decides about calls of one number.
type numberDecision struct {
	d         *diagrams
	in        *inputs
	abi       arch.ABI
	number    uint32
	f         diagram
	elsewhere diagram // what f is for calls that are not asked for
}

// decide finds what a policy decides about calls of a number, or about those of
// them for which a condition holds.
func decide(p *typed.Policy, abi arch.ABI, number uint32, where typed.Bool, limit int) (numberDecision, error) {
	one := numbersOf(p, abi.Audit(), number)
	n := numberDecision{abi: abi, number: number}
	var at *typed.Filter
	compared := func(g *groups) {
		one.compared(g)
		g.condition(where)
	}
	var ok bool
	n.d, n.in, ok = ask(limit, compared, func(in *inputs) {
		n.f, n.elsewhere = one.decision(in, &at), in.d.symbol(0)
		if where != nil {
			at = nil
			n.f = in.d.choose(in.condition(where, one.region), n.f, n.elsewhere)
		}
	})
	if !ok {
		return n, &GivenUp{Filter: at, Limit: at == nil}
	}
	return n, nil
}

// action returns the action that an outcome is, as the evaluator says about the
// call that gets it.
func (n *numberDecision) action(p *typed.Policy, r *reached) (typed.Action, error) {
	r.call.Arch, r.call.Nr = n.abi.Audit(), n.number
	action := p.Decide(&r.call).Action
	if returnValue(action) != n.d.valueOf(r.outcome) {
		return action, contradiction(r.call)
	}
	return action, nil
}

// contradiction is about a call of which diagrams do not say what the evaluator
// does.
func contradiction(call typed.Call) error {
	return fmt.Errorf("the prover contradicts the evaluator about the call %+v: this is a bug in sandbox", call)
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
		filters := filterLine(func(place int) *typed.Filter { return line[place] })
		f := d.outcome(returnValue(n.last[i]))
		for end := len(line); end > 0; {
			first := filters.runBefore(end)
			*at = line[first]
			if end-first > 1 {
				f = in.run(filters, first, end, n.region, f)
			} else {
				f = d.choose(in.condition(line[first].When, n.region), d.outcome(returnValue(line[first].Rule.Action)), f)
			}
			end = first
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

// reached is an outcome and the input that gets it which has the lowest bits, in
// the variable order.
type reached struct {
	outcome diagram
	call    typed.Call
}

// reached returns the outcomes that f has. It is for an arena that f fills.
func (d *diagrams) reached(f diagram, in *inputs) []reached {
	var list []reached
	var path assignment
	seen := make([]uint64, len(d.vertices)/64+1)
	var walk func(f diagram)
	walk = func(f diagram) {
		if seen[f/64]>>(f%64)&1 == 1 {
			return
		}
		seen[f/64] |= 1 << (f % 64)
		v := d.vertices[f]
		if v.variable == untested {
			list = append(list, reached{f, path.call()})
			return
		}
		walk(v.low)
		bit := in.order[v.variable]
		path[bit.word] |= 1 << bit.bit
		walk(v.high)
		path[bit.word] &^= 1 << bit.bit
	}
	walk(f)
	return list
}
