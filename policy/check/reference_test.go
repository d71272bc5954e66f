package check

import (
	"math/big"
	"slices"

	"sandbox/arch"
	"sandbox/policy/filter"
	"sandbox/policy/typed"
)

// The reference gives filters their meaning a second time, from the syntax
// tree and in unbounded integers, to compare the typed form with. It takes
// filters that check has accepted, and shares no code with it.

// A number is an integer of the reference: of bits bits, signed or not, or, if
// bits is 0, a constant without a type.
type number struct {
	v      *big.Int
	bits   uint
	signed bool
	bent   byte // '-' or '~' if a constant was written with it
}

type reference struct {
	abi       arch.ABI
	call      *arch.Syscall // nil: not in the table
	regs      *typed.Call
	functions map[string]referenceFunction
	env       *environment
}

// A referenceFunction is a function by its text.
type referenceFunction struct {
	params []string
	body   filter.Expr
}

// An environment holds what locals stand for, the latest first. Their values
// are looked at each time anew, where they were written.
type environment struct {
	name  string
	value filter.Expr
	in    *environment
	outer *environment
}

// bind returns the reference with one local more.
func (r reference) bind(name string, value filter.Expr, in *environment) reference {
	r.env = &environment{name, value, in, r.env}
	return r
}

// local finds what a local stands for, and where to look at it.
func (r reference) local(name string) (filter.Expr, reference, bool) {
	for e := r.env; e != nil; e = e.outer {
		if e.name == name {
			r.env = e.in
			return e.value, r, true
		}
	}
	return nil, r, false
}

// apply returns a function's body, and the reference that sees its arguments.
func (r reference) apply(x *filter.Apply) (filter.Expr, reference) {
	f := r.functions[x.Func.Text]
	callee := r
	callee.env = nil
	for i, arg := range x.Args {
		callee = callee.bind(f.params[i], arg, r.env)
	}
	return f.body, callee
}

// each evaluates a loop.
func (r reference) each(x *filter.Quantifier) bool {
	members := x.Set.Members
	if x.Set.Low != nil {
		end := r.value(x.Set.High).v
		for i := r.value(x.Set.Low).v; i.Cmp(end) < 0; i = new(big.Int).Add(i, big.NewInt(1)) {
			members = append(members, constantExpr(i))
		}
	}
	for _, m := range members {
		if r.bind(x.Var.Text, m, r.env).holds(x.Body) != x.All {
			return !x.All
		}
	}
	return x.All
}

// constantExpr writes a number, without what would make it count as written
// with a minus.
func constantExpr(v *big.Int) filter.Expr {
	if v.Sign() < 0 {
		return &filter.Binary{Op: filter.Sub, X: &filter.Number{Text: "0"}, Y: &filter.Number{Text: new(big.Int).Neg(v).String()}}
	}
	return &filter.Number{Text: v.String()}
}

func (r reference) holds(x filter.Expr) bool {
	switch x := x.(type) {
	case *filter.Paren:
		return r.holds(x.X)
	case *filter.Unary:
		if x.Op == filter.Not {
			return !r.holds(x.X)
		}
	case *filter.In:
		return r.contains(x)
	case *filter.Quantifier:
		return r.each(x)
	case *filter.Let:
		return r.bind(x.Name.Text, x.Value, r.env).holds(x.Body)
	case *filter.Apply:
		if IsOnce(x) {
			placeholders := typed.OncePlaceholders()
			return r.abi.Bits() == 64 && slices.Equal(r.regs.Args[:3], placeholders[:])
		}
		body, callee := r.apply(x)
		return callee.holds(body)
	case *filter.Name:
		if value, where, ok := r.local(x.Text); ok {
			return where.holds(value)
		}
	case *filter.Binary:
		switch x.Op {
		case filter.AndAnd:
			return r.holds(x.X) && r.holds(x.Y)
		case filter.OrOr:
			return r.holds(x.X) || r.holds(x.Y)
		case filter.Eq, filter.Ne, filter.Lt, filter.Le, filter.Gt, filter.Ge:
			a, b := r.value(x.X), r.value(x.Y)
			equality := x.Op == filter.Eq || x.Op == filter.Ne
			a, b = bend(a, b, equality), bend(b, a, equality)
			order := a.v.Cmp(b.v)
			switch x.Op {
			case filter.Eq:
				return order == 0
			case filter.Ne:
				return order != 0
			case filter.Lt:
				return order < 0
			case filter.Le:
				return order <= 0
			case filter.Gt:
				return order > 0
			}
			return order >= 0
		}
	}
	return r.value(x).v.Sign() != 0
}

// bend reads "-c" and "~c" beside an unsigned integer as the bits that they are
// there.
func bend(a, beside number, equality bool) number {
	if a.bits == 0 && beside.bits != 0 && !beside.signed && a.v.Sign() < 0 && (a.bent == '~' || a.bent == '-' && equality) {
		if limit := new(big.Int).Lsh(big.NewInt(-1), beside.bits-1); a.v.Cmp(limit) >= 0 {
			return a.as(beside.bits, false)
		}
	}
	return a
}

