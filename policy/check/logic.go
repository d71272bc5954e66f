package check

import "sandbox/policy/typed"

// What functions and loops decide by constants alone leaves no trace in the
// condition, so that the typed form has no constants inside of it.

func negation(x typed.Bool) typed.Bool {
	if t, ok := x.(*typed.Truth); ok {
		return &typed.Truth{Value: !t.Value}
	}
	return &typed.NotExpr{X: x}
}

func conjunction(x, y typed.Bool) typed.Bool {
	if t, ok := x.(*typed.Truth); ok {
		if t.Value {
			return y
		}
		return x
	}
	if t, ok := y.(*typed.Truth); ok {
		if t.Value {
			return x
		}
		return y
	}
	return &typed.AndExpr{X: x, Y: y}
}

func disjunction(x, y typed.Bool) typed.Bool {
	if t, ok := x.(*typed.Truth); ok {
		if t.Value {
			return x
		}
		return y
	}
	if t, ok := y.(*typed.Truth); ok {
		if t.Value {
			return y
		}
		return x
	}
	return &typed.OrExpr{X: x, Y: y}
}
