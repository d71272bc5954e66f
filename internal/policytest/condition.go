package policytest

import "sandbox/policy/typed"

// condition returns what must be true of a call with the number for it to reach
// the goal at the place; nil if no call with the number does.
func (p *place) condition(kind GoalKind, number uint32) typed.Bool {
	f := &p.filters[p.index]
	var c typed.Bool = &typed.Truth{Value: true}
	switch {
	case p.predicate == nil && f.When != nil:
		c = f.When
	case kind == ConditionHolds:
		c = both(evaluated(f.When, p.predicate), p.predicate)
	case kind == ConditionFails:
		c = both(evaluated(f.When, p.predicate), &typed.NotExpr{X: p.predicate})
	}
	for i := range p.filters[:p.index] {
		earlier := &p.filters[i]
		if !typed.Contains(earlier.Numbers, number) {
			continue
		}
		if earlier.When == nil {
			return nil
		}
		c = both(c, &typed.NotExpr{X: earlier.When})
	}
	// A test has no instruction pointer.
	return both(c, &typed.Compare{
		Op: typed.Eq,
		X:  &typed.Load{Low: typed.WordIPLow, High: typed.WordIPHigh, Wide: true},
		Y:  &typed.Value{Of: typed.U64},
	})
}

// evaluated returns when a predicate of a condition is evaluated, as && and ||
// evaluate their right side only if the left one leaves the result open; nil if
// it is not in the condition.
func evaluated(b typed.Bool, predicate *typed.Predicate) typed.Bool {
	switch b := b.(type) {
	case *typed.Predicate:
		if b == predicate {
			return &typed.Truth{Value: true}
		}
	case *typed.NotExpr:
		return evaluated(b.X, predicate)
	case *typed.AndExpr:
		return either(evaluated(b.X, predicate), both(b.X, evaluated(b.Y, predicate)))
	case *typed.OrExpr:
		return either(evaluated(b.X, predicate), both(&typed.NotExpr{X: b.X}, evaluated(b.Y, predicate)))
	}
	return nil
}

// both and either combine conditions of which nil is never true.
func both(x, y typed.Bool) typed.Bool {
	if x == nil || y == nil {
		return nil
	}
	return &typed.AndExpr{X: x, Y: y}
}

func either(x, y typed.Bool) typed.Bool {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return &typed.OrExpr{X: x, Y: y}
}
