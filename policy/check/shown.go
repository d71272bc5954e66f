package check

import "sandbox/policy/filter"

// maxShown bounds what stands for locals in one report, in operators and
// operands; beyond that their names say more.
const maxShown = 40

// printed returns an expression as text, with the arguments of functions and
// the members of loops in place of their names.
func (c *checker) printed(x filter.Expr) string {
	if y, ok := c.shown(x); ok {
		x = y
	}
	return filter.Print(unparen(x))
}

// shown returns an expression with what stands for the locals in it, unless
// that would be too long.
func (c *checker) shown(x filter.Expr) (filter.Expr, bool) {
	if len(c.locals) == c.frame {
		return x, true
	}
	s := substitution{c: c, left: maxShown}
	y := s.expr(x)
	if s.left < 0 {
		return nil, false
	}
	return y, true
}

// A substitution puts expressions in the place of names.
type substitution struct {
	c    *checker
	left int // how many operators and operands it may still make
}

func (s *substitution) expr(x filter.Expr) filter.Expr {
	if s.left--; s.left < 0 {
		return x
	}
	switch x := x.(type) {
	case *filter.Name:
		if l := s.c.local(x.Text); l != nil && l.shown != nil {
			s.left -= weight(l.shown, s.left)
			return l.shown
		}
	case *filter.Paren:
		return s.expr(x.X)
	case *filter.Index:
		return &filter.Index{Base: x.Base, Index: s.expr(x.Index), At: x.At}
	case *filter.Unary:
		return &filter.Unary{Op: x.Op, X: s.expr(x.X), At: x.At}
	case *filter.Cast:
		return &filter.Cast{Type: x.Type, TypeAt: x.TypeAt, X: s.expr(x.X), At: x.At}
	case *filter.Binary:
		return &filter.Binary{Op: x.Op, OpAt: x.OpAt, X: s.expr(x.X), Y: s.expr(x.Y), At: x.At}
	case *filter.In:
		set := filter.Set{Name: x.Set.Name, At: x.Set.At}
		if x.Set.Low != nil {
			set.Low, set.High = s.expr(x.Set.Low), s.expr(x.Set.High)
		}
		set.Members = s.list(x.Set.Members)
		return &filter.In{X: s.expr(x.X), Not: x.Not, OpAt: x.OpAt, Set: set, At: x.At}
	case *filter.Apply:
		return &filter.Apply{Func: x.Func, Args: s.list(x.Args), At: x.At}
	}
	return x
}

func (s *substitution) list(from []filter.Expr) []filter.Expr {
	if from == nil {
		return nil
	}
	to := make([]filter.Expr, 0, min(len(from), maxShown))
	for _, x := range from {
		if to = append(to, s.expr(x)); s.left < 0 {
			return from
		}
	}
	return to
}

// weight counts the operators and operands of an expression, up to a little
// more than most.
func weight(x filter.Expr, most int) int {
	n := 1
	count := func(parts ...filter.Expr) {
		for _, part := range parts {
			if n > most {
				return
			}
			n += weight(part, most-n)
		}
	}
	switch x := x.(type) {
	case *filter.Paren:
		count(x.X)
	case *filter.Index:
		count(x.Index)
	case *filter.Unary:
		count(x.X)
	case *filter.Cast:
		count(x.X)
	case *filter.Binary:
		count(x.X, x.Y)
	case *filter.In:
		count(x.X)
		count(x.Set.Members...)
	case *filter.Apply:
		count(x.Args...)
	case *filter.Quantifier:
		n += most // not worth repeating
	}
	return n
}
