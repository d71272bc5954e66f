package check

import "sandbox/policy/filter"

// eachName calls f for the identifiers of an expression that stand for
// integers: not for names of sets, and not for args.
func eachName(x filter.Expr, f func(*filter.Name)) {
	switch x := x.(type) {
	case *filter.Name:
		f(x)
	case *filter.Index:
		eachName(x.Index, f)
	case *filter.Unary:
		eachName(x.X, f)
	case *filter.Cast:
		eachName(x.X, f)
	case *filter.Paren:
		eachName(x.X, f)
	case *filter.Binary:
		eachName(x.X, f)
		eachName(x.Y, f)
	case *filter.In:
		eachName(x.X, f)
		if x.Set.Low != nil {
			eachName(x.Set.Low, f)
			eachName(x.Set.High, f)
		}
		for _, member := range x.Set.Members {
			eachName(member, f)
		}
	}
}

// unparen returns the expression inside any parentheses.
func unparen(x filter.Expr) filter.Expr {
	for {
		p, ok := x.(*filter.Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}
