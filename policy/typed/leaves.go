package typed

// EachLeaf calls f for each condition of b that is made of no others: constants,
// comparisons and memberships, from left to right, those within predicates too.
// Where there is no condition, f is called with nil.
func EachLeaf(b Bool, f func(Bool)) {
	switch b := b.(type) {
	case *NotExpr:
		EachLeaf(b.X, f)
	case *AndExpr:
		EachLeaf(b.X, f)
		EachLeaf(b.Y, f)
	case *OrExpr:
		EachLeaf(b.X, f)
		EachLeaf(b.Y, f)
	case *Predicate:
		EachLeaf(b.X, f)
	default:
		f(b)
	}
}
