package filter

import (
	"math/rand/v2"
	"testing"
)

// Trees that were built without Paren nodes print with the parentheses that
// they need, and only with those.
func TestPrintAddsParentheses(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"(a + b) * c", "(a + b) * c"},
		{"(a * b) + c", "a * b + c"},
		{"a - (b - c)", "a - (b - c)"},
		{"(a - b) - c", "a - b - c"},
		{"(a == b) == c", "(a == b) == c"},
		{"a == (b == c)", "a == (b == c)"},
		{"(a in s) in s", "(a in s) in s"},
		{"(a | b) in {(a && b), (c | d)}", "a | b in {(a && b), c | d}"},
		{"a in (b || c)..(d ^ e)", "a in (b || c)..d ^ e"},
		{"!(a in s)", "!(a in s)"},
		{"~(a + b)", "~(a + b)"},
		{"(u32)(a + b)", "(u32)(a + b)"},
		{"((u32)a) + b", "(u32)a + b"},
		{"-(-(a))", "- -a"},
		{"-((u8)-(b))", "-(u8)-b"},
		{"args[(a + b)]", "args[a + b]"},
		{"a & (b == c)", "a & (b == c)"},
		{"(a & b) == c", "a & b == c"},
		{"(a || b) && c", "(a || b) && c"},
		{"f((a || b), (c))", "f(a || b, c)"},
		{"!(any(x in s: (a || b)))", "!any(x in s: a || b)"},
	} {
		x, diags := ParseExpr(text(test.in))
		if len(diags) > 0 {
			t.Fatal(show(diags))
		}
		if got := Print(withoutParens(x)); got != test.want {
			t.Errorf("%s without its parentheses is printed as %s, want %s", test.in, got, test.want)
		}
	}
	for seed := range uint64(5000) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 3)), fuel: 40}
		in := g.expr().text
		x, diags := ParseExpr(text(in))
		if len(diags) > 0 {
			t.Fatal(show(diags))
		}
		bare := withoutParens(x)
		again, diags := ParseExpr(text(Print(bare)))
		if len(diags) > 0 {
			t.Fatalf("seed %d: %q without its parentheses:\n%s", seed, in, show(diags))
		}
		if got, want := dump(withoutParens(again)), dump(bare); got != want {
			t.Fatalf("seed %d: %q without its parentheses is printed as %q, which is\n%s, want\n%s", seed, in, Print(bare), got, want)
		}
	}
}

// withoutParens returns the tree as somebody would build it.
func withoutParens(x Expr) Expr {
	switch x := x.(type) {
	case *Index:
		return &Index{Base: x.Base, Index: withoutParens(x.Index)}
	case *Unary:
		return &Unary{Op: x.Op, X: withoutParens(x.X)}
	case *Cast:
		return &Cast{Type: x.Type, X: withoutParens(x.X)}
	case *Binary:
		return &Binary{Op: x.Op, X: withoutParens(x.X), Y: withoutParens(x.Y)}
	case *In:
		return &In{X: withoutParens(x.X), Not: x.Not, Set: setWithoutParens(x.Set)}
	case *Paren:
		return withoutParens(x.X)
	case *Apply:
		bare := &Apply{Func: x.Func}
		for _, arg := range x.Args {
			bare.Args = append(bare.Args, withoutParens(arg))
		}
		return bare
	case *Quantifier:
		return &Quantifier{All: x.All, Var: x.Var, Set: setWithoutParens(x.Set), Body: withoutParens(x.Body)}
	case *Let:
		return &Let{Name: x.Name, Value: withoutParens(x.Value), Body: withoutParens(x.Body)}
	}
	return x
}

func setWithoutParens(s Set) Set {
	set := Set{Name: s.Name}
	if s.Low != nil {
		set.Low, set.High = withoutParens(s.Low), withoutParens(s.High)
	}
	for _, m := range s.Members {
		set.Members = append(set.Members, withoutParens(m))
	}
	return set
}

func TestFilterString(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"open,openat:flags&O_ACCMODE==0", "open, openat: flags & O_ACCMODE == 0"},
		{" ! @clock , * ", "!@clock, *"},
		{"#0x101,#4294967295", "#257, #-1"},
		{"x:a not\nin{A,B|C}||b in 1 .. 2", "x: a not in {A, B | C} || b in 1..2"},
		{"x:( ( a ) )", "x: ((a))"},
		{"x: - - 1", "x: - -1"},
		{"x:let a=b|1;let c=f( );a==c", "x: let a = b | 1; let c = f(); a == c"},
		{"x: any ( i in 0 .. 6:args[i]==f(1,(a&&b)) ) && c", "x: any(i in 0..6: args[i] == f(1, (a && b))) && c"},
		{"x: all(y in{A}:z||any(w in s:w==y))", "x: all(y in {A}: z || any(w in s: w == y))"},
		{"x: (u8) ~ args [ 0 ]", "x: (u8)~args[0]"},
	} {
		f, diags := Parse(text(test.in))
		if len(diags) > 0 {
			t.Errorf("Parse(%q):\n%s", test.in, show(diags))
			continue
		}
		if got := f.String(); got != test.want {
			t.Errorf("%q is printed as %q, want %q", test.in, got, test.want)
		}
	}
}
