package check

import (
	"cmp"
	"math/big"
	"slices"

	"sandbox/internal/diag"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// A member is one number of a set, or a range of them, both ends included.
type member struct {
	x         filter.Expr // as written where the set is
	isRange   bool
	low, high operand // the same, unless isRange
}

// membership types "x in set" and "x not in set".
func (c *checker) membership(x *filter.In) operand {
	o := c.expr(x.X)
	members, ok := c.members(&x.Set)
	switch o.kind {
	case invalid:
		return operand{}
	case truth:
		c.notInteger(x.X)
		return operand{}
	case pointer:
		c.opaque(&o, "looked for in a set")
		return operand{}
	}
	if !ok {
		return operand{}
	}
	if x.Set.Name != nil && c.copies == 0 { // its members stand elsewhere, too
		c.growBy(len(members), x.At)
	} else {
		c.grow(len(members))
	}
	if len(members) == 0 { // a range that depends on where this text is copied to
		return truthOf(x, &typed.Truth{Value: x.Not})
	}
	if v, fixed := o.constant(); fixed {
		if c.generic(x) {
			return truthOf(x, &typed.Truth{Value: amongConstants(&o, v, members) != x.Not})
		}
		c.list.Reportf(diag.ConstantCondition, x.X.Span(), "%s is a constant", text(x.X)).
			Labelf("whether it is in the set depends on nothing")
		return operand{}
	}
	intervals, ok := c.intervals(x, &o, members)
	if !ok {
		return operand{}
	}
	c.lint(!x.Not, func() { c.lintMember(x, &o) })
	c.lintCast(x, &o)
	var cond typed.Bool = &typed.In{X: o.int, Intervals: intervals}
	if x.Not {
		cond = &typed.NotExpr{X: cond}
	}
	return truthOf(x, c.predicate(x, cond, &o))
}

// amongConstants reports whether a constant is in a set.
func amongConstants(o *operand, v *big.Int, members []member) bool {
	for i := range members {
		m := &members[i]
		low, _ := m.low.constant()
		high, _ := m.high.constant()
		if !m.isRange {
			left, right := sameSense(typed.Eq, o, &m.low)
			if left.Cmp(right) == 0 {
				return true
			}
		} else if low.Cmp(v) <= 0 && v.Cmp(high) <= 0 {
			return true
		}
	}
	return false
}

// members evaluates what stands to the right of "in". It reports false if that
// is not a set with members.
func (c *checker) members(set *filter.Set) ([]member, bool) {
	switch {
	case set.Name != nil:
		return c.namedSet(set.Name)
	case set.Low != nil:
		low, ok1 := c.member(set.Low)
		high, ok2 := c.member(set.High)
		if !ok1 || !ok2 {
			return nil, false
		}
		lv, _ := low.constant()
		hv, _ := high.constant()
		if lv.Cmp(hv) >= 0 {
			if c.generic(set.Low) || c.generic(set.High) {
				return nil, true
			}
			d := c.list.Reportf(diag.EmptySet, set.At, "empty range").Labelf("no number is at least %s and less than %s", lv, hv)
			d.Hintf("the end of a range is not in it: 0..3 is 0, 1, 2")
			return nil, false
		}
		last := constantOf(set.High, new(big.Int).Sub(hv, big.NewInt(1)))
		return []member{{x: set.High, isRange: true, low: low, high: last}}, true
	}
	if len(set.Members) == 0 {
		c.list.Reportf(diag.EmptySet, set.At, "empty set").Labelf("nothing is in it")
		return nil, false
	}
	list, ok := make([]member, 0, len(set.Members)), true
	for _, x := range set.Members {
		o, is := c.member(x)
		list = append(list, member{x: x, low: o, high: o})
		ok = ok && is
	}
	return list, ok
}

// member evaluates a member of a set written out, or an end of a range.
func (c *checker) member(x filter.Expr) (operand, bool) {
	if n, ok := unparen(x).(*filter.Name); ok {
		if d := c.scope.lookup(n.Text); d != nil && d.kind == aSet && c.local(n.Text) == nil {
			c.list.Reportf(diag.WrongKindOfName, x.Span(), "%s is a set", n.Text).
				Notef(d.at, "defined here").
				Hintf("a set holds no sets: write x in %s || x in {...}", n.Text)
			return operand{}, false
		}
	}
	o := c.expr(x)
	if _, ok := o.constant(); ok {
		return o, true
	}
	if o.kind != invalid {
		c.list.Reportf(diag.NotConstant, x.Span(), "%s is not a constant", text(x)).
			Labelf("a set holds constants").
			Hintf("what depends on the call is compared by == and <")
	}
	return operand{}, false
}

// findSet returns the set of a name, or nil if there is none, which is
// reported.
func (c *checker) findSet(x *filter.Name) *definition {
	d := c.scope.lookup(x.Text)
	if d == nil || d.kind != aSet {
		c.noSuchSet(x, d)
		return nil
	}
	return d
}

// namedSet evaluates a set of the scope.
func (c *checker) namedSet(x *filter.Name) ([]member, bool) {
	d := c.findSet(x)
	if d == nil {
		return nil, false
	}
	r := c.use(d, x)
	list, ok := make([]member, 0, len(r.members)), len(r.members) > 0
	for i, o := range r.members {
		list = append(list, member{x: d.members[i], low: o, high: o})
		ok = ok && o.kind != invalid
	}
	return list, ok
}

// intervals returns the members as sorted, disjoint intervals of the type that
// they are compared in. Each must be a number that the integer can be.
func (c *checker) intervals(x *filter.In, o *operand, members []member) ([]typed.Interval, bool) {
	t := o.int.Type()
	ok := true
	list := make([]typed.Interval, 0, len(members))
	for i := range members {
		m := &members[i]
		low, lowOK := c.fitMember(x, o, m, &m.low)
		high, highOK := low, lowOK
		if m.isRange {
			high, highOK = c.fitMember(x, o, m, &m.high)
		}
		if !lowOK || !highOK {
			ok = false
			continue
		}
		list = append(list, typed.Interval{Low: low, High: high})
	}
	if !ok {
		return nil, false
	}
	c.warnOfTwins(x, members, t)
	list = merge(list, t)
	if len(list) == 1 && list[0].Low == o.known.least(t) && list[0].High == o.known.greatest(t) {
		c.list.Reportf(diag.AlwaysSame, x.At, "always %t: the set holds every value of %s", !x.Not, text(x.X)).
			Labelf("%s is %s", text(x.X), o.typeName())
		return nil, false
	}
	return list, true
}

// fitMember returns a member as bits of the type at hand.
func (c *checker) fitMember(x *filter.In, o *operand, m *member, end *operand) (uint64, bool) {
	t := o.int.Type()
	v, _ := end.constant()
	if !m.isRange { // the ends of a range are bounds, as those of < are
		v = adapt(v, end.sense, t, typed.Eq)
	}
	bits := wrap(v, t)
	impossible := !m.isRange && (bits&o.known.zero != 0 || o.known.one&^bits != 0)
	if order(t, o.known.least(t), v) > 0 || order(t, o.known.greatest(t), v) < 0 || impossible {
		c.memberOutside(x, o, m, end, v)
		return 0, false
	}
	return bits, true
}

// merge sorts intervals in the order of their type and joins those that touch.
func merge(list []typed.Interval, t typed.Type) []typed.Interval {
	var bias uint64
	if t.Signed {
		bias = sign(t)
	}
	slices.SortFunc(list, func(a, b typed.Interval) int { return cmp.Compare(a.Low^bias, b.Low^bias) })
	merged := list[:1]
	for _, next := range list[1:] {
		last := &merged[len(merged)-1]
		end := last.High ^ bias
		switch {
		case end != t.Mask() && next.Low^bias > end+1:
			merged = append(merged, next)
		case next.High^bias > end:
			last.High = next.High
		}
	}
	return merged
}

// warnOfTwins warns of members that are written twice. Two names of one value
// are none: they may differ on another ABI.
func (c *checker) warnOfTwins(x *filter.In, members []member, t typed.Type) {
	if len(members) < 2 || x.Set.Low != nil {
		return
	}
	bits := func(m *member) uint64 {
		v, _ := m.low.constant()
		return wrap(v, t)
	}
	order := make([]*member, len(members))
	for i := range members {
		order[i] = &members[i]
	}
	slices.SortStableFunc(order, func(a, b *member) int { return cmp.Compare(bits(a), bits(b)) })
	const enough = 100 // of a set that a program wrote
	for i, found := 1, 0; i < len(order) && found < enough; i++ {
		a, b := order[i-1], order[i]
		if bits(a) == bits(b) && text(a.x) == text(b.x) {
			found++
			c.list.Reportf(diag.DuplicateMember, b.x.Span(), "%s is in the set twice", text(b.x)).Notef(a.x.Span(), "first here")
		}
	}
}
