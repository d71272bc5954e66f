package filter

import "strconv"

// String returns the filter on one line. Parsing that gives the same tree
// again.
func (f *Filter) String() string {
	var b []byte
	for i := range f.Selectors {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = f.Selectors[i].append(b)
	}
	if f.Body != nil {
		b = append(b, ": "...)
		b = appendExpr(b, f.Body, precNone)
	}
	return string(b)
}

// String returns the selector as it is written.
func (s Selector) String() string { return string(s.append(nil)) }

func (s *Selector) append(b []byte) []byte {
	if s.Exclude {
		b = append(b, '!')
	}
	switch {
	case s.Kind == SelectName:
		return append(b, s.Name...)
	case s.Kind == SelectGroup:
		return append(append(b, '@'), s.Name...)
	case s.Kind == SelectAll:
		return append(b, '*')
	}
	return appendNumber(b, s.Number)
}

func appendNumber(b []byte, number uint32) []byte {
	if number == 0xffffffff {
		return append(b, "#-1"...)
	}
	return strconv.AppendUint(append(b, '#'), uint64(number), 10)
}

// String returns the action as it is written.
func (a *Action) String() string {
	if a.Arg == nil {
		return a.Name
	}
	return a.Name + "(" + Print(a.Arg) + ")"
}

// String returns the call on one line.
func (c *Call) String() string {
	b := []byte(c.Name)
	if c.ByNumber {
		b = appendNumber(nil, c.Number)
	}
	b = append(b, '(')
	b = appendList(b, c.Args, precNone)
	return string(append(b, ')'))
}

// String returns the signature as it is written.
func (s *Signature) String() string {
	b := append([]byte(s.Name.Text), '(')
	for i, param := range s.Params {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, param.Text...)
	}
	return string(append(b, ')'))
}

// Print returns the expression on one line. Parsing that gives the same tree
// again; to a tree that no text has, because its Paren nodes are missing, the
// parentheses are added that its meaning needs.
func Print(x Expr) string { return string(appendExpr(nil, x, precNone)) }

// appendExpr appends x as an operand of something that wants it to bind at
// least as tightly as least.
func appendExpr(b []byte, x Expr, least precedence) []byte {
	if precedenceOf(x) < least {
		b = append(b, '(')
		b = appendExpr(b, x, precNone)
		return append(b, ')')
	}
	switch x := x.(type) {
	case *Name:
		b = append(b, x.Text...)
	case *Number:
		b = append(b, x.Text...)
	case *Index:
		b = append(append(b, x.Base.Text...), '[')
		b = appendExpr(b, x.Index, precNone)
		b = append(b, ']')
	case *Unary:
		b = append(b, x.Op.String()...)
		before := len(b)
		b = appendExpr(b, x.X, precUnary)
		if x.Op == Negate && b[before] == '-' { // "--" is no operator
			b = append(b, 0)
			copy(b[before+1:], b[before:])
			b[before] = ' '
		}
	case *Cast:
		b = append(append(append(b, '('), x.Type...), ')')
		b = appendExpr(b, x.X, precUnary)
	case *Binary:
		b = appendBinary(b, x)
	case *In:
		b = appendExpr(b, x.X, precCompare+1)
		if x.Not {
			b = append(b, " not"...)
		}
		b = append(b, " in "...)
		b = appendSet(b, &x.Set)
	case *Paren:
		b = append(b, '(')
		b = appendExpr(b, x.X, precNone)
		b = append(b, ')')
	case *Apply:
		b = append(append(b, x.Func.Text...), '(')
		b = appendList(b, x.Args, precOrOr)
		b = append(b, ')')
	case *Quantifier:
		b = appendQuantifier(b, x)
	case *Let:
		b = append(append(append(b, "let "...), x.Name.Text...), " = "...)
		b = appendExpr(b, x.Value, precOrOr)
		b = append(b, "; "...)
		b = appendExpr(b, x.Body, precNone)
	}
	return b
}

func appendQuantifier(b []byte, x *Quantifier) []byte {
	word := "any("
	if x.All {
		word = "all("
	}
	b = append(append(append(b, word...), x.Var.Text...), " in "...)
	b = appendSet(b, &x.Set)
	b = append(b, ": "...)
	b = appendExpr(b, x.Body, precOrOr)
	return append(b, ')')
}

func appendBinary(b []byte, x *Binary) []byte {
	prec := x.Op.precedence()
	left := prec
	if prec == precCompare { // does not chain
		left++
	}
	b = appendExpr(b, x.X, left)
	b = append(append(append(b, ' '), x.Op.String()...), ' ')
	return appendExpr(b, x.Y, prec+1)
}

func appendSet(b []byte, s *Set) []byte {
	switch {
	case s.Name != nil:
		return append(b, s.Name.Text...)
	case s.Low != nil:
		b = appendExpr(b, s.Low, precOr)
		b = append(b, ".."...)
		return appendExpr(b, s.High, precOr)
	}
	b = append(b, '{')
	b = appendList(b, s.Members, precOr)
	return append(b, '}')
}

func appendList(b []byte, list []Expr, least precedence) []byte {
	for i, x := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendExpr(b, x, least)
	}
	return b
}

func precedenceOf(x Expr) precedence {
	switch x := x.(type) {
	case *Binary:
		return x.Op.precedence()
	case *In:
		return precCompare
	case *Unary, *Cast:
		return precUnary
	case *Let:
		return precNone
	}
	return precOperand
}
