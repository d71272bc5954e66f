package filter

import (
	"fmt"
	"strings"

	"sandbox/internal/diag"
)

// dump shows a tree as an S-expression, without places.
func dump(x Expr) string {
	switch x := x.(type) {
	case nil:
		return "none"
	case *Name:
		return x.Text
	case *Number:
		return x.Text
	case *Index:
		return list("index", x.Base.Text, dump(x.Index))
	case *Unary:
		return list(map[Op]string{Not: "not", Complement: "complement", Negate: "negate"}[x.Op], dump(x.X))
	case *Cast:
		return list("cast", x.Type, dump(x.X))
	case *Binary:
		return list(x.Op.String(), dump(x.X), dump(x.Y))
	case *In:
		op := "in"
		if x.Not {
			op = "not-in"
		}
		return list(op, dump(x.X), dumpSet(&x.Set))
	case *Paren:
		return list("paren", dump(x.X))
	case *Apply:
		return list("apply", append([]string{x.Func.Text}, dumpAll(x.Args)...)...)
	case *Quantifier:
		word := "any"
		if x.All {
			word = "all"
		}
		return list(word, x.Var.Text, dumpSet(&x.Set), dump(x.Body))
	case *Let:
		return list("let", x.Name.Text, dump(x.Value), dump(x.Body))
	}
	panic(fmt.Sprintf("unknown node %T", x))
}

func dumpSet(s *Set) string {
	switch {
	case s.Name != nil:
		return list("set", s.Name.Text)
	case s.Low != nil:
		return list("range", dump(s.Low), dump(s.High))
	}
	return list("members", dumpAll(s.Members)...)
}

func dumpAll(list []Expr) []string {
	var parts []string
	for _, x := range list {
		parts = append(parts, dump(x))
	}
	return parts
}

func dumpFilter(f *Filter) string {
	var parts []string
	for _, s := range f.Selectors {
		text := s.Name
		switch s.Kind {
		case SelectGroup:
			text = "@" + s.Name
		case SelectAll:
			text = "*"
		case SelectNumber:
			text = fmt.Sprintf("#%#x", s.Number)
		}
		if s.Exclude {
			text = list("except", text)
		}
		parts = append(parts, text)
	}
	return list("filter", list("select", parts...), dump(f.Body))
}

func dumpAction(a *Action) string {
	if a.Arg == nil {
		return a.Name
	}
	return list(a.Name, dump(a.Arg))
}

func dumpCall(c *Call) string {
	name := c.Name
	if c.ByNumber {
		name = fmt.Sprintf("#%#x", c.Number)
	}
	return list("call", append([]string{name}, dumpAll(c.Args)...)...)
}

func list(head string, rest ...string) string {
	return "(" + strings.Join(append([]string{head}, rest...), " ") + ")"
}

// text returns s as the whole of a source.
func text(s string) diag.Text { return (&diag.Source{Name: "test", Text: s}).Whole() }

// show returns diagnostics as people see them.
func show(l diag.List) string { return string(diag.Style{}.Append(nil, l)) }
