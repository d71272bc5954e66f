package check

import "sandbox/policy/filter"

// A walker goes through an expression and knows which names are introduced
// around each place. Any of its functions may be nil.
type walker struct {
	bound []boundName

	name      func(*filter.Name) // stands for an integer, and is introduced outside
	introduce func(*filter.Name) // by let or a loop; bound holds those around it
	unused    func(*filter.Name) // introduced, and never used
	set       func(*filter.Name) // the name of a set
	apply     func(*filter.Apply)
	register  func(*filter.Index)
	pair      func(x, y filter.Expr) // the sides of an operator, after what stands in them; also of in and a member
}

type boundName struct {
	name *filter.Name
	used bool
}

// eachName calls f for the identifiers of an expression that stand for
// integers and that it does not introduce itself: not for names of sets and
// functions, and not for args.
func eachName(x filter.Expr, f func(*filter.Name)) {
	w := walker{name: f}
	w.walk(x)
}

func (w *walker) walk(x filter.Expr) {
	switch x := x.(type) {
	case *filter.Name:
		w.use(x)
	case *filter.Index:
		if w.register != nil {
			w.register(x)
		}
		w.walk(x.Index)
	case *filter.Unary:
		w.walk(x.X)
	case *filter.Cast:
		w.walk(x.X)
	case *filter.Paren:
		w.walk(x.X)
	case *filter.Binary:
		w.walk(x.X)
		w.walk(x.Y)
		if w.pair != nil {
			w.pair(x.X, x.Y)
		}
	case *filter.In:
		w.walk(x.X)
		w.walkSet(&x.Set)
		if w.pair != nil {
			for _, member := range x.Set.Members {
				w.pair(x.X, member)
			}
		}
	case *filter.Apply:
		if w.apply != nil {
			w.apply(x)
		}
		for _, arg := range x.Args {
			w.walk(arg)
		}
	case *filter.Quantifier:
		w.walkSet(&x.Set)
		w.within(x.Var, x.Body)
	case *filter.Let:
		w.walk(x.Value)
		w.within(x.Name, x.Body)
	}
}

func (w *walker) walkSet(set *filter.Set) {
	if set.Name != nil && w.set != nil {
		w.set(set.Name)
	}
	if set.Low != nil {
		w.walk(set.Low)
		w.walk(set.High)
	}
	for _, member := range set.Members {
		w.walk(member)
	}
}

// within walks an expression that a name is introduced for.
func (w *walker) within(name *filter.Name, body filter.Expr) {
	if w.introduce != nil {
		w.introduce(name)
	}
	w.bound = append(w.bound, boundName{name: name})
	w.walk(body)
	last := len(w.bound) - 1
	if !w.bound[last].used && w.unused != nil {
		w.unused(name)
	}
	w.bound = w.bound[:last]
}

func (w *walker) use(x *filter.Name) {
	for i := len(w.bound) - 1; i >= 0; i-- {
		if w.bound[i].name.Text == x.Text {
			w.bound[i].used = true
			return
		}
	}
	if w.name != nil {
		w.name(x)
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