func (r reference) contains(x *filter.In) bool {
	a := r.value(x.X)
	if x.Set.Low != nil {
		low, high := r.value(x.Set.Low), r.value(x.Set.High)
		return (a.v.Cmp(low.v) >= 0 && a.v.Cmp(high.v) < 0) != x.Not
	}
	for _, m := range x.Set.Members {
		n := r.value(m)
		if bend(a, n, true).v.Cmp(bend(n, a, true).v) == 0 {
			return !x.Not
		}
	}
	return x.Not
}

// as returns the number's low bits as another type.
func (n number) as(bits uint, signed bool) number {
	modulus := new(big.Int).Lsh(big.NewInt(1), bits)
	v := new(big.Int).Mod(n.v, modulus)
	if signed && v.Bit(int(bits)-1) == 1 {
		v.Sub(v, modulus)
	}
	return number{v: v, bits: bits, signed: signed}
}

func (r reference) value(x filter.Expr) number {
	switch x := x.(type) {
	case *filter.Paren:
		return r.value(x.X)
	case *filter.Number:
		v, _ := new(big.Int).SetString(x.Text, 0)
		return number{v: v}
	case *filter.Name:
		if value, where, ok := r.local(x.Text); ok {
			return where.value(value)
		}
		return r.named(x.Text)
	case *filter.Let:
		return r.bind(x.Name.Text, x.Value, r.env).value(x.Body)
	case *filter.Apply:
		body, callee := r.apply(x)
		return callee.value(body)
	case *filter.Index:
		return r.register(int(r.value(x.Index).v.Int64())).as(64, false)
	case *filter.Cast:
		n := r.value(x.X)
		switch x.Type {
		case "u8":
			return n.as(8, false).as(32, false)
		case "u16":
			return n.as(16, false).as(32, false)
		case "u32":
			return n.as(32, false)
		case "i32":
			return n.as(32, true)
		case "u64":
			return n.as(64, false)
		}
		return n.as(64, true)
	case *filter.Unary:
		n := r.value(x.X)
		if x.Op == filter.Negate {
			return n.like(new(big.Int).Neg(n.v), '-')
		}
		return n.like(new(big.Int).Not(n.v), '~')
	case *filter.Binary:
		return r.arithmetic(x)
	}
	panic("no integer")
}

// like returns a result in the number's own type.
func (n number) like(v *big.Int, bent byte) number {
	if n.bits == 0 {
		return number{v: v, bent: bent}
	}
	return number{v: v}.as(n.bits, n.signed)
}

func (r reference) register(i int) number {
	return number{v: new(big.Int).SetUint64(r.regs.Args[i])}
}

func (r reference) named(name string) number {
	switch name {
	case "nr":
		return number{v: big.NewInt(int64(r.regs.Nr))}.as(32, false)
	case "arch":
		return number{v: big.NewInt(int64(r.regs.Arch))}.as(32, false)
	case "ip":
		return number{v: new(big.Int).SetUint64(r.regs.IP)}.as(64, false)
	}
	if r.call != nil {
		if p, ok := r.call.Param(name); ok {
			n := r.register(int(p.Low))
			if p.Split {
				n = n.as(32, false)
				n.v.Add(n.v, new(big.Int).Lsh(r.register(int(p.High)).as(32, false).v, 32))
			}
			n = n.as(uint(p.Type.Bits), p.Type.Signed)
			if n.bits < 32 {
				n = n.as(32, n.signed)
			}
			return n
		}
	}
	c, ok := r.abi.Constant(name)
	if !ok {
		panic("no constant " + name)
	}
	v := new(big.Int).SetUint64(c.Bits)
	if c.Signed {
		v.SetInt64(int64(c.Bits))
	}
	return number{v: v}
}

func (r reference) arithmetic(x *filter.Binary) number {
	a, b := r.value(x.X), r.value(x.Y)
	t := a
	if a.bits == 0 {
		t = b
	}
	if x.Op == filter.Shl || x.Op == filter.Shr {
		t = a
		v := new(big.Int)
		if x.Op == filter.Shl {
			v.Lsh(a.v, uint(b.v.Int64()))
		} else {
			v.Rsh(a.v, uint(b.v.Int64()))
		}
		return t.like(v, bent(a, b))
	}
	if t.bits != 0 {
		a, b = a.as(t.bits, t.signed), b.as(t.bits, t.signed)
	}
	v := new(big.Int)
	switch x.Op {
	case filter.Mul:
		v.Mul(a.v, b.v)
	case filter.Div:
		v.Quo(a.v, b.v)
	case filter.Rem:
		v.Rem(a.v, b.v)
	case filter.Add:
		v.Add(a.v, b.v)
	case filter.Sub:
		v.Sub(a.v, b.v)
	case filter.And:
		v.And(a.v, b.v)
	case filter.Xor:
		v.Xor(a.v, b.v)
	case filter.Or:
		v.Or(a.v, b.v)
	}
	return t.like(v, bent(a, b))
}

// bent returns how a constant computed from two counts as written.
func bent(a, b number) byte {
	switch {
	case a.bent == '~' || b.bent == '~':
		return '~'
	case a.bent == '-' || b.bent == '-':
		return '-'
	}
	return 0
}
